"""Revisions of told texts, the spans of who wrote what, and branches that grew off others."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from engine.storage.schema.metadata import STRICT, guild_column, metadata, refers
from engine.storage.types import Long, OneOf, Words
from engine.story.revision import Hand, RevisionKind

revisions = Table(
    "revisions",
    metadata,
    guild_column(),
    Column("turn_id", Long, nullable=False),  # the step of the story that the revision is
    Column("kind", OneOf(RevisionKind), nullable=False),
    Column("target_id", Long, nullable=False),
    Column("other_id", Long),  # of a merge
    Column("at", Integer, nullable=False),  # of a split, in characters
    PrimaryKeyConstraint("guild_id", "turn_id"),
    refers("turn_id", "turns"),
    refers("target_id", "turns"),
    refers("other_id", "turns"),
    Index(None, "guild_id", "target_id"),
    Index(None, "guild_id", "other_id"),
    **STRICT,
)

# Of an edit: the new text. Of a turn: its text, where more than one hand wrote it.
spans = Table(
    "spans",
    metadata,
    guild_column(),
    Column("turn_id", Long, nullable=False),
    Column("place", Integer, nullable=False),  # from 0
    Column("hand", OneOf(Hand), nullable=False),
    Column("author_id", Long, nullable=False),
    Column("name", Words, nullable=False),
    Column("text", Words, nullable=False),
    PrimaryKeyConstraint("guild_id", "turn_id", "place"),
    refers("turn_id", "turns"),
    Index(None, "guild_id", "author_id"),
    **STRICT,
)

# A story's first branch has no row here until it is archived.
offshoots = Table(
    "offshoots",
    metadata,
    guild_column(),
    Column("branch_id", Long, nullable=False),
    Column("from_turn_id", Long),  # where it parted; None: from the beginning
    Column("channel_id", Long),  # the thread that it has for itself
    Column("creator_id", Long, nullable=False),
    Column("archived_ms", Long),
    PrimaryKeyConstraint("guild_id", "branch_id"),
    refers("branch_id", "branches"),
    refers("from_turn_id", "turns"),
    Index(None, "guild_id", "from_turn_id"),
    Index("one_branch_per_thread", "guild_id", "channel_id", unique=True),
    **STRICT,
)

# What the model wrote before a member edited the draft of a line.
draft_originals = Table(
    "draft_originals",
    metadata,
    guild_column(),
    Column("draft_id", Long, nullable=False),
    Column("text", Words, nullable=False),
    PrimaryKeyConstraint("guild_id", "draft_id"),
    refers("draft_id", "line_drafts"),
    **STRICT,
)
