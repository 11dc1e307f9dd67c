"""Works given by members: they wait in the library until every author has answered."""

import asyncio
from collections.abc import Sequence

import structlog

from engine.errors import NoOpenStory, WorkFault, WorkRefused
from engine.files.decoding import clean
from engine.files.documents import MOST_CHARACTERS
from engine.library.gate import hash_of
from engine.library.wording import NEWEST_VERSION
from engine.runtime import Engine
from engine.storage import Transaction, library, paths, stories
from engine.storage.withdrawal import close_work
from engine.story import (
    Licence,
    Member,
    Rating,
    Source,
    Story,
    TurnKind,
    Way,
    Work,
    WorkState,
)
from engine.story.revision import Hand, Passage

MOST_TITLE_CHARACTERS = 100
MOST_WAITING = 10  # works of one member without an answer
DAYS_TO_ANSWER = 30
_DAY_MS = 86_400_000

# Under which licences members give works; operators may hand in others.
GIVABLE = (
    Licence.LEARN,
    Licence.LEARN_AND_READ,
    Licence.CC_BY,
    Licence.CC_BY_SA,
    Licence.CC0,
)

log = structlog.get_logger()


async def give_text(
    engine: Engine,
    *,
    guild_id: int,
    giver: Member,
    title: str,
    text: str,
    licence: Licence,
    language: str,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> Work:
    """Take in a text that the giver alone wrote; it waits for the giver's consent.

    The same interaction again returns the same work.

    Raises:
        WorkRefused: no title, no text, too long, known already, or from an age-restricted place.
    """
    if channel_is_age_restricted:
        raise WorkRefused(WorkFault.FOR_ADULTS)
    title, text = _fit_title(title), await asyncio.to_thread(clean, text)
    async with engine.database.writing() as tx:
        return await _take_in(
            engine,
            tx,
            guild_id=guild_id,
            giver=giver,
            title=title,
            text=text,
            licence=licence,
            language=language,
            authors=[(giver.id, giver.name)],
            interaction_id=interaction_id,
        )


async def give_story(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    giver: Member,
    licence: Licence,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> Work:
    """Take in the channel's story as it stands; it waits for the consent of all who wrote it.

    The story is the open one, else the last that ended. A newer state of a story takes the place
    of the one that was given before, once everybody has agreed to it.

    Raises:
        NoOpenStory: the channel never had a story.
        WorkRefused: not the giver's, for adults, with erased parts, empty, or known already.
    """
    async with engine.database.writing() as tx:
        story = await stories.find_latest_story(tx, guild_id=guild_id, channel_id=channel_id)
        if story is None:
            raise NoOpenStory(channel_id)
        if channel_is_age_restricted or story.rating is Rating.MATURE:
            raise WorkRefused(WorkFault.FOR_ADULTS)
        told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        passages = [each for each in told if not each.turn.is_being_written]
        written = [passage.turn for passage in passages]
        authors = _authors_of(passages)
        if giver.id not in {member_id for member_id, _ in authors}:
            raise WorkRefused(WorkFault.NOT_AN_AUTHOR)
        return await _take_in(
            engine,
            tx,
            guild_id=guild_id,
            giver=giver,
            title=_fit_title(story.title),
            text=clean("\n\n".join(turn.told for turn in written if turn.text)),
            licence=licence,
            language=story.language,
            authors=authors,
            interaction_id=interaction_id,
            story=story,
        )


def _authors_of(path: Sequence[Passage]) -> list[tuple[int, str]]:
    """Return everybody who wrote a part, with their newest names, in the order of joining.

    Whoever let a character speak counts: the line may be theirs, word by word. So does whoever
    edited or merged what is told.
    """
    names: dict[int, str] = {}
    for passage in path:
        for span in passage.spans:
            if span.hand is Hand.MEMBER and span.author_id != 0:
                names[span.author_id] = span.name
        turn = passage.turn
        if turn.kind is TurnKind.MODEL and turn.character is None:
            continue
        if turn.author_id == 0:
            raise WorkRefused(WorkFault.ERASED)
        names[turn.author_id] = turn.author_name
    return list(names.items())


def _fit_title(title: str) -> str:
    title = " ".join(clean(title).split())
    if not title:
        raise WorkRefused(WorkFault.NO_TITLE)
    if len(title) > MOST_TITLE_CHARACTERS:
        raise WorkRefused(WorkFault.TITLE_TOO_LONG, MOST_TITLE_CHARACTERS)
    return title


async def _take_in(
    engine: Engine,
    tx: Transaction,
    *,
    guild_id: int,
    giver: Member,
    title: str,
    text: str,
    licence: Licence,
    language: str,
    authors: list[tuple[int, str]],
    interaction_id: int,
    story: Story | None = None,
) -> Work:
    given = await library.find_work_by_interaction(
        tx, guild_id=guild_id, interaction_id=interaction_id
    )
    if given is not None:
        return given
    if not text:
        raise WorkRefused(WorkFault.EMPTY)
    if len(text) > MOST_CHARACTERS:
        raise WorkRefused(WorkFault.TOO_LONG, MOST_CHARACTERS)
    now_ms = engine.clock()
    await _close_unanswered(tx, guild_id, now_ms)
    await _check_new(tx, guild_id, giver, hash_of(text))
    if story is not None:
        await _close_older_questions(tx, guild_id, story, now_ms)
    work = await library.insert_work(
        tx,
        guild_id=guild_id,
        title=title,
        source=Source.DISCORD,
        licence=licence,
        language=language,
        text=text,
        text_hash=hash_of(text),
        story_id=story.id if story else None,
        giver_id=giver.id,
        consent_version=NEWEST_VERSION,
        evidence="",
        authors=authors,
        interaction_id=interaction_id,
        now_ms=now_ms,
    )
    log.info("work_waits", guild_id=guild_id, work_id=work.id, authors=len(authors))
    return work


async def _check_new(tx: Transaction, guild_id: int, giver: Member, text_hash: str) -> None:
    if await library.find_work_by_hash(tx, guild_id=guild_id, text_hash=text_hash):
        raise WorkRefused(WorkFault.KNOWN)
    waiting = await library.list_works(tx, guild_id=guild_id, state=WorkState.WAITING)
    if sum(work.giver_id == giver.id for work in waiting) >= MOST_WAITING:
        raise WorkRefused(WorkFault.TOO_MANY_WAIT, MOST_WAITING)


async def _close_unanswered(tx: Transaction, guild_id: int, now_ms: int) -> None:
    """Let go of what waited too long: a text is not kept for an answer that never comes."""
    for work in await library.list_works(tx, guild_id=guild_id, state=WorkState.WAITING):
        if now_ms - work.created_ms > DAYS_TO_ANSWER * _DAY_MS:
            await _close(tx, work, WorkState.DECLINED, Way.CLOSED, now_ms)


async def _close_older_questions(tx: Transaction, guild_id: int, story: Story, now_ms: int) -> None:
    """Ask about the newest state of a story only."""
    for work in await library.list_works_of_story(tx, guild_id=guild_id, story_id=story.id):
        if work.state is WorkState.WAITING:
            await _close(tx, work, WorkState.WITHDRAWN, Way.REPLACED, now_ms)


async def _close(tx: Transaction, work: Work, state: WorkState, way: Way, now_ms: int) -> None:
    await close_work(
        tx, guild_id=work.guild_id, work_id=work.id, state=state, way=way, now_ms=now_ms
    )
