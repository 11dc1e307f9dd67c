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
from engine.storage import turns
from engine.story import Member, Turn, TurnKind, TurnState
from engine.writing.head import ExpectedHead, Unset, get_open_story


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
