"""The answers of a work's authors: it is given when all have agreed, and closed by one no."""

from dataclasses import dataclass

import structlog

from engine.errors import NotItsAuthor, WorkClosed, WorkNotFound
from engine.library.gate import asked_authors, permission_of
from engine.library.wording import Wording, consent_wording
from engine.runtime import Engine
from engine.storage import Transaction, library
from engine.storage.withdrawal import close_work
from engine.story import (
    Consent,
    Permission,
    Purpose,
    Source,
    Way,
    Work,
    WorkAuthor,
    WorkState,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """What an author is asked: about which work, in which words."""

    work: Work
    wording: Wording
    lacks_permission: bool  # nothing may learn from it until Discord permits


@dataclass(frozen=True, slots=True)
class Answered:
    """A work after an answer, and who has not answered yet."""

    work: Work
    missing: tuple[WorkAuthor, ...]
    text: str = ""  # of a work that only its giver knew, handed back when the giver says no
    lacks_permission: bool = False


async def ask(
    engine: Engine, *, guild_id: int, work_id: int, member_id: int, language: str
) -> Question:
    """Return what an author of a waiting work is to read before answering.

    Raises:
        WorkNotFound: the server has no such work.
        NotItsAuthor: the member wrote no part of it.
        WorkClosed: it is declined or withdrawn.
    """
    async with engine.database.reading() as tx:
        work, _ = await get_as_author(tx, guild_id=guild_id, work_id=work_id, member_id=member_id)
    wording = consent_wording(engine.settings, work.consent_version, language)
    return Question(work, wording, _lacks(work, permission_of(engine.settings)))


async def agree(
    engine: Engine,
    *,
    guild_id: int,
    work_id: int,
    member_id: int,
    language: str,
    lists: bool,
) -> Answered:
    """Record that an author agrees to the wording of `ask`; agreeing twice changes nothing.

    `lists`: to being shown in the library, with title and name, as well. When everybody has
    agreed, the work is given, and takes the place of an older state of the same story.

    Raises:
        WorkNotFound, NotItsAuthor, WorkClosed: as `ask`.
    """
    async with engine.database.writing() as tx:
        work, author = await get_as_author(
            tx, guild_id=guild_id, work_id=work_id, member_id=member_id
        )
        wording = consent_wording(engine.settings, work.consent_version, language)
        held = await library.list_consents(tx, guild_id=guild_id, work_id=work_id)
        for purpose in (Purpose.TRAINING, *((Purpose.LISTING,) if lists else ())):
            if not any(c.author_id == author.id and c.covers(work, purpose) for c in held):
                await library.insert_consent(
                    tx,
                    guild_id=guild_id,
                    work_id=work_id,
                    author_id=author.id,
                    purpose=purpose,
                    text_hash=work.text_hash,
                    version=wording.version,
                    language=wording.language,
                    wording_hash=wording.digest,
                    way=Way.BUTTON,
                    now_ms=engine.clock(),
                )
        answered = await _after_agreement(tx, engine, work)
    await engine.voices.drop_stale(guild_id=guild_id)
    log.info("consent_given", guild_id=guild_id, work_id=work_id, missing=len(answered.missing))
    return answered


async def decline(engine: Engine, *, guild_id: int, work_id: int, member_id: int) -> Answered:
    """Close a waiting work because an author says no; its text is erased.

    Raises:
        WorkNotFound, NotItsAuthor: as `ask`.
        WorkClosed: it is not waiting any more; a given work is withdrawn instead.
    """
    async with engine.database.writing() as tx:
        work, author = await get_as_author(
            tx, guild_id=guild_id, work_id=work_id, member_id=member_id
        )
        if work.state is not WorkState.WAITING:
            raise WorkClosed(work_id)
        text = await library.find_text(tx, guild_id=guild_id, work_id=work_id)
        await close_work(
            tx,
            guild_id=guild_id,
            work_id=work_id,
            state=WorkState.DECLINED,
            way=Way.BUTTON,
            author_id=author.id,
            now_ms=engine.clock(),
        )
        closed = await _get(tx, guild_id, work_id)
    is_own = work.story_id is None and work.giver_id == member_id
    log.info("work_declined", guild_id=guild_id, work_id=work_id)
    return Answered(closed, (), text=text or "" if is_own else "")


async def standing_of(engine: Engine, *, guild_id: int, work_id: int, member_id: int) -> Answered:
    """Return how a live work stands, to an author of it.

    Raises:
        WorkNotFound, NotItsAuthor, WorkClosed: as `ask`.
    """
    async with engine.database.reading() as tx:
        work, _ = await get_as_author(tx, guild_id=guild_id, work_id=work_id, member_id=member_id)
        return Answered(work, await missing_authors(tx, work))


async def find_question(engine: Engine, work: Work) -> tuple[int, int] | None:
    """Return the channel and the message in which the co-authors are asked."""
    async with engine.database.reading() as tx:
        return await library.find_question(tx, guild_id=work.guild_id, work_id=work.id)


async def keep_question(engine: Engine, work: Work, *, channel_id: int, message_id: int) -> None:
    """Keep where the co-authors are asked."""
    async with engine.database.writing() as tx:
        await library.record_question(
            tx,
            guild_id=work.guild_id,
            work_id=work.id,
            channel_id=channel_id,
            message_id=message_id,
        )


async def missing_authors(tx: Transaction, work: Work) -> tuple[WorkAuthor, ...]:
    """Return the authors whose live consent to training the work lacks."""
    held = await library.list_consents(tx, guild_id=work.guild_id, work_id=work.id)
    return still_asked(work, held)


def still_asked(work: Work, consents: list[Consent]) -> tuple[WorkAuthor, ...]:
    """Return the authors who have to be asked and have not agreed."""
    agreed = {consent.author_id for consent in consents if consent.covers(work)}
    return tuple(author for author in asked_authors(work) if author.id not in agreed)


async def get_as_author(
    tx: Transaction, *, guild_id: int, work_id: int, member_id: int
) -> tuple[Work, WorkAuthor]:
    """Return a live work and what it knows of this author of it.

    Raises:
        WorkNotFound, NotItsAuthor, WorkClosed: as `ask`.
    """
    work = await _get(tx, guild_id, work_id)
    author = next((each for each in work.authors if each.member_id == member_id), None)
    if author is None:
        raise NotItsAuthor(work_id)
    if work.state not in {WorkState.WAITING, WorkState.GIVEN}:
        raise WorkClosed(work_id)
    return work, author


async def _get(tx: Transaction, guild_id: int, work_id: int) -> Work:
    work = await library.find_work(tx, guild_id=guild_id, work_id=work_id)
    if work is None:
        raise WorkNotFound(work_id)
    return work


async def _after_agreement(tx: Transaction, engine: Engine, work: Work) -> Answered:
    """Give the work if nobody is missing any more."""
    missing = await missing_authors(tx, work)
    if not missing and work.state is WorkState.WAITING:
        await library.set_state(
            tx,
            guild_id=work.guild_id,
            work_id=work.id,
            state=WorkState.GIVEN,
            now_ms=engine.clock(),
        )
        await _replace_older(tx, work, engine.clock())
    work = await _get(tx, work.guild_id, work.id)
    return Answered(work, missing, lacks_permission=_lacks(work, permission_of(engine.settings)))


async def _replace_older(tx: Transaction, work: Work, now_ms: int) -> None:
    if work.story_id is None:
        return
    for older in await library.list_works_of_story(
        tx, guild_id=work.guild_id, story_id=work.story_id
    ):
        if older.id < work.id:
            await close_work(
                tx,
                guild_id=work.guild_id,
                work_id=older.id,
                state=WorkState.WITHDRAWN,
                way=Way.REPLACED,
                now_ms=now_ms,
            )


def _lacks(work: Work, permission: Permission | None) -> bool:
    return work.source is Source.DISCORD and permission is None
