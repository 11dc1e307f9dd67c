"""Summaries, author's notes, pins and style samples."""

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import delete, insert, select, update

from engine.storage.conflicts import insert_into, insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import AnyRow
from engine.storage.schema import author_notes, pins, style_samples, summaries
from engine.story import AuthorNote, Member, Pin, StyleSample, Summary

_BATCH = 500  # digests in one question, well below what SQLite takes


async def find_summaries(
    tx: Transaction, *, guild_id: int, story_id: int, digests: Collection[str]
) -> dict[str, Summary]:
    """Return the story's summaries of these digests, by digest."""
    wanted = list(digests)
    found: dict[str, Summary] = {}
    for at in range(0, len(wanted), _BATCH):
        rows = await tx.execute(
            select(summaries).where(
                summaries.c.guild_id == guild_id,
                summaries.c.story_id == story_id,
                summaries.c.digest.in_(wanted[at : at + _BATCH]),
            )
        )
        found |= {row.digest: _to_summary(row) for row in rows}
    return found


async def find_summary(tx: Transaction, *, guild_id: int, summary_id: int) -> Summary | None:
    row = (
        await tx.execute(
            select(summaries).where(summaries.c.guild_id == guild_id, summaries.c.id == summary_id)
        )
    ).one_or_none()
    return _to_summary(row) if row else None


async def insert_summary(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    digest: str,
    level: int,
    text: str,
    now_ms: int,
) -> None:
    """Keep what the model wrote of a block; a summary that is there already stays."""
    await insert_unless_present(
        tx,
        summaries,
        guild_id=guild_id,
        story_id=story_id,
        digest=digest,
        level=level,
        text=text,
        editor_id=0,
        is_pinned=0,
        created_ms=now_ms,
    )


async def change_summary(
    tx: Transaction,
    *,
    guild_id: int,
    summary_id: int,
    text: str,
    editor_id: int,
    is_pinned: bool,
) -> None:
    """Put a member's words in its place, pin it or let it go."""
    await tx.execute(
        update(summaries)
        .where(summaries.c.guild_id == guild_id, summaries.c.id == summary_id)
        .values(text=text, editor_id=editor_id, is_pinned=int(is_pinned))
    )


async def delete_summary(tx: Transaction, *, guild_id: int, summary_id: int) -> None:
    """Forget a summary; the model writes it anew."""
    await tx.execute(
        delete(summaries).where(summaries.c.guild_id == guild_id, summaries.c.id == summary_id)
    )


async def find_note(tx: Transaction, *, guild_id: int, story_id: int) -> AuthorNote | None:
    """Return a story's note."""
    row = (
        await tx.execute(
            select(author_notes).where(
                author_notes.c.guild_id == guild_id, author_notes.c.story_id == story_id
            )
        )
    ).one_or_none()
    return AuthorNote(**row._asdict()) if row else None


async def set_note(
    tx: Transaction, *, guild_id: int, story_id: int, text: str, depth: int, member: Member
) -> None:
    """Put a note in place of the story's; an empty text takes it away."""
    here = (author_notes.c.guild_id == guild_id) & (author_notes.c.story_id == story_id)
    await tx.execute(delete(author_notes).where(here))
    if text:
        await tx.execute(
            insert(author_notes).values(
                guild_id=guild_id,
                story_id=story_id,
                text=text,
                depth=depth,
                member_id=member.id,
                member_name=member.name,
            )
        )


async def list_pins(tx: Transaction, *, guild_id: int, story_id: int) -> list[Pin]:
    """Return a story's pins, oldest first."""
    rows = await tx.execute(
        select(pins)
        .where(pins.c.guild_id == guild_id, pins.c.story_id == story_id)
        .order_by(pins.c.id)
    )
    return [Pin(**row._asdict()) for row in rows]


async def find_pin(tx: Transaction, *, guild_id: int, pin_id: int) -> Pin | None:
    row = (
        await tx.execute(select(pins).where(pins.c.guild_id == guild_id, pins.c.id == pin_id))
    ).one_or_none()
    return Pin(**row._asdict()) if row else None


async def insert_pin(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    turn_id: int | None,
    text: str,
    member: Member,
) -> int:
    """Add a pin and return its id."""
    added = insert_into(tx, pins).values(
        guild_id=guild_id,
        story_id=story_id,
        turn_id=turn_id,
        text=text,
        member_id=member.id,
        member_name=member.name,
    )
    pin_id: int = (await tx.execute(added.returning(pins.c.id))).scalar_one()
    return pin_id


async def delete_pin(tx: Transaction, *, guild_id: int, pin_id: int) -> None:
    """Take a pin away."""
    await tx.execute(delete(pins).where(pins.c.guild_id == guild_id, pins.c.id == pin_id))


async def list_samples(
    tx: Transaction, *, guild_id: int, language: str | None = None
) -> list[StyleSample]:
    """Return the server's samples, of one language or all, oldest first."""
    query = select(style_samples).where(style_samples.c.guild_id == guild_id)
    if language is not None:
        query = query.where(style_samples.c.language == language)
    rows = await tx.execute(query.order_by(style_samples.c.id))
    return [StyleSample(**row._asdict()) for row in rows]


async def insert_sample(
    tx: Transaction, *, guild_id: int, language: str, text: str, member: Member
) -> int:
    """Add a sample and return its id."""
    added = insert_into(tx, style_samples).values(
        guild_id=guild_id,
        language=language,
        text=text,
        member_id=member.id,
        member_name=member.name,
    )
    sample_id: int = (await tx.execute(added.returning(style_samples.c.id))).scalar_one()
    return sample_id


async def delete_sample(tx: Transaction, *, guild_id: int, sample_id: int) -> None:
    """Take a sample away."""
    await tx.execute(
        delete(style_samples).where(
            style_samples.c.guild_id == guild_id, style_samples.c.id == sample_id
        )
    )


def _to_summary(row: AnyRow) -> Summary:
    values = {field.name: getattr(row, field.name) for field in fields(Summary)}
    return Summary(**values | {"is_pinned": bool(row.is_pinned)})
