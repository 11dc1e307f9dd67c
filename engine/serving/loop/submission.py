"""A request on its way through the generation loop: put in, taken out, put in again."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from typing import Any

from engine.serving.faults import ApiError, generation_failed
from engine.serving.loop.row import Row


class Submission:
    """One request. In the loop it has an id of its own for every time that it is put in.

    Put in again, it carries the reply so far at the end of its prompt, which the prefix cache
    makes cheap; `row.prompt_tokens` stays the length of the prompt as it was asked.
    All methods are for the event loop.
    """

    def __init__(
        self,
        manager: Any,
        prompt: list[int],
        row: Row,
        *,
        most_tokens: int,
        ignore_stop_tokens: bool,
        is_open: Callable[[], bool],
        on_break: Callable[["Submission"], None],
    ) -> None:
        self.row = row
        self.prompt = prompt
        self.most_tokens = most_tokens
        self.reply: list[int] = []  # all tokens so far
        self.id: str | None = None  # in the loop; None while it is not there
        self._kept: list[int] = []  # of the reply, when it was put in last
        self._manager = manager
        self._ends: list[int] | None = [] if ignore_stop_tokens else None
        self._is_open = is_open
        self._on_break = on_break
        self._news: asyncio.Queue[Any] = asyncio.Queue()

    async def outputs(self) -> AsyncGenerator[list[int], None]:
        """Yield all tokens of the reply so far; close the generator to cancel the request.

        A list is longer than the one before it, except after `rewind`.

        Raises:
            ApiError: the request broke.
        """
        try:
            self.put_in()
            while True:
                output = await self._news.get()
                if isinstance(output, ApiError):
                    raise output
                if output.request_id != self.id:
                    continue  # it was rewound or taken out meanwhile
                if self.row.error:
                    raise generation_failed(self.row.error)
                if output.error:
                    self._on_break(self)
                    continue
                self.reply = self._kept + output.generated_tokens
                yield self.reply
                if output.is_finished() and output.request_id == self.id:
                    self.forget()
                    return
        finally:
            self.take_out()

    def rewind(self, keep: int) -> None:
        """Take back all but the first `keep` tokens of the reply and write on from there.

        The rules of the row see the shorter reply next.
        """
        self.take_out()
        self.reply = self.reply[:keep]
        self.put_in()

    def put_in(self) -> None:
        """Let the loop write the rest of the reply, unless the loop is down: then it waits."""
        if not self._is_open():
            return
        del self.row.logprobs[len(self.reply) :]  # of tokens that are drawn anew
        self._kept = self.reply
        self.id = uuid.uuid4().hex  # an id that comes again would break both requests
        # First, or the first outputs are lost; and nothing but a put, which cannot raise.
        self._manager.register_result_handler(self.id, self._news.put_nowait)
        accepted = self._manager.add_request(
            self.prompt + self._kept,
            request_id=self.id,
            max_new_tokens=self.most_tokens - len(self._kept),
            eos_token_id=self._ends,
            streaming=True,
            row=self.row,
        )
        if accepted is None:
            self.forget()  # it has just died; whoever starts it again puts in what waits

    def take_out(self) -> None:
        """Cancel the request in the loop, if it is there."""
        if self.id is not None:
            self._manager.cancel_request(self.id)
            self.forget()

    def forget(self) -> None:
        """Leave the loop's outputs, which ends nothing there."""
        router = self._manager.output_router
        with router._lock:  # noqa: SLF001 - transformers ends handlers of finished requests only
            router.result_handlers.pop(self.id, None)
        self.id = None

    def fail(self, error: ApiError) -> None:
        """End `outputs` with an error."""
        self._news.put_nowait(error)
