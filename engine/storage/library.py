"""Works, their authors and consents."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update

from engine.storage.conflicts import insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import (
    select_consents,
    select_work_authors,
    select_works,
    to_consent,
    to_work,
    to_work_author,
)
from engine.storage.schema import consents, work_authors, works
from engine.story import Consent, Licence, Purpose, Source, Way, Work, WorkAuthor, WorkState

_LIVE = (WorkState.WAITING, WorkState.GIVEN)


async def insert_work(
    tx: Transaction,
    *,
    guild_id: int,
    title: str,
    source: Source,
    licence: Licence,
    language: str,
    text: str,
    text_hash: str,
    story_id: int | None,
    giver_id: int,
    consent_version: int,
    evidence: str,
    authors: Sequence[tuple[int | None, str]],
    interaction_id: int | None,
    now_ms: int,
) -> Work:
    """Take a work in, WAITING; the same interaction again returns the same work.

    `authors` are (member's id or None, name). `text_hash` is of the text exactly as it is stored.
    """
    work_id = await insert_unless_present(
        tx,
        works,
        guild_id=guild_id,
        title=title,
        source=source,
        licence=licence,
        language=language,
        text=text,
        text_hash=text_hash,
        characters=len(text),
        story_id=story_id,
        giver_id=giver_id,
        state=WorkState.WAITING,
        consent_version=consent_version,
        evidence=evidence,
        interaction_id=interaction_id,
        created_ms=now_ms,
    )
    if work_id is not None:
        for member_id, name in authors:
            await tx.execute(
                insert(work_authors).values(
                    guild_id=guild_id, work_id=work_id, member_id=member_id, name=name
                )
            )
        (work,) = await _works(tx, guild_id, works.c.id == work_id)
    else:
        (work,) = await _works(tx, guild_id, works.c.interaction_id == interaction_id)
    return work


async def find_work(tx: Transaction, *, guild_id: int, work_id: int) -> Work | None:
    """Return a work of the server, whatever its state."""
    found = await _works(tx, guild_id, works.c.id == work_id)
    return found[0] if found else None


async def find_work_by_interaction(
    tx: Transaction, *, guild_id: int, interaction_id: int
) -> Work | None:
    """Return the work that an interaction brought in, whatever its state."""
    found = await _works(tx, guild_id, works.c.interaction_id == interaction_id)
    return found[0] if found else None


async def find_work_by_hash(tx: Transaction, *, guild_id: int, text_hash: str) -> Work | None:
    """Return the work of this text that is waiting or given, if any."""
    found = await _works(tx, guild_id, works.c.text_hash == text_hash, works.c.state.in_(_LIVE))
    return found[0] if found else None


async def list_works_of_story(tx: Transaction, *, guild_id: int, story_id: int) -> list[Work]:
    """Return the works taken from a story that are waiting or given, the oldest first."""
    return await _works(tx, guild_id, works.c.story_id == story_id, works.c.state.in_(_LIVE))


async def list_works(
    tx: Transaction, *, guild_id: int, state: WorkState | None = None
) -> list[Work]:
    """Return the works of a server, of one state or all, the oldest first."""
    if state is None:
        return await _works(tx, guild_id)
    return await _works(tx, guild_id, works.c.state == state)


async def list_works_of(tx: Transaction, *, guild_id: int, member_id: int) -> list[Work]:
    """Return the works that a member gave or wrote, whatever their state, the oldest first."""
    written = select(work_authors.c.work_id).where(
        work_authors.c.guild_id == guild_id, work_authors.c.member_id == member_id
    )
    mine = works.c.id.in_(written) | (works.c.giver_id == member_id)
    return await _works(tx, guild_id, mine)


async def find_text(tx: Transaction, *, guild_id: int, work_id: int) -> str | None:
    """Return the text of a work, None when it is erased."""
    text: str | None = await tx.scalar(
        select(works.c.text).where(works.c.guild_id == guild_id, works.c.id == work_id)
    )
    return text or None


async def list_consents(
    tx: Transaction, *, guild_id: int, work_id: int | None = None
) -> list[Consent]:
    """Return every consent ever given, of one work or of all, the oldest first."""
    asked = select_consents().where(consents.c.guild_id == guild_id).order_by(consents.c.id)
    if work_id is not None:
        asked = asked.where(consents.c.work_id == work_id)
    return [to_consent(row) for row in await tx.execute(asked)]


async def insert_consent(
    tx: Transaction,
    *,
    guild_id: int,
    work_id: int,
    author_id: int,
    purpose: Purpose,
    text_hash: str,
    version: int,
    language: str,
    wording_hash: str,
    way: Way,
    evidence: str = "",
    now_ms: int,
) -> None:
    """Record that an author agreed."""
    await tx.execute(
        insert(consents).values(
            guild_id=guild_id,
            work_id=work_id,
            author_id=author_id,
            purpose=purpose,
            text_hash=text_hash,
            version=version,
            language=language,
            wording_hash=wording_hash,
            way=way,
            evidence=evidence,
            given_ms=now_ms,
        )
    )


async def withdraw_consents(
    tx: Transaction,
    *,
    guild_id: int,
    work_id: int,
    author_id: int | None,
    purpose: Purpose | None = None,
    way: Way,
    now_ms: int,
) -> None:
    """Withdraw the live consents to a work, of one author or (None) all, to one purpose or all."""
    live = (
        (consents.c.guild_id == guild_id)
        & (consents.c.work_id == work_id)
        & consents.c.withdrawn_ms.is_(None)
    )
    if author_id is not None:
        live &= consents.c.author_id == author_id
    if purpose is not None:
        live &= consents.c.purpose == purpose
    await tx.execute(update(consents).where(live).values(withdrawn_ms=now_ms, withdrawn_way=way))


async def set_state(
    tx: Transaction, *, guild_id: int, work_id: int, state: WorkState, now_ms: int
) -> None:
    """Move a work on; DECLINED and WITHDRAWN are final."""
    await tx.execute(
        update(works)
        .where(works.c.guild_id == guild_id, works.c.id == work_id, works.c.state.in_(_LIVE))
        .values(state=state, closed_ms=None if state in _LIVE else now_ms)
    )


async def erase_text(tx: Transaction, *, guild_id: int, work_id: int) -> None:
    """Erase the text of a work; its hash stays. Scrub the database afterwards."""
    await tx.execute(
        update(works)
        .where(works.c.guild_id == guild_id, works.c.id == work_id)
        .values(text="", characters=0)
    )


async def record_question(
    tx: Transaction, *, guild_id: int, work_id: int, channel_id: int, message_id: int
) -> None:
    """Keep where the other authors are asked."""
    await tx.execute(
        update(works)
        .where(works.c.guild_id == guild_id, works.c.id == work_id)
        .values(asked_channel_id=channel_id, asked_message_id=message_id)
    )


async def find_question(tx: Transaction, *, guild_id: int, work_id: int) -> tuple[int, int] | None:
    """Return the channel and the message in which the other authors are asked."""
    row = (
        await tx.execute(
            select(works.c.asked_channel_id, works.c.asked_message_id).where(
                works.c.guild_id == guild_id,
                works.c.id == work_id,
                works.c.asked_message_id.is_not(None),
            )
        )
    ).one_or_none()
    return (row.asked_channel_id, row.asked_message_id) if row else None


async def _works(tx: Transaction, guild_id: int, *which: ColumnElement[bool]) -> list[Work]:
    asked: Select[Any] = select_works().where(works.c.guild_id == guild_id, *which)
    rows = (await tx.execute(asked.order_by(works.c.id))).all()
    authors: dict[int, list[WorkAuthor]] = {row.id: [] for row in rows}
    chosen = select(works.c.id).where(works.c.guild_id == guild_id, *which)
    written = await tx.execute(
        select_work_authors()
        .where(work_authors.c.guild_id == guild_id, work_authors.c.work_id.in_(chosen))
        .order_by(work_authors.c.id)
    )
    for author in map(to_work_author, written):
        authors[author.work_id].append(author)
    return [to_work(row, tuple(authors[row.id])) for row in rows]
