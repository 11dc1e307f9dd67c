"""A character's lines: drafted in private, posted by whoever asked, or typed by hand.

A line is a turn of the channel's story. A draft posted as it is counts as the model's turn, with
its provenance. One that the member edited is the member's own turn, with the provenance of what
they began from; one that was typed has none.
"""

from dataclasses import replace

from engine.errors import DraftGone, SceneMovedOn, StoryMovedOn
from engine.prose.hands import edit_spans
from engine.runtime import Engine
from engine.storage import cast, line_drafts, revisions, turns
from engine.storage.database import Transaction
from engine.story import (
    Character,
    LineDraft,
    Member,
    MoveKind,
    Outcome,
    Sheet,
    Story,
    Turn,
    TurnKind,
    TurnState,
)
from engine.story.order import Player
from engine.story.revision import Hand, Span
from engine.writing.cast.characters import add_character, get_live_character, tidy_sheet
from engine.writing.cast.scene import Scene, open_scene
from engine.writing.head import get_free_head, get_turn_and_story, move_story
from engine.writing.holding import refusal_and_seat
from engine.writing.order import check_may_add_text, record_seat
from engine.writing.texts import MOST_TURN_CHARACTERS, tidy_text


async def get_draft(
    engine: Engine, *, guild_id: int, draft_id: int, member: Member
) -> tuple[LineDraft, Character]:
    """Return a draft of the member's own, and its character.

    Raises:
        CharacterNotFound, CharacterRetired: it cannot speak any more.
        DraftGone: it is forgotten, or somebody else's.
    """
    async with engine.database.reading() as tx:
        draft = await _get_own(tx, guild_id, draft_id, member)
        return draft, await get_live_character(
            tx, guild_id=guild_id, character_id=draft.character_id
        )


async def post_draft(
    engine: Engine,
    *,
    scene: Scene,
    draft_id: int,
    member: Member,
    text: str | None = None,
    interaction_id: int,
) -> Turn:
    """Make a draft, or the member's `text` in its place, the next turn; one draft, one turn.

    A draft that is a turn already returns that turn. An edited text is kept when it is refused.

    Raises:
        CharacterNotFound, CharacterRetired: it cannot speak any more.
        ContentRefused: the story's rating is not allowed in this channel.
        DraftGone: the draft is forgotten, or somebody else's.
        NotYourTurn: the model is writing.
        SceneMovedOn: the scene went on since; asked again, the draft is posted all the same.
        TextRefused: the text is empty or too long.
        ChosenByVote, NotAPlayer, NotOneSentence, OutOfTurn: the turn rules refuse the line, as
            they would refuse any turn of the member's.
    """
    guild_id = scene.guild_id
    if text is not None:
        text = tidy_text(text, MOST_TURN_CHARACTERS)
        async with engine.database.writing() as tx:
            draft = await _get_own(tx, guild_id, draft_id, member)
            if draft.turn_id is None and not draft.is_edited and draft.text != text:
                await revisions.keep_original(
                    tx, guild_id=guild_id, draft_id=draft_id, text=draft.text
                )
            await line_drafts.edit_draft(tx, guild_id=guild_id, draft_id=draft_id, text=text)
    try:
        async with engine.database.writing() as tx:
            draft = await _get_own(tx, guild_id, draft_id, member)
            turn = await _post(
                tx, engine, scene=scene, draft=draft, member=member, interaction_id=interaction_id
            )
    except (DraftGone, StoryMovedOn):  # pressed twice at one moment, and the other was first
        async with engine.database.reading() as tx:
            turn = await _find_turn_of(tx, await _get_own(tx, guild_id, draft_id, member))
    if turn is None:
        raise SceneMovedOn
    return turn


