"""Turns edited, split and merged: each a step of the story, which undo takes back."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import (
    PassageChanged,
    PassageNotFound,
    RevisionFault,
    RevisionRefused,
    TurnNotFound,
)
from engine.prose.hands import edit_spans
from engine.runtime import Engine
from engine.storage import ballots, paths, revisions
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.storage.turns import find_turn_by_interaction
from engine.story import Member, MoveKind, Story, Turn, TurnKind
from engine.story.order import Mode
from engine.story.revision import (
    Hand,
    Passage,
    Revision,
    RevisionKind,
    Span,
    find_place,
    merge_spans,
    split_spans,
    text_of,
)
from engine.writing.head import get_free_head, get_open_story, get_turn_and_story, move_story
from engine.writing.order import count_sentences
from engine.writing.rights import require_author
from engine.writing.style import edition_of
from engine.writing.texts import MOST_TURN_CHARACTERS, tidy_text
from engine.writing.veiling import is_veiled


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision did: its step, and the passages that it left in place of the old ones."""

    story: Story
    kind: RevisionKind
    turn: Turn
    passages: tuple[Passage, ...]


async def find_passage(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, number: int | None = None
) -> Passage:
    """Return a turn of the open story as it is told, by its number; None: the newest.

    Raises:
        NoOpenStory: the channel has no open story.
        PassageNotFound: there is no such turn.
        NotYourTurn: the model is writing.
        NotAllowed: the turn is somebody else's.
        RevisionRefused: a blind story's turns are changed by their authors alone.
    """
    async with engine.database.reading() as tx:
        story, told = await _read(tx, guild_id, channel_id)
        passage = get_passage(told, number)
        await _check_rights(tx, story, [passage], member)
        return passage


async def edit_turn(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    passage_id: int,
    text: str,
    edition: int | None = None,
    interaction_id: int,
) -> Revised:
    """Tell a turn with another text; what stays word by word stays with who wrote it.

    `edition` is of the text that the member edited. The same interaction again edits once.

    Raises:
        TextRefused: the text is empty or too long.
        PassageChanged: somebody else edited it meanwhile.
        RevisionRefused: the text is the same, or the turn rules are against it.
        NoOpenStory, PassageNotFound, NotYourTurn, NotAllowed: as `find_passage`.
    """
    text = tidy_text(text, MOST_TURN_CHARACTERS)
    async with engine.database.writing() as tx:
        story, told = await _read(tx, guild_id, channel_id)
        passage = _get_by_id(told, passage_id)
        if known := await _find_known(tx, guild_id, interaction_id, told):
            return known
        await _check_rights(tx, story, [passage], member)
        if edition is not None and edition != edition_of(passage.turn.text):
            raise PassageChanged(passage.turn.number)
        if text == passage.turn.text:
            raise RevisionRefused(RevisionFault.SAME)
        rules = await orders.find_rules(tx, guild_id=guild_id, story_id=story.id)
        is_one_sentence = rules is not None and rules.mode is Mode.ONE_SENTENCE
        if is_one_sentence and count_sentences(text, story.language) != 1:
            raise RevisionRefused(RevisionFault.SENTENCE)
        kept = edit_spans(passage.spans, text, Span(Hand.MEMBER, member.id, member.name, ""))
        return await _revise(
            tx,
            engine,
            story,
            Revision(RevisionKind.EDIT, passage.turn.id),
            kept=kept,
            member=member,
            interaction_id=interaction_id,
        )


async def split_turn(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    number: int | None = None,
    begins: str,
    interaction_id: int,
) -> Revised:
    """Tell a turn as two; the second begins with the words `begins`.

    Raises:
        RevisionRefused: the words are not in it, or are its first; or as `find_passage`.
        NoOpenStory, PassageNotFound, NotYourTurn, NotAllowed: as `find_passage`.
    """
    async with engine.database.writing() as tx:
        story, told = await _read(tx, guild_id, channel_id)
        if known := await _find_known(tx, guild_id, interaction_id, told):
            return known
        passage = get_passage(told, number)
        await _check_rights(tx, story, [passage], member)
        at = passage.turn.text.find(begins.strip()) if begins.strip() else -1
        if at < 0:
            raise RevisionRefused(RevisionFault.NOT_FOUND)
        if not all(text_of(half).strip() for half in split_spans(passage, at)):
            raise RevisionRefused(RevisionFault.EMPTY)
        return await _revise(
            tx,
            engine,
            story,
            Revision(RevisionKind.SPLIT, passage.turn.id, at=at),
            member=member,
            interaction_id=interaction_id,
        )


