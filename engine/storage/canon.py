"""Facts of stories, what was read for them, and what servers chose."""

from collections.abc import Collection
from dataclasses import asdict, fields

from sqlalchemy import insert, select, update

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import AnyRow
from engine.storage.schema import canon_reads, canon_settings, facts
from engine.story.canon import CanonSettings, Fact, FactScope, FactState

_BATCH = 500  # digests in one question, well below what SQLite takes


async def list_facts(tx: Transaction, *, guild_id: int, story_id: int) -> list[Fact]:
    """Return all facts of a story, on whatever branch and in whatever state, oldest first."""
    rows = await tx.execute(
        select(facts)
        .where(facts.c.guild_id == guild_id, facts.c.story_id == story_id)
        .order_by(facts.c.id)
    )
    return [_to_fact(row) for row in rows]


async def find_fact(tx: Transaction, *, guild_id: int, fact_id: int) -> Fact | None:
    row = (
        await tx.execute(select(facts).where(facts.c.guild_id == guild_id, facts.c.id == fact_id))
    ).one_or_none()
    return _to_fact(row) if row else None


async def insert_fact(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    turn_id: int | None,
    subject: str,
    relation: str,
    value: str,
    quote: str,
    state: FactState,
    scope: FactScope,
    witnesses: tuple[str, ...],
    supersedes_id: int | None,
    proposer_id: int,
    now_ms: int,
) -> Fact:
    """Add a fact."""
    added = insert_into(tx, facts).values(
        guild_id=guild_id,
        story_id=story_id,
        turn_id=turn_id,
        subject=subject,
        relation=relation,
        value=value,
        quote=quote,
        state=state,
        scope=scope,
        witnesses=witnesses,
        supersedes_id=supersedes_id,
        proposer_id=proposer_id,
        decider_id=0,
        created_ms=now_ms,
    )
    return _to_fact((await tx.execute(added.returning(*facts.c))).one())


async def change_fact(
    tx: Transaction,
    *,
    guild_id: int,
    fact_id: int,
    subject: str,
    relation: str,
    value: str,
    state: FactState,
    scope: FactScope,
    witnesses: tuple[str, ...],
    proposer_id: int,
    decider_id: int,
) -> None:
    """Decide about a fact, with the words that a member gave it."""
    await tx.execute(
        update(facts)
        .where(facts.c.guild_id == guild_id, facts.c.id == fact_id)
        .values(
            subject=subject,
            relation=relation,
            value=value,
            state=state,
            scope=scope,
            witnesses=witnesses,
            proposer_id=proposer_id,
            decider_id=decider_id,
        )
    )


async def list_read(
    tx: Transaction, *, guild_id: int, story_id: int, digests: Collection[str]
) -> set[str]:
    """Return which of these passages the model was asked about."""
    wanted = list(digests)
    found: set[str] = set()
    for at in range(0, len(wanted), _BATCH):
        rows = await tx.scalars(
            select(canon_reads.c.digest).where(
                canon_reads.c.guild_id == guild_id,
                canon_reads.c.story_id == story_id,
                canon_reads.c.digest.in_(wanted[at : at + _BATCH]),
            )
        )
        found |= set(rows)
    return found


async def mark_read(tx: Transaction, *, guild_id: int, story_id: int, digest: str) -> None:
    """Note that the model was asked about a passage."""
    await tx.execute(
        insert_into(tx, canon_reads)
        .values(guild_id=guild_id, story_id=story_id, digest=digest)
        .on_conflict_do_nothing()
    )


async def find_settings(tx: Transaction, *, guild_id: int) -> CanonSettings | None:
    """Return what the server chose."""
    row = (
        await tx.execute(select(canon_settings).where(canon_settings.c.guild_id == guild_id))
    ).one_or_none()
    if row is None:
        return None
    return CanonSettings(
        proposes=bool(row.proposes), accepts=bool(row.accepts), doubts=bool(row.doubts)
    )


async def save_settings(tx: Transaction, *, guild_id: int, chosen: CanonSettings) -> None:
    """Keep what the server chose."""
    values = {name: int(value) for name, value in asdict(chosen).items()}
    changed = await tx.execute(
        update(canon_settings).where(canon_settings.c.guild_id == guild_id).values(values)
    )
    if not changed.rowcount:
        await tx.execute(insert(canon_settings).values(guild_id=guild_id, **values))


def _to_fact(row: AnyRow) -> Fact:
    return Fact(**{field.name: getattr(row, field.name) for field in fields(Fact)})
