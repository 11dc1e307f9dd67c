"""Training jobs, adapters, comparisons, and the voice of each server."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.storage.schema.metadata import (
    NUMBERED,
    STRICT,
    guild_column,
    id_column,
    metadata,
    refers,
)
from engine.storage.types import Long, OneOf, Words
from engine.story import Choice, JobEnding, JobState, VoiceChangeKind

training_jobs = Table(
    "training_jobs",
    metadata,
    id_column(),
    guild_column(),
    Column("member_id", Long, nullable=False),
    Column("channel_id", Long, nullable=False),
    Column("message_id", Long),
    Column("language", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("effort", Text, nullable=False),
    Column("seed", Long, nullable=False),
    Column("state", OneOf(JobState), nullable=False),
    Column("ending", OneOf(JobEnding)),
    Column("works", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("estimate", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    Column("ended_ms", Long),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    Index(
        "one_unfinished_job_per_server",
        "guild_id",
        unique=True,
        sqlite_where=text("ended_ms IS NULL"),
        postgresql_where=text("ended_ms IS NULL"),
    ),
    **NUMBERED,
)

# What each job learned from. No reference to the works: that a work was used stays known when
# its row is gone.
training_works = Table(
    "training_works",
    metadata,
    guild_column(),
    Column("job_id", Long, nullable=False),
    Column("work_id", Long, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("consents", Text, nullable=False),
    Column("split", Text, nullable=False),
    PrimaryKeyConstraint("guild_id", "job_id", "work_id"),
    refers("job_id", "training_jobs"),
    Index(None, "guild_id", "work_id"),
    **STRICT,
)

adapters = Table(
    "adapters",
    metadata,
    id_column(),
    guild_column(),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("job_id", Long, nullable=False),
    Column("method", Text, nullable=False),
    Column("base_model", Text, nullable=False),
    Column("base_digest", Text, nullable=False),
    Column("template_digest", Text, nullable=False),
    Column("data_digest", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("created_ms", Long, nullable=False),
    Column("stale_ms", Long),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "number"),
    UniqueConstraint("guild_id", "job_id"),
    refers("job_id", "training_jobs"),
    **NUMBERED,
)

voices = Table(
    "voices",
    metadata,
    Column("guild_id", Long, primary_key=True, autoincrement=False),
    Column("adapter_id", Long, nullable=False),
    refers("adapter_id", "adapters"),
    Index(None, "guild_id", "adapter_id"),
    **STRICT,
)

voice_changes = Table(
    "voice_changes",
    metadata,
    id_column(),
    guild_column(),
    Column("kind", OneOf(VoiceChangeKind), nullable=False),
    Column("from_adapter_id", Long),
    Column("to_adapter_id", Long),
    Column("member_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("from_adapter_id", "adapters"),
    refers("to_adapter_id", "adapters"),
    Index(None, "guild_id", "from_adapter_id"),
    Index(None, "guild_id", "to_adapter_id"),
    **NUMBERED,
)

comparisons = Table(
    "comparisons",
    metadata,
    id_column(),
    guild_column(),
    Column("channel_id", Long, nullable=False),
    Column("adapter_id", Long, nullable=False),
    Column("rival_adapter_id", Long),
    Column("opener_id", Long, nullable=False),
    Column("language", Text, nullable=False),
    Column("seed", Long, nullable=False),
    Column("interaction_id", Long, nullable=False),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "interaction_id"),
    refers("adapter_id", "adapters"),
    refers("rival_adapter_id", "adapters"),
    Index(None, "guild_id", "adapter_id"),
    Index(None, "guild_id", "rival_adapter_id"),
    **NUMBERED,
)

comparison_pairs = Table(
    "comparison_pairs",
    metadata,
    id_column(),
    guild_column(),
    Column("comparison_id", Long, nullable=False),
    Column("number", Integer, nullable=False),
    Column("prompt", Words, nullable=False),
    Column("first", Words, nullable=False),
    Column("second", Words, nullable=False),
    Column("adapter_is_first", Integer, nullable=False),  # 1: the adapter wrote `first`
    Column("message_id", Long),
    UniqueConstraint("guild_id", "id"),
    UniqueConstraint("guild_id", "comparison_id", "number"),
    refers("comparison_id", "comparisons"),
    **NUMBERED,
)

comparison_votes = Table(
    "comparison_votes",
    metadata,
    guild_column(),
    Column("pair_id", Long, nullable=False),
    Column("member_id", Long, nullable=False),
    Column("choice", OneOf(Choice), nullable=False),
    Column("cast_ms", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "pair_id", "member_id"),
    refers("pair_id", "comparison_pairs"),
    **STRICT,
)
