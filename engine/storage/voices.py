"""Adapters, which of them writes for a server, and what a withdrawn work does to them."""

import time
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import (
    select_adapters,
    select_voice_changes,
    to_adapter,
    to_voice_change,
)
from engine.storage.schema import adapters, training_jobs, training_works, voice_changes, voices
from engine.story import Adapter, JobEnding, VoiceChange, VoiceChangeKind


async def mark_stale(
    tx: Transaction, *, guild_id: int, work_id: int, now_ms: int | None = None
) -> tuple[str, ...]:
    """Take out of use whatever learned from a work; return the names of adapters now stale.

    A promoted one among them is switched off, and a job that still runs is to end. Call it in the
    transaction that withdraws the work, and `Voices.drop_stale` after it. `now_ms` None: now.
    """
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    learned = select(training_works.c.job_id).where(
        training_works.c.guild_id == guild_id, training_works.c.work_id == work_id
    )
    await tx.execute(
        update(training_jobs)
        .where(
            training_jobs.c.guild_id == guild_id,
            training_jobs.c.id.in_(learned),
            training_jobs.c.ended_ms.is_(None),
        )
        .values(ending=JobEnding.WITHDRAWN)
    )
    promoted = await find_promoted(tx, guild_id=guild_id)
    rows = await tx.execute(
        update(adapters)
        .where(
            adapters.c.guild_id == guild_id,
            adapters.c.job_id.in_(learned),
            adapters.c.stale_ms.is_(None),
        )
        .values(stale_ms=now_ms)
        .returning(adapters.c.name)
    )
    names = tuple(rows.scalars())
    if promoted is not None and promoted.name in names:
        await change_voice(
            tx,
            guild_id=guild_id,
            kind=VoiceChangeKind.STALE,
            adapter_id=None,
            member_id=0,
            now_ms=now_ms,
        )
    return names


async def insert_adapter(
    tx: Transaction,
    *,
    guild_id: int,
    number: int,
    name: str,
    job_id: int,
    method: str,
    base_model: str,
    base_digest: str,
    template_digest: str,
    data_digest: str,
    report: str,
    now_ms: int,
) -> Adapter:
    """Record the finished adapter of a job."""
    await tx.execute(
        insert(adapters).values(
            guild_id=guild_id,
            number=number,
            name=name,
            job_id=job_id,
            method=method,
            base_model=base_model,
            base_digest=base_digest,
            template_digest=template_digest,
            data_digest=data_digest,
            report=report,
            created_ms=now_ms,
        )
    )
    return to_adapter((await tx.execute(_adapters(guild_id, number=number))).one())


async def find_adapter(tx: Transaction, *, guild_id: int, adapter_id: int) -> Adapter | None:
    """Return an adapter of the server."""
    row = (await tx.execute(_adapters(guild_id, id=adapter_id))).one_or_none()
    return to_adapter(row) if row else None


async def find_adapter_of_job(tx: Transaction, *, guild_id: int, job_id: int) -> Adapter | None:
    """Return what a training job brought forth."""
    row = (await tx.execute(_adapters(guild_id, job_id=job_id))).one_or_none()
    return to_adapter(row) if row else None


async def list_adapters(tx: Transaction, *, guild_id: int) -> list[Adapter]:
    """Return all adapters of the server, the newest first."""
    rows = await tx.execute(_adapters(guild_id).order_by(adapters.c.number.desc()))
    return [to_adapter(row) for row in rows]


async def find_highest_number(tx: Transaction, *, guild_id: int) -> int:
    """Return the number of the server's newest adapter, 0 if it has none."""
    highest = await tx.scalar(
        select(func.max(adapters.c.number)).where(adapters.c.guild_id == guild_id)
    )
    return highest or 0


async def find_promoted(tx: Transaction, *, guild_id: int) -> Adapter | None:
    """Return the adapter that writes for the server; None: the base model does."""
    row = (
        await tx.execute(
            select_adapters()
            .join(
                voices,
                (voices.c.guild_id == adapters.c.guild_id) & (voices.c.adapter_id == adapters.c.id),
            )
            .where(adapters.c.guild_id == guild_id)
        )
    ).one_or_none()
    return to_adapter(row) if row else None


async def change_voice(
    tx: Transaction,
    *,
    guild_id: int,
    kind: VoiceChangeKind,
    adapter_id: int | None,
    member_id: int,
    now_ms: int,
) -> None:
    """Let an adapter, or with None the base model, write for the server from now on."""
    before = await find_promoted(tx, guild_id=guild_id)
    if adapter_id is None:
        await tx.execute(delete(voices).where(voices.c.guild_id == guild_id))
    else:
        statement = insert_into(tx, voices).values(guild_id=guild_id, adapter_id=adapter_id)
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=[voices.c.guild_id], set_={"adapter_id": adapter_id}
            )
        )
    await tx.execute(
        insert(voice_changes).values(
            guild_id=guild_id,
            kind=kind,
            from_adapter_id=before.id if before else None,
            to_adapter_id=adapter_id,
            member_id=member_id,
            created_ms=now_ms,
        )
    )


async def list_changes(tx: Transaction, *, guild_id: int) -> list[VoiceChange]:
    """Return the journal of the server's voice, oldest first."""
    rows = await tx.execute(
        select_voice_changes()
        .where(voice_changes.c.guild_id == guild_id)
        .order_by(voice_changes.c.id)
    )
    return [to_voice_change(row) for row in rows]


def _adapters(guild_id: int, **equal: Any) -> Select[Any]:
    conditions = [adapters.c[name] == value for name, value in equal.items()]
    return select_adapters().where(adapters.c.guild_id == guild_id, *conditions)
