"""A checked request becomes replies: text as it is written, several choices beside each other."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from engine.serving.job import Job
from engine.serving.loop.queue_news import Place, Wait
from engine.serving.loop.row import Adapter, Row
from engine.serving.replies.logprobs import LogprobPace, ShownToken
from engine.serving.replies.rewriting import Rewriting
from engine.serving.replies.text import Detokenizer, StopStrings
from engine.serving.scoring.scored_prompt import Scoring, shared_tokens

if TYPE_CHECKING:  # it imports torch, which takes seconds, and HTTP is open before that
    from engine.serving.loop.batch import Batch

Finish = Literal["stop", "length"]
SECONDS_BETWEEN_SIGNS_OF_LIFE = 5.0
WORTH_WAITING = 16  # tokens that prompts share; fewer are not cached


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more text of one choice. The last piece has `finish`."""

    choice: int
    text: str
    finish: Finish | None = None
    logprobs: tuple[ShownToken, ...] = ()
    scoring: Scoring | None = None  # of the prompt, with the last piece
    queue: Place | None = None  # of a request that waits; then the text is empty


@dataclass
class Usage:
    """What a request cost, in tokens."""

    prompt: int = 0
    cached: int = 0
    reply: int = 0

    def body(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.reply,
            "total_tokens": self.prompt + self.reply,
            "prompt_tokens_details": {"cached_tokens": self.cached},
        }


async def write(batch: "Batch", job: Job, usage: Usage) -> AsyncGenerator[Piece, None]:
    """Yield a piece for every token of every choice; close the generator to cancel them all.

    A piece is empty while its text is held back. An empty piece also comes every few seconds as
    long as the loop moves: reading long prompts takes time, and a reader must be able to tell
    that from a server that hangs. The caller has reserved `job.places`.

    Raises:
        ApiError: a choice broke.
    """
    usage.prompt = sum(len(prompt) for prompt in job.prompts)
    pieces: asyncio.Queue[Piece | Exception] = asyncio.Queue()
    held = contextlib.AsyncExitStack()  # one version of the adapter for all choices
    adapter = asyncio.create_task(held.enter_async_context(batch.adapters.use(job.adapter)))
    choices = choices_of(job)
    tasks = [
        asyncio.create_task(hand_over(write_choice(batch, job, usage, choice, adapter), pieces))
        for choice in choices
    ]
    unfinished = {choice.number for choice in choices}
    wait = Wait(batch, [choice.row for choice in choices], job.queue_seconds)
    tasks.append(asyncio.create_task(hand_over(places_in(wait), pieces)))
    try:
        while unfinished:
            try:
                async with asyncio.timeout(SECONDS_BETWEEN_SIGNS_OF_LIFE):
                    piece = await pieces.get()
            except TimeoutError:
                if (batch.seconds_since_step or 0) < SECONDS_BETWEEN_SIGNS_OF_LIFE:
                    yield Piece(min(unfinished), "")
                continue
            if isinstance(piece, Exception):
                raise piece
            if piece.finish:
                unfinished.discard(piece.choice)
            yield piece
    finally:
        for task in (*tasks, adapter):
            task.cancel()
        await asyncio.gather(*tasks, adapter, return_exceptions=True)
        await held.aclose()


@dataclass(frozen=True, slots=True)
class Choice:
    """One reply to be written to one prompt."""

    number: int  # as in the protocol
    prompt: list[int]
    row: Row
    is_first: bool  # of its prompt
    prompt_is_read: asyncio.Event


def choices_of(job: Job) -> list[Choice]:
    """Return the choices of every prompt. Each has a seed of its own, or all were the same."""
    choices: list[Choice] = []
    prompt_is_read = asyncio.Event()
    are_candidates = job.scored and shared_tokens(job.prompts, job.scored.start) >= WORTH_WAITING
    for prompt in job.prompts:
        if not are_candidates:  # those wait for the first, which puts what they share in cache
            prompt_is_read = asyncio.Event()
        for i in range(job.choices):
            is_first = i == 0 and not (are_candidates and choices)
            sampling = replace(job.sampling, seed=job.sampling.seed + i)
            row = Row(
                len(prompt),
                sampling,
                job.cache_salt,
                top_logprobs=job.likeliest,
                user=job.user,
                is_background=job.is_background,
            )
            row.scoring = Scoring(prompt, job.scored) if job.scored else None
            if job.structure:
                rule = job.structure.rule(job.most_tokens)
                row.rules, row.guard = (rule,), rule
            choices.append(Choice(len(choices), prompt, row, is_first, prompt_is_read))
    return choices


