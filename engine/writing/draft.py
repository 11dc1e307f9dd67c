"""A turn that the model writes, as its reader sees it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from engine.runtime import LiveDraft, Progress
from engine.story import Ballot, Story, Turn


class Draft:
    """One model turn: iterate over it for the newest progress, then await `finished()`.

    A slow reader skips states, never waits for old ones. A turn that is written already has no
    progress. Several drafts may follow one turn.
    """

    def __init__(self, story: Story, turn: Turn, live: LiveDraft | None) -> None:
        self.story = story
        self.turn = turn  # as it was accepted
        self._live = live

    @property
    def failure(self) -> Exception | None:
        """What broke the writing, when the outcome is FAILED in this process."""
        return self._live.failure if self._live else None

    async def __aiter__(self) -> AsyncIterator[Progress]:
        if self._live is not None:
            async for progress in self._live.progress():
                yield progress

    async def finished(self) -> Turn:
        """Wait for the turn to be written and return it.

        Raises:
            CancelledError: the engine was closed; the turn is resumed at the next start.
            StorageFailed: the turn could not be stored; it is resumed at the next start.
        """
        return await self._live.finished() if self._live else self.turn


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Several drafts of the next turn, between which the members choose."""

    ballot: Ballot
    drafts: tuple[Draft, ...]  # in the order of `ballot.candidate_ids`
