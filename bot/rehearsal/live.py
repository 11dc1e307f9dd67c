"""simcord in real time: its tests stop the clock and wait for the bot to finish; a writer does not.

Everything that leans on private names of simcord 3.2.1 is here, in `previews.py` and `shims.py`.
"""

import asyncio
import contextvars
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import simcord
from simcord._clock import Clock
from simcord._dpy_internals import real_monotonic
from simcord._runtime import _CallbackRecord
from simcord.backend.models import Interaction

from engine.errors import EngineError

SECONDS_TO_ANSWER = 10.0  # Discord allows 3; a laptop that loads a model may need more
SECONDS_AFTER_THE_ANSWER = 0.3  # for what the bot does at once after it


class LiveClock(Clock):
    """A clock that runs by itself, in step with the event loop."""

    def __init__(self) -> None:
        self._epoch = datetime.now(UTC) - timedelta(seconds=real_monotonic())

    @property
    def elapsed(self) -> float:  # type: ignore[override]
        """Seconds on the loop's own clock."""
        return real_monotonic()


class LiveEnv(simcord.Env):
    """A simulated Discord whose members can act while the bot is still writing.

    What is created before `start` carries the same ids in every rehearsal, so that a story kept in
    the database is found again in its channel.
    """

    def __init__(self, bot: discord.Client) -> None:
        super().__init__(
            bot,
            check_errors=False,
            approved_intents=discord.Intents.default(),  # Message Content is off, as it may be
            shard_count=1 if isinstance(bot, discord.AutoShardedClient) else None,
        )
        self.backend.bot_user.name = "Scriptorium"
        self._asked: Interaction | None = None

    async def start(self) -> None:
        """Start the clock and the bot."""
        self.backend.clock = LiveClock()
        await super().start()

    async def until_quiet(self, seconds: float) -> None:
        """Wait until the bot has nothing left to do; TimeoutError after `seconds`."""
        await super()._settle_internal(timeout=seconds)

    async def _settle_internal(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (simcord's signature)
        idle: float = 0.05,
        dispatch: str | None = None,
        _deadline: float | None = None,
    ) -> None:
        # An action is over when the bot has answered, not when it has written the turn.
        asked = self._asked if dispatch == "INTERACTION_CREATE" else None
        begin = real_monotonic()
        answered_at = None if asked else begin
        while (asked and not asked.responded) or any(not task.done() for task in self._work.tasks):
            now = real_monotonic()
            if answered_at is None and asked is not None and asked.responded:
                answered_at = now
            if answered_at is not None and now - answered_at > SECONDS_AFTER_THE_ANSWER:
                return
            if now - begin > SECONDS_TO_ANSWER:
                return
            await asyncio.sleep(0.01)

    def _notify_dispatch_observers(self, interaction: Interaction) -> None:
        self._asked = interaction
        super()._notify_dispatch_observers(interaction)

    def _schedule_timer(
        self,
        record: _CallbackRecord,
        callback: Any,
        args: tuple[Any, ...],
        schedule_context: contextvars.Context | None,
    ) -> None:
        def fire() -> None:
            if record.handle is not None and not record.handle.cancelled():
                record.handle._run()  # noqa: SLF001 (a handle is run by its loop, here by ours)

        assert self._runtime is not None
        record.real_handle = self._runtime.call_at(record.when, fire, context=schedule_context)

    def _record_error(self, error: BaseException) -> None:
        # The member was told by the bot; to simcord any raised error is a failed action.
        if not isinstance(getattr(error, "original", error), EngineError):
            super()._record_error(error)