async def write_choice(
    batch: "Batch",
    job: Job,
    usage: Usage,
    choice: Choice,
    adapter: "asyncio.Task[Adapter | None]",
) -> AsyncGenerator[Piece, None]:
    """Write one choice. Those after the first wait until the first has put the prompt in cache."""
    if not choice.is_first:
        await choice.prompt_is_read.wait()
    choice.row.adapter = await adapter
    reply = Reply(batch, job, choice.row)
    submission = batch.submission(
        choice.prompt,
        choice.row,
        # Two at least of a scored prompt: the last step of a request puts nothing into the cache.
        most_tokens=max(2, job.most_tokens) if job.scored else job.most_tokens,
        ignore_stop_tokens=job.ignore_stop_tokens,
    )
    try:
        async with contextlib.aclosing(batch.outputs(submission)) as outputs:
            async for tokens in outputs:
                usage.reply += 0 if job.only_scores else len(tokens) - reply.tokens
                if not reply.tokens and (choice.is_first or job.scored):
                    usage.cached += choice.row.cached_tokens
                choice.prompt_is_read.set()
                text = reply.extend(tokens)
                if reply.keep is not None:
                    usage.reply -= len(tokens) - reply.keep
                    submission.rewind(reply.keep)
                piece = Piece(choice.number, text, reply.finish, reply.logprobs(text))
                if job.only_scores:
                    piece = Piece(choice.number, "", "length")
                yield replace(piece, scoring=choice.row.scoring if piece.finish else None)
                if piece.finish:
                    return
    finally:
        choice.prompt_is_read.set()


class Reply:
    """The text of one choice, and why it ended."""

    def __init__(self, batch: "Batch", job: Job, row: Row) -> None:
        own = () if job.ignore_stop_tokens else batch.loaded.stop_tokens
        self.ends = job.stop_token_ids.union(own)
        self.most_tokens = job.most_tokens
        self.detokenizer = Detokenizer(batch.loaded.decode)
        self.stops = StopStrings(job.stops)
        self.is_structured = job.structure is not None
        self.finish: Finish | None = None
        self.tokens = 0  # read so far
        self.keep: int | None = None  # so many stay, when the others must be taken back now
        self.written = 0  # characters, shown or not
        asked = job.likeliest is not None
        self.pace = LogprobPace(row.logprobs, batch.token_bytes) if asked else None
        self.rewriting = (
            Rewriting(job.bans, row, self.detokenizer, self.stops) if job.bans else None
        )

    def extend(self, tokens: list[int]) -> str:
        """Return the text that can be shown now, given all tokens so far.

        Afterwards `finish` may be set, or `keep`; then the next tokens are those and others.
        """
        text, self.keep = "", None
        while self.tokens < len(tokens) and not self.finish and self.keep is None:
            self.tokens += 1
            text += self.read(tokens if self.tokens == len(tokens) else tokens[: self.tokens])
        return text

    def read(self, tokens: list[int]) -> str:
        """Read one token more, the last one; return the text that can be shown now."""
        ended = tokens[-1] in self.ends
        piece = self.detokenizer.extend(tokens[:-1] if ended else tokens)
        if self.pace and not ended:
            self.pace.read(len(tokens), self.written)
        self.written += len(piece)
        text = self.stops.extend(piece)
        if self.stops.met or ended:
            self.finish = "stop"
        elif len(tokens) >= self.most_tokens:
            self.finish = "stop" if self.is_structured else "length"  # it was closed in time
        if self.finish:
            text += self.stops.flush()
        return self.without_bans(tokens, piece, text) if self.rewriting else text

    def without_bans(self, tokens: list[int], piece: str, text: str) -> str:
        """Return what can be shown of a text; set `keep` if some of it must be taken back."""
        assert self.rewriting
        shown = self.rewriting.read(tokens, piece, text, is_end=self.finish is not None)
        self.keep = self.rewriting.keep
        if self.keep is not None:
            self.finish, self.tokens = None, self.keep
            self.written = self.rewriting.characters
            if self.pace:
                self.pace.take_back(self.keep)
        elif self.rewriting.gave_up:
            self.finish = "stop"
        return shown

    def logprobs(self, shown: str) -> tuple[ShownToken, ...]:
        """Return the figures of the tokens that are shown with this text."""
        if not self.pace:
            return ()
        is_cut = self.stops.met or (self.rewriting and self.rewriting.gave_up)
        is_whole = self.finish is not None and not is_cut
        return self.pace.show(len(shown), all_of_them=is_whole)


async def places_in(wait: Wait) -> AsyncGenerator[Piece, None]:
    """Yield an empty piece for each new place in the queue."""
    while place := await wait.next_place():
        yield Piece(0, "", queue=place)


async def hand_over(
    writer: AsyncGenerator[Piece, None], pieces: asyncio.Queue[Piece | Exception]
) -> None:
    """Put what a writer yields, or the exception that ends it, into the queue."""
    try:
        async with contextlib.aclosing(writer):
            async for piece in writer:
                pieces.put_nowait(piece)
    except Exception as error:  # noqa: BLE001 - the edge of a task: its reader raises it again
        pieces.put_nowait(error)
