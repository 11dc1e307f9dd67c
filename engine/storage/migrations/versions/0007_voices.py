"""Training jobs, adapters, comparisons, and the voice of each server.

Revision ID: 0007
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Item = sa.Column[Any] | sa.Constraint


def upgrade() -> None:
    _create_jobs()
    _create_adapters()
    _create_voices()
    _create_comparisons()


def _create_jobs() -> None:
    _create_numbered(
        "training_jobs",
        _long("member_id"),
        _long("channel_id"),
        _long("message_id", nullable=True),
        _text("language"),
        _text("method"),
        _text("effort"),
        _long("seed"),
        _text("state"),
        _text("ending", nullable=True),
        _integer("works"),
        _integer("words"),
        _text("estimate"),
        _text("facts"),
        _integer("attempts"),
        _long("interaction_id"),
        _long("created_ms"),
        _long("ended_ms", nullable=True),
        _unique("training_jobs", "guild_id", "id"),
        _unique("training_jobs", "guild_id", "interaction_id"),
    )
    unfinished_only = sa.text("ended_ms IS NULL")
    op.create_index(
        "one_unfinished_job_per_server",
        "training_jobs",
        ["guild_id"],
        unique=True,
        sqlite_where=unfinished_only,
        postgresql_where=unfinished_only,
    )
    _create(
        "training_works",
        _long("job_id"),
        _long("work_id"),
        _text("text_hash"),
        _text("licence"),
        _text("source"),
        _text("consents"),
        _text("split"),
        sa.PrimaryKeyConstraint("guild_id", "job_id", "work_id", name="pk_training_works"),
        _refers("training_works", "job_id", "training_jobs"),
    )
    _index("training_works", "guild_id", "work_id")


def _create_adapters() -> None:
    _create_numbered(
        "adapters",
        _integer("number"),
        _text("name"),
        _long("job_id"),
        _text("method"),
        _text("base_model"),
        _text("base_digest"),
        _text("template_digest"),
        _text("data_digest"),
        _text("report"),
        _long("created_ms"),
        _long("stale_ms", nullable=True),
        _unique("adapters", "guild_id", "id"),
        _unique("adapters", "guild_id", "number"),
        _unique("adapters", "guild_id", "job_id"),
        _refers("adapters", "job_id", "training_jobs"),
    )


def _create_voices() -> None:
    op.create_table(
        "voices",
        sa.Column("guild_id", Long, nullable=False, autoincrement=False),
        _long("adapter_id"),
        sa.PrimaryKeyConstraint("guild_id", name="pk_voices"),
        _refers("voices", "adapter_id", "adapters"),
        sqlite_strict=True,
    )
    _index("voices", "guild_id", "adapter_id")
    _create_numbered(
        "voice_changes",
        _text("kind"),
        _long("from_adapter_id", nullable=True),
        _long("to_adapter_id", nullable=True),
        _long("member_id"),
        _long("created_ms"),
        _unique("voice_changes", "guild_id", "id"),
        _refers("voice_changes", "from_adapter_id", "adapters"),
        _refers("voice_changes", "to_adapter_id", "adapters"),
    )
    for column in ("from_adapter_id", "to_adapter_id"):
        _index("voice_changes", "guild_id", column)


def _create_comparisons() -> None:
    _create_numbered(
        "comparisons",
        _long("channel_id"),
        _long("adapter_id"),
        _long("rival_adapter_id", nullable=True),
        _long("opener_id"),
        _text("language"),
        _long("seed"),
        _long("interaction_id"),
        _long("created_ms"),
        _unique("comparisons", "guild_id", "id"),
        _unique("comparisons", "guild_id", "interaction_id"),
        _refers("comparisons", "adapter_id", "adapters"),
        _refers("comparisons", "rival_adapter_id", "adapters"),
    )
    for column in ("adapter_id", "rival_adapter_id"):
        _index("comparisons", "guild_id", column)
    _create_numbered(
        "comparison_pairs",
        _long("comparison_id"),
        _integer("number"),
        _text("prompt"),
        _text("first"),
        _text("second"),
        _integer("adapter_is_first"),
        _long("message_id", nullable=True),
        _unique("comparison_pairs", "guild_id", "id"),
        _unique("comparison_pairs", "guild_id", "comparison_id", "number"),
        _refers("comparison_pairs", "comparison_id", "comparisons"),
    )
    _create(
        "comparison_votes",
        _long("pair_id"),
        _long("member_id"),
        _text("choice"),
        _long("cast_ms"),
        sa.PrimaryKeyConstraint("guild_id", "pair_id", "member_id", name="pk_comparison_votes"),
        _refers("comparison_votes", "pair_id", "comparison_pairs"),
    )


def _create_numbered(table: str, *items: Item) -> None:
    _create(
        table,
        *items,
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sqlite_autoincrement=True,
    )


def _create(table: str, *items: Item, **options: Any) -> None:
    op.create_table(table, _long("guild_id"), *items, sqlite_strict=True, **options)


def _long(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Long, nullable=nullable)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        [f"{target}.guild_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
