"""Alternatives on Discord: the votes under each, and the mark on the chosen one."""

from collections.abc import Callable
from functools import partial

from bot.pacing import Pacer
from bot.replies import Replies
from engine.runtime import Engine
from engine.story import Ballot, Story, Turn
from engine.writing import follow_ballot, open_votes


def _ignore(turn: Turn) -> None:
    """Do nothing: nobody wants to know which turn was chosen."""


class Ballots:
    """Keeps what is shown of a ballot up to date, at the pace of its channel."""

    def __init__(self, engine: Engine, replies: Replies, pacer: Pacer) -> None:
        self.when_decided: Callable[[Turn], None] = _ignore
        self._engine = engine
        self._replies = replies
        self._pacer = pacer
        self._outdated: set[int] = set()
        self._being_shown: set[int] = set()

    async def show(self, ballot: Ballot) -> None:
        """Show the newest votes under all alternatives; many votes at once are shown together."""
        self._outdated.add(ballot.id)
        if ballot.id in self._being_shown:
            return
        self._being_shown.add(ballot.id)
        try:
            while ballot.id in self._outdated:
                self._outdated.discard(ballot.id)
                await self._show_once(ballot)
        finally:
            self._being_shown.discard(ballot.id)

    async def show_at(self, story: Story, head_turn_id: int | None) -> None:
        """Show the open votes on the turn after a head, now that the story comes or goes there."""
        for ballot in await open_votes(self._engine, story, head_turn_id):
            await self.show(ballot)

    async def _show_once(self, ballot: Ballot) -> None:
        alternatives = await follow_ballot(
            self._engine, guild_id=ballot.guild_id, ballot_id=ballot.id
        )
        story = alternatives.drafts[0].story
        async with self._pacer.lane(story.channel_id) as lane:
            for draft in alternatives.drafts:
                if not draft.turn.is_being_written:  # the others show their votes at their end
                    await lane.make(partial(self._replies.annotate, story, draft.turn))
        for draft in alternatives.drafts:
            if draft.turn.id == alternatives.ballot.chosen_turn_id:
                self.when_decided(draft.turn)
