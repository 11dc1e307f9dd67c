"""A member's works and consents."""

from sqlalchemy import ColumnElement, Select, select, update

from engine.storage.database import Transaction
from engine.storage.library import list_works_of
from engine.storage.personal.rows import Rows
from engine.storage.schema import consents, work_authors, works
from engine.storage.withdrawal import close_work
from engine.story import Way, WorkState

ERASED_TITLE = "…"


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the works that the member gave or wrote, with text, and their own consents."""
    return {
        "works": select(works).where(_own_works(guild_id, member_id)),
        "work_authors": select(work_authors).where(
            work_authors.c.guild_id == guild_id, work_authors.c.member_id == member_id
        ),
        "consents": select(consents).where(
            consents.c.guild_id == guild_id,
            consents.c.author_id.in_(_own_authors(guild_id, member_id)),
        ),
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Withdraw the member's works, and blank titles, texts, names and ids.

    Hashes stay, so that the manifests of adapters can still be checked; the adapters themselves
    are stale.
    """
    for work in await list_works_of(tx, guild_id=guild_id, member_id=member_id):
        own = [author.id for author in work.authors if author.member_id == member_id]
        await close_work(
            tx,
            guild_id=guild_id,
            work_id=work.id,
            state=WorkState.WITHDRAWN,
            way=Way.ERASED,
            author_id=own[0] if own else None,
        )
    agreed = await tx.execute(
        update(consents)
        .where(
            consents.c.guild_id == guild_id,
            consents.c.author_id.in_(_own_authors(guild_id, member_id)),
        )
        .values(evidence="")
    )
    blanked = await tx.execute(
        update(works).where(_own_works(guild_id, member_id)).values(title=ERASED_TITLE, evidence="")
    )
    await tx.execute(
        update(works)
        .where(works.c.guild_id == guild_id, works.c.giver_id == member_id)
        .values(giver_id=0)
    )
    written = await tx.execute(
        update(work_authors)
        .where(work_authors.c.guild_id == guild_id, work_authors.c.member_id == member_id)
        .values(member_id=0, name="")
    )
    return {
        "works": blanked.rowcount,
        "work_authors": written.rowcount,
        "consents": agreed.rowcount,
    }


def _own_authors(guild_id: int, member_id: int) -> Select[int]:
    return select(work_authors.c.id).where(
        work_authors.c.guild_id == guild_id, work_authors.c.member_id == member_id
    )


def _own_works(guild_id: int, member_id: int) -> ColumnElement[bool]:
    written = select(work_authors.c.work_id).where(
        work_authors.c.guild_id == guild_id, work_authors.c.member_id == member_id
    )
    return (works.c.guild_id == guild_id) & (
        works.c.id.in_(written) | (works.c.giver_id == member_id)
    )
