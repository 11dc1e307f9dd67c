"""Texts that are refused are kept for their author, in no branch."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from engine.errors import (
    ChosenByVote,
    HandedInAlready,
    NotAPlayer,
    NotOneSentence,
    NotYourTurn,
    OtherMode,
    OutOfTurn,
    StoryMovedOn,
    VoteFull,
)
from engine.runtime import Engine
from engine.storage import Transaction, turns
from engine.story import Member, Story, Turn, TurnKind, TurnState
from engine.story.order import Player
from engine.writing.head import ExpectedHead, Unset, get_free_head, get_open_story
from engine.writing.order import check_may_add_text


@asynccontextmanager
async def holding_text(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    text: str,
    expected_head_id: ExpectedHead,
    interaction_id: int,
    source_message_id: int | None,
) -> AsyncGenerator[None]:
    """Hold the text when the block refuses it, and name it in the refusal's `held_turn_id`.

    Not held: what stands in the member's own message; and where no head was expected, what comes
    while the model writes: its author sees that, and waits.
    """
    where = {"guild_id": guild_id, "channel_id": channel_id, "interaction_id": interaction_id}
    try:
        yield
    except (NotYourTurn, StoryMovedOn) as refusal:
        if isinstance(expected_head_id, Unset):
            raise
        # Only here: raised inside the transaction, the refusal would undo the holding.
        held, head_turn_id = await _hold(engine, **where, member=member, text=text)
        raise StoryMovedOn(head_turn_id, held_turn_id=held.id) from refusal
    except (
        ChosenByVote,
        HandedInAlready,
        NotAPlayer,
        NotOneSentence,
        OtherMode,
        OutOfTurn,
        VoteFull,
    ) as refusal:
        if source_message_id is None:
            held, _ = await _hold(engine, **where, member=member, text=text)
            refusal.held_turn_id = held.id
        raise


TextRefusal = ChosenByVote | NotAPlayer | NotOneSentence | OutOfTurn | StoryMovedOn


async def refusal_and_seat(
    tx: Transaction, story: Story, member: Member, text: str
) -> tuple[TextRefusal | None, Player | None]:
    """Return why a text cannot be added now, None if it can, and whose turn it would be."""
    try:
        await get_free_head(tx, story)
        return None, await check_may_add_text(tx, story, member, text)
    except NotYourTurn:
        return StoryMovedOn(story.head_turn_id), None
    except (ChosenByVote, NotAPlayer, NotOneSentence, OutOfTurn) as refusal:
        return refusal, None


async def _hold(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    text: str,
    interaction_id: int,
) -> tuple[Turn, int | None]:
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        held = await turns.insert_turn(
            tx,
            guild_id=guild_id,
            story_id=story.id,
            parent_id=None,
            kind=TurnKind.HUMAN,
            state=TurnState.HELD,
            author=member,
            text=text,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        return held, story.head_turn_id
