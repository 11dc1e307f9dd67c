"""Works taken back: at once, for good, and out of every adapter that learned from them."""

from dataclasses import dataclass, replace

import structlog

from engine.errors import WorkClosed, WorkNotFound
from engine.library.answering import Answered, get_as_author
from engine.runtime import Engine, epoch_ms
from engine.storage import Database, library
from engine.storage.withdrawal import close_work
from engine.story import Purpose, Way, Work, WorkState

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawn work, and how many adapters are out of use because of it."""

    work: Work
    adapters: int

    @property
    def after(self) -> Answered:
        """How the work stands now."""
        return Answered(self.work, ())


async def withdraw(engine: Engine, *, guild_id: int, work_id: int, member_id: int) -> Withdrawn:
    """Withdraw an author's consent, and with it the work; its text is erased.

    Adapters that learned from it are stale when this returns, and never used again. The other
    authors' consents end with the work.

    Raises:
        WorkNotFound: the server has no such work.
        NotItsAuthor: the member wrote no part of it.
        WorkClosed: it is declined or withdrawn already.
    """
    async with engine.database.writing() as tx:
        work, author = await get_as_author(
            tx, guild_id=guild_id, work_id=work_id, member_id=member_id
        )
        stale = await close_work(
            tx,
            guild_id=guild_id,
            work_id=work_id,
            state=WorkState.WITHDRAWN,
            way=Way.BUTTON,
            author_id=author.id,
            now_ms=engine.clock(),
        )
    await engine.voices.drop_stale(guild_id=guild_id)
    await engine.database.scrub()
    log.info("work_withdrawn", guild_id=guild_id, work_id=work_id, adapters=len(stale))
    return Withdrawn(replace(work, state=WorkState.WITHDRAWN, characters=0), len(stale))


async def unlist(engine: Engine, *, guild_id: int, work_id: int, member_id: int) -> Work:
    """Withdraw an author's consent to being shown; the one to training stays.

    Raises:
        WorkNotFound, NotItsAuthor, WorkClosed: as `withdraw`.
    """
    async with engine.database.writing() as tx:
        work, author = await get_as_author(
            tx, guild_id=guild_id, work_id=work_id, member_id=member_id
        )
        await library.withdraw_consents(
            tx,
            guild_id=guild_id,
            work_id=work_id,
            author_id=author.id,
            purpose=Purpose.LISTING,
            way=Way.BUTTON,
            now_ms=engine.clock(),
        )
    log.info("work_unlisted", guild_id=guild_id, work_id=work_id)
    return work


async def withdraw_for_author(database: Database, *, guild_id: int, work_id: int) -> Withdrawn:
    """Withdraw a work because its author told the operator so; its text is erased.

    It takes no engine: with SQLite the bot is stopped meanwhile. A bot that runs, on PostgreSQL,
    asks the database before each use of an adapter.

    Raises:
        WorkNotFound: the server has no such work.
        WorkClosed: it is declined or withdrawn already.
    """
    async with database.writing() as tx:
        work = await library.find_work(tx, guild_id=guild_id, work_id=work_id)
        if work is None:
            raise WorkNotFound(work_id)
        if work.state not in {WorkState.WAITING, WorkState.GIVEN}:
            raise WorkClosed(work_id)
        stale = await close_work(
            tx,
            guild_id=guild_id,
            work_id=work_id,
            state=WorkState.WITHDRAWN,
            way=Way.OPERATOR,
            now_ms=epoch_ms(),
        )
    await database.scrub()
    return Withdrawn(replace(work, state=WorkState.WITHDRAWN, characters=0), len(stale))
