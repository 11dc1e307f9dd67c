"""A server with a trained voice, a comparison of it, and a second training under way."""

from dataclasses import dataclass
from typing import Any

from engine.storage import Transaction, comparisons, training_jobs, voices
from engine.story import (
    Adapter,
    Choice,
    Comparison,
    JobState,
    Pair,
    TrainingJob,
    TrainingWork,
    VoiceChangeKind,
)
from tests.engine.storage.samples import ADA, CHANNEL, GUILD, NOW, new_interaction

WORK = 71
REPORT = '{"loss": 3.5}'


@dataclass(frozen=True)
class Trained:
    """What `add_voice` left."""

    job: TrainingJob
    adapter: Adapter
    comparison: Comparison
    pair: Pair


def training_work(work_id: int = WORK, **changes: Any) -> TrainingWork:
    facts: dict[str, Any] = {
        "text_hash": "ab" * 32,
        "licence": "CC-BY-4.0",
        "source": "handed in",
        "consents": "[]",
        "split": "train",
    }
    return TrainingWork(work_id, **(facts | changes))


async def add_job(tx: Transaction, guild_id: int = GUILD, **changes: Any) -> TrainingJob:
    facts: dict[str, Any] = {
        "member_id": ADA.id,
        "channel_id": CHANNEL,
        "language": "en",
        "method": "lora",
        "effort": "quick",
        "seed": 7,
        "interaction_id": new_interaction(),
        "now_ms": NOW,
    }
    job = await training_jobs.insert_job(tx, guild_id=guild_id, **(facts | changes))
    assert job is not None
    return job


async def add_adapter(
    tx: Transaction, guild_id: int = GUILD, works: tuple[int, ...] = (WORK,), **changes: Any
) -> Adapter:
    """Let a job learn from the works and end with an adapter."""
    member = {key: changes.pop(key) for key in ("member_id",) if key in changes}
    job = await add_job(tx, guild_id, **member)
    where: dict[str, Any] = {"guild_id": guild_id, "job_id": job.id}
    await training_jobs.replace_works(tx, **where, works=[training_work(n) for n in works])
    await training_jobs.end_job(tx, **where, state=JobState.DONE, ending=None, now_ms=NOW)
    number = 1 + await voices.find_highest_number(tx, guild_id=guild_id)
    facts: dict[str, Any] = {
        "number": number,
        "name": f"{guild_id}-{number}",
        "method": "lora",
        "base_model": "scripted",
        "base_digest": "cd" * 32,
        "template_digest": "ef" * 32,
        "data_digest": "01" * 32,
        "report": REPORT,
        "now_ms": NOW,
    }
    return await voices.insert_adapter(tx, **where, **(facts | changes))


async def promote(tx: Transaction, adapter: Adapter, member_id: int = ADA.id) -> None:
    await voices.change_voice(
        tx,
        guild_id=adapter.guild_id,
        kind=VoiceChangeKind.PROMOTE,
        adapter_id=adapter.id,
        member_id=member_id,
        now_ms=NOW,
    )


async def add_voice(
    tx: Transaction,
    guild_id: int = GUILD,
    member_id: int = ADA.id,
    text: str = "The lamp burned on.",
    interaction_id: int | None = None,
) -> Trained:
    """Put a row into every table of voices."""
    adapter = await add_adapter(tx, guild_id, member_id=member_id)
    await promote(tx, adapter, member_id)
    comparison = await comparisons.insert_comparison(
        tx,
        Comparison(0, guild_id, CHANNEL, adapter.id, None, member_id, "en", 7, NOW),
        guild_id=guild_id,
        interaction_id=interaction_id or new_interaction(),
    )
    where: dict[str, Any] = {"guild_id": guild_id, "comparison_id": comparison.id}
    await comparisons.insert_pair(
        tx,
        **where,
        number=1,
        prompt=text,
        first=text,
        second=text,
        adapter_is_first=True,
    )
    (pair,) = await comparisons.list_pairs(tx, **where)
    await comparisons.cast_choice(
        tx,
        guild_id=guild_id,
        pair_id=pair.id,
        member_id=member_id,
        choice=Choice.FIRST,
        now_ms=NOW,
    )
    job = await add_job(tx, guild_id, member_id=member_id)
    works = [training_work()]
    await training_jobs.replace_works(tx, guild_id=guild_id, job_id=job.id, works=works)
    return Trained(job, adapter, comparison, pair)