async def merge_turns(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    number: int,
    interaction_id: int,
) -> Revised:
    """Tell a turn and the one after it as one.

    Raises:
        RevisionRefused: nothing comes after it, another speaks there, or both are too long for
            one turn; or as `find_passage`.
        NoOpenStory, PassageNotFound, NotYourTurn, NotAllowed: as `find_passage`, for both.
    """
    async with engine.database.writing() as tx:
        story, told = await _read(tx, guild_id, channel_id)
        if known := await _find_known(tx, guild_id, interaction_id, told):
            return known
        first = get_passage(told, number)
        place = find_place(told, first.turn.id)
        assert place is not None
        if place + 1 == len(told):
            raise RevisionRefused(RevisionFault.LAST)
        second = told[place + 1]
        await _check_rights(tx, story, [first, second], member)
        if first.turn.character != second.turn.character:
            raise RevisionRefused(RevisionFault.SPEAKERS)
        if len(text_of(merge_spans(first, second))) > MOST_TURN_CHARACTERS:
            raise RevisionRefused(RevisionFault.LONG)
        rules = await orders.find_rules(tx, guild_id=guild_id, story_id=story.id)
        if rules is not None and rules.mode is Mode.ONE_SENTENCE:
            raise RevisionRefused(RevisionFault.SENTENCE)
        return await _revise(
            tx,
            engine,
            story,
            Revision(RevisionKind.MERGE, first.turn.id, other_id=second.turn.id),
            member=member,
            interaction_id=interaction_id,
        )


def get_passage(told: Sequence[Passage], number: int | None) -> Passage:
    """Return a passage by its number, None for the newest.

    Raises:
        PassageNotFound: there is none.
    """
    place = len(told) if number is None else number
    if not 1 <= place <= len(told):
        raise PassageNotFound(place)
    return told[place - 1]


def _get_by_id(told: Sequence[Passage], passage_id: int) -> Passage:
    place = find_place(told, passage_id)
    if place is None:
        raise TurnNotFound(passage_id)
    return told[place]


async def _read(tx: Transaction, guild_id: int, channel_id: int) -> tuple[Story, list[Passage]]:
    story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    await get_free_head(tx, story)
    told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
    return story, told


async def _check_rights(
    tx: Transaction, story: Story, passages: Sequence[Passage], member: Member
) -> None:
    for passage in passages:
        require_author(story, passage.turn, member)
    if await is_veiled(tx, story):
        hands = {span.author_id for passage in passages for span in passage.spans}
        if hands - {member.id}:
            raise RevisionRefused(RevisionFault.VEILED)
    rules = await orders.find_rules(tx, guild_id=story.guild_id, story_id=story.id)
    if rules is not None and rules.mode is Mode.VOTE:
        vote = await ballots.find_open_ballot(
            tx,
            guild_id=story.guild_id,
            story_id=story.id,
            branch_id=story.branch_id,
            head_turn_id=story.head_turn_id,
        )
        if vote is not None:
            raise RevisionRefused(RevisionFault.VOTE)


async def _find_known(
    tx: Transaction, guild_id: int, interaction_id: int, told: Sequence[Passage]
) -> Revised | None:
    turn = await find_turn_by_interaction(tx, guild_id=guild_id, interaction_id=interaction_id)
    if turn is None or turn.kind is not TurnKind.REVISION:
        return None
    _, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn.id)
    revision = await revisions.find_revision(tx, guild_id=guild_id, turn_id=turn.id)
    assert revision is not None
    return Revised(story, revision.kind, turn, _touched(told, turn))


def _touched(told: Sequence[Passage], turn: Turn) -> tuple[Passage, ...]:
    return tuple(passage for passage in told if turn.id in passage.revised_by)


async def _revise(
    tx: Transaction,
    engine: Engine,
    story: Story,
    revision: Revision,
    *,
    kept: Sequence[Span] = (),
    member: Member,
    interaction_id: int,
) -> Revised:
    turn = await revisions.insert_revision(
        tx,
        story,
        revision,
        guild_id=story.guild_id,
        kept=kept,
        member=member,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    await move_story(
        tx,
        story,
        MoveKind.REVISE,
        turn.id,
        member_id=member.id,
        interaction_id=interaction_id,
        now_ms=engine.clock(),
    )
    told = await paths.list_passages(tx, guild_id=story.guild_id, head_turn_id=turn.id)
    return Revised(story, revision.kind, turn, _touched(told, turn))
