"""Turns that members write."""

from engine.errors import (
    ChosenByVote,
    HandedInAlready,
    NotAPlayer,
    NotOneSentence,
    OutOfTurn,
    StoryMovedOn,
    VoteFull,
)
from engine.runtime import Engine
from engine.storage import Transaction, turns
from engine.story import Member, MoveKind, Story, Turn, TurnKind, TurnState
from engine.story.order import Player
from engine.writing.head import (
    UNSET,
    ExpectedHead,
    get_free_head,
    get_open_story,
    get_turn_and_story,
    move_story,
    refuse_ended,
)
from engine.writing.holding import holding_text
from engine.writing.order import check_may_add, check_may_add_text, record_seat
from engine.writing.proposing import hand_in_held
from engine.writing.rights import require_author
from engine.writing.texts import MOST_TURN_CHARACTERS, tidy_text


async def check_may_write(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member | None = None
) -> int | None:
    """Return the id of the head that a text would follow, None before the first turn.

    Raises:
        NoOpenStory: the channel has no open story.
        NotYourTurn: the model is writing.
        ChosenByVote, NotAPlayer, OutOfTurn: the turn rules would refuse this member's text.
    """
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        await get_free_head(tx, story)
        if member is not None:
            await check_may_add(tx, story, member, kind=TurnKind.HUMAN)
        return story.head_turn_id


async def write_turn(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    text: str,
    expected_head_id: ExpectedHead = UNSET,
    interaction_id: int,
    source_message_id: int | None = None,
) -> Turn:
    """Add a member's turn to the open story; the same interaction again returns the same turn.

    A text with an `expected_head_id` was written in a modal, after the story as it stood then:
    if the story went on meanwhile, the text is held for its author (`add_held_turn`).

    Raises:
        TextRefused: the text is empty or too long.
        NoOpenStory: the channel has no open story.
        StoryMovedOn: the head is not the expected one; the text is held under `held_turn_id`.
        NotYourTurn: the model is writing, and no head was expected.
        ChosenByVote, NotAPlayer, NotOneSentence, OutOfTurn: the turn rules refuse it; unless the
            text stands in the member's own message, it is held under `held_turn_id`.
    """
    text = tidy_text(text, MOST_TURN_CHARACTERS)
    async with (
        holding_text(
            engine,
            guild_id=guild_id,
            channel_id=channel_id,
            member=member,
            text=text,
            expected_head_id=expected_head_id,
            interaction_id=interaction_id,
            source_message_id=source_message_id,
        ),
        engine.database.writing() as tx,
    ):
        known = await turns.find_turn_by_interaction(
            tx, guild_id=guild_id, interaction_id=interaction_id
        )
        if known is not None and known.state is not TurnState.HELD:
            return known
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        if known is not None:
            raise StoryMovedOn(story.head_turn_id, held_turn_id=known.id)
        await get_free_head(tx, story, expected_head_id)
        player = await check_may_add_text(tx, story, member, text)
        return await _append(
            tx,
            engine,
            story,
            member=member,
            text=text,
            interaction_id=interaction_id,
            source_message_id=source_message_id,
            player=player,
        )


async def _append(
    tx: Transaction,
    engine: Engine,
    story: Story,
    *,
    member: Member,
    text: str,
    interaction_id: int,
    source_message_id: int | None,
    player: Player | None,
) -> Turn:
    turn = await turns.insert_turn(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        parent_id=story.head_turn_id,
        kind=TurnKind.HUMAN,
        state=TurnState.WRITTEN,
        author=member,
        text=text,
        source_message_id=source_message_id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    await record_seat(tx, turn, player)
    await move_story(
        tx,
        story,
        MoveKind.WRITE,
        turn.id,
        member_id=member.id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    return turn


async def add_held_turn(
    engine: Engine,
    *,
    guild_id: int,
    turn_id: int,
    member: Member,
    text: str | None = None,
    interaction_id: int,
) -> Turn:
    """Add a held text after the head as it stands now; a text added before is returned.

    `text` takes the place of what is held. Where the next turn is chosen by vote, the text is
    handed in as a candidate.

    Raises:
        TextRefused: the text is empty or too long.
        TurnNotFound: nothing is held under this id.
        NotAllowed: the text is somebody else's.
        StoryEnded: the story has ended meanwhile.
        NotYourTurn: the model is writing.
        NotAPlayer, OutOfTurn, NotOneSentence, HandedInAlready, VoteFull: the turn rules refuse
            it now; it stays held.
    """
    if text is not None:
        await _hold_instead(
            engine, guild_id, turn_id, member, tidy_text(text, MOST_TURN_CHARACTERS)
        )
    try:
        async with engine.database.writing() as tx:
            turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
            require_author(story, turn, member)
            if turn.state is not TurnState.HELD:
                return turn
            refuse_ended(story)
            await get_free_head(tx, story)
            author = Member(turn.author_id, turn.author_name)
            try:
                player = await check_may_add_text(tx, story, author, turn.text)
            except ChosenByVote:
                return await hand_in_held(
                    tx, engine, story, turn, author, interaction_id=interaction_id
                )
            adopted = await turns.adopt_held_turn(
                tx, guild_id=guild_id, turn_id=turn_id, parent_id=story.head_turn_id
            )
            await record_seat(tx, adopted, player)
            await move_story(
                tx,
                story,
                MoveKind.WRITE,
                adopted.id,
                member_id=member.id,
                interaction_id=interaction_id,
                now_ms=engine.clock(),
            )
            return adopted
    except (HandedInAlready, NotAPlayer, NotOneSentence, OutOfTurn, VoteFull) as refusal:
        refusal.held_turn_id = turn_id
        raise


async def _hold_instead(
    engine: Engine, guild_id: int, turn_id: int, member: Member, text: str
) -> None:
    async with engine.database.writing() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        require_author(story, turn, member)
        await turns.replace_held_text(tx, guild_id=guild_id, turn_id=turn_id, text=text)
