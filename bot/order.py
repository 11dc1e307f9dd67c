"""Turns stand in the channel in the order of their story, whichever is ready first."""

import asyncio

import structlog

from engine.runtime import Engine
from engine.story import Turn, TurnState
from engine.writing import get_turn

SECONDS_FOR_PARENT = 30.0

log = structlog.get_logger()


class Order:
    """Lets a turn wait until the one before it is shown.

    That one may still be on its way: its member was as quick, or a restart came in between and
    it is posted anew, while new turns are accepted already.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._news = asyncio.Event()

    def announce(self) -> None:
        """Let every waiting turn look again: one more is posted."""
        self._news.set()
        self._news = asyncio.Event()

    async def below_parent(self, turn: Turn) -> None:
        """Wait until the parent is posted to its last part; half a minute at most."""
        try:
            async with asyncio.timeout(SECONDS_FOR_PARENT):
                while True:
                    news = self._news  # before the look: what is announced meanwhile counts
                    if await self._is_parent_posted(turn):
                        return
                    await news.wait()
        except TimeoutError:
            log.warning("parent_not_posted", turn_id=turn.id, parent_id=turn.parent_id)

    async def _is_parent_posted(self, turn: Turn) -> bool:
        if turn.parent_id is None:
            return True
        _, parent = await get_turn(self._engine, guild_id=turn.guild_id, turn_id=turn.parent_id)
        return parent.state is TurnState.POSTED