async def _post(
    tx: Transaction,
    engine: Engine,
    *,
    scene: Scene,
    draft: LineDraft,
    member: Member,
    interaction_id: int,
) -> Turn | None:
    """Return the draft's turn; None when the scene moved on, which the draft then follows."""
    if draft.turn_id is not None:
        return await _find_turn_of(tx, draft)
    character = await get_live_character(
        tx, guild_id=draft.guild_id, character_id=draft.character_id
    )
    place = replace(scene, channel_id=draft.channel_id)
    story = await open_scene(tx, engine, place, member, interaction_id)
    await get_free_head(tx, story)
    if (draft.story_id or story.id, draft.head_turn_id) != (story.id, story.head_turn_id):
        await line_drafts.follow_head(
            tx,
            guild_id=draft.guild_id,
            draft_id=draft.id,
            story_id=story.id,
            head_turn_id=story.head_turn_id,
        )
        return None
    player = await check_may_add_text(tx, story, member, draft.text)
    accepted = await turns.insert_turn(
        tx,
        guild_id=draft.guild_id,
        story_id=story.id,
        parent_id=story.head_turn_id,
        kind=TurnKind.HUMAN if draft.is_edited else TurnKind.MODEL,
        state=TurnState.ACCEPTED,
        author=member,
        direction=draft.direction,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    await turns.finish_writing(
        tx,
        guild_id=draft.guild_id,
        turn_id=accepted.id,
        text=draft.text,
        outcome=Outcome.COMPLETE,
        provenance=draft.provenance,
    )
    await line_drafts.mark_used(tx, guild_id=draft.guild_id, draft_id=draft.id, turn_id=accepted.id)
    await _keep_hands(tx, draft, accepted.id, member)
    return await _append(
        tx,
        engine,
        story=story,
        turn=accepted,
        character=character,
        player=player,
        interaction_id=interaction_id,
    )


async def _keep_hands(tx: Transaction, draft: LineDraft, turn_id: int, member: Member) -> None:
    """Keep which words of an edited draft are the model's, and which the member's."""
    original = await revisions.find_original(tx, guild_id=draft.guild_id, draft_id=draft.id)
    if draft.is_edited and original is not None:
        model = draft.provenance.model if draft.provenance else ""
        drafted = Span(Hand.MODEL, 0, model, original)
        editor = Span(Hand.MEMBER, member.id, member.name, "")
        await revisions.insert_spans(
            tx,
            guild_id=draft.guild_id,
            turn_id=turn_id,
            kept=edit_spans((drafted,), draft.text, editor),
        )


async def speak_as(
    engine: Engine, *, scene: Scene, name: str, line: str, member: Member, interaction_id: int
) -> Turn:
    """Let a character say what the member typed; nobody of this name is there: it is made.

    The same interaction again returns the same turn.

    Raises:
        CastFull: there is no such character, and the server has as many as it may.
        ContentRefused: the story's rating is not allowed in this channel.
        FieldTooLong: the name is too long.
        StoryMovedOn: the model is writing; the line is held under `held_turn_id`.
        ChosenByVote, NotAPlayer, NotOneSentence, OutOfTurn: the turn rules refuse the line, as
            they would refuse any turn of the member's; it is held likewise.
        TextRefused: the line or the name is empty, or the line too long.
    """
    text = tidy_text(line, MOST_TURN_CHARACTERS)
    sheet = tidy_sheet(Sheet(name))
    async with engine.database.writing() as tx:
        known = await turns.find_turn_by_interaction(
            tx, guild_id=scene.guild_id, interaction_id=interaction_id
        )
        if known is not None and known.state is not TurnState.HELD:
            return known
        character = await _find_or_add(
            tx,
            engine,
            guild_id=scene.guild_id,
            sheet=sheet,
            member=member,
            interaction_id=interaction_id,
        )
        story = await open_scene(tx, engine, scene, member, interaction_id)
        refusal, player = await refusal_and_seat(tx, story, member, text)
        if known is not None:
            refusal = StoryMovedOn(story.head_turn_id)
        is_held = refusal is not None
        turn = known or await turns.insert_turn(
            tx,
            guild_id=scene.guild_id,
            story_id=story.id,
            parent_id=None if is_held else story.head_turn_id,
            kind=TurnKind.HUMAN,
            state=TurnState.HELD if is_held else TurnState.WRITTEN,
            author=member,
            text=text,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        if not is_held:
            return await _append(
                tx,
                engine,
                story=story,
                turn=turn,
                character=character,
                player=player,
                interaction_id=interaction_id,
            )
        await _make_line(tx, turn, character)
    assert refusal is not None
    refusal.held_turn_id = turn.id
    raise refusal


async def _append(
    tx: Transaction,
    engine: Engine,
    *,
    story: Story,
    turn: Turn,
    character: Character,
    player: Player | None,
    interaction_id: int,
) -> Turn:
    await _make_line(tx, turn, character)
    await record_seat(tx, turn, player)
    await move_story(
        tx,
        story,
        MoveKind.WRITE,
        turn.id,
        member_id=turn.author_id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    line, _ = await get_turn_and_story(tx, guild_id=story.guild_id, turn_id=turn.id)
    return line


async def _make_line(tx: Transaction, turn: Turn, character: Character) -> None:
    await cast.insert_line(
        tx,
        guild_id=turn.guild_id,
        turn_id=turn.id,
        character_id=character.id,
        name=character.name,
    )


async def _find_or_add(
    tx: Transaction,
    engine: Engine,
    *,
    guild_id: int,
    sheet: Sheet,
    member: Member,
    interaction_id: int,
) -> Character:
    found = await cast.find_character_by_name(tx, guild_id=guild_id, name=sheet.name)
    return found or await add_character(
        tx,
        engine,
        guild_id=guild_id,
        creator=member,
        sheet=sheet,
        interaction_id=interaction_id,
    )


async def _find_turn_of(tx: Transaction, draft: LineDraft) -> Turn | None:
    if draft.turn_id is None:
        return None
    return await turns.find_turn(tx, guild_id=draft.guild_id, turn_id=draft.turn_id)


async def _get_own(tx: Transaction, guild_id: int, draft_id: int, member: Member) -> LineDraft:
    draft = await line_drafts.find_draft(tx, guild_id=guild_id, draft_id=draft_id)
    if draft is None or draft.member_id != member.id:
        raise DraftGone
    return draft
