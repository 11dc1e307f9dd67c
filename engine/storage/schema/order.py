"""Turn rules: players, what was done about the order, and the clocks of branches."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
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
from engine.story.order import Due, Mode, ModelPlace, PlayerState, StepKind

turn_rules = Table(
    "turn_rules",
    metadata,
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("mode", OneOf(Mode), nullable=False),
    Column("model_place", OneOf(ModelPlace), nullable=False),
    Column("every", Integer, nullable=False),
    Column("deadline_hours", Integer, nullable=False),
    PrimaryKeyConstraint("guild_id", "story_id"),
    refers("story_id", "stories"),
    **STRICT,
)

players = Table(
    "players",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("member_id", Long, nullable=False),  # 0: the model, or erased
    Column("name", Words, nullable=False),
    Column("is_model", Integer, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("state", OneOf(PlayerState), nullable=False),
    Column("may_be_stood_in", Integer, nullable=False),
    Column("wants_reminder", Integer, nullable=False),
    UniqueConstraint("guild_id", "id"),
    refers("story_id", "stories"),
    Index(None, "guild_id", "story_id"),
    Index(
        "one_seat_per_member",
        "guild_id",
        "story_id",
        "member_id",
        unique=True,
        sqlite_where=text("member_id <> 0"),
        postgresql_where=text("member_id <> 0"),
    ),
    **NUMBERED,
)

order_steps = Table(
    "order_steps",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("anchor_turn_id", Long),  # None: before the first turn
    Column("kind", OneOf(StepKind), nullable=False),
    Column("player_id", Long),
    Column("to_player_id", Long),
    Column("member_id", Long, nullable=False),
    Column("interaction_id", Long),
    Column("created_ms", Long, nullable=False),
    UniqueConstraint("guild_id", "interaction_id"),
    refers("story_id", "stories"),
    refers("anchor_turn_id", "turns"),
    refers("player_id", "players"),
    refers("to_player_id", "players"),
    Index("step_of_a_server", "guild_id", "id", unique=True),
    Index(None, "guild_id", "story_id", "anchor_turn_id"),
    Index(None, "guild_id", "anchor_turn_id"),
    Index(None, "guild_id", "player_id"),
    Index(None, "guild_id", "to_player_id"),
    **NUMBERED,
)

# A step holds on the branch where it was taken, and on those that parted from it afterwards.
step_branches = Table(
    "step_branches",
    metadata,
    guild_column(),
    Column("step_id", Long, nullable=False),
    Column("branch_id", Long, nullable=False),
    PrimaryKeyConstraint("guild_id", "step_id", "branch_id"),
    refers("step_id", "order_steps"),
    refers("branch_id", "branches"),
    Index(None, "guild_id", "branch_id"),
    **STRICT,
)

played_turns = Table(
    "played_turns",
    metadata,
    guild_column(),
    Column("turn_id", Long, nullable=False),
    Column("player_id", Long),  # None: one of the model's Nth turns
    Column("due", OneOf(Due)),  # why the model wrote it by itself; None: a member did or asked
    PrimaryKeyConstraint("guild_id", "turn_id"),
    refers("turn_id", "turns"),
    refers("player_id", "players"),
    Index(None, "guild_id", "player_id"),
    **STRICT,
)

order_clocks = Table(
    "order_clocks",
    metadata,
    guild_column(),
    Column("branch_id", Long, nullable=False),
    Column("anchor_turn_id", Long),
    Column("player_id", Long),  # who is awaited, to write or to name the next
    Column("ballot_id", Long),  # in VOTE, the vote that is open
    Column("due", OneOf(Due)),  # what the model is to write by itself
    Column("since_ms", Long, nullable=False),
    Column("deadline_ms", Long),
    Column("reminder_ms", Long),  # None: none is to be sent, or it was
    PrimaryKeyConstraint("guild_id", "branch_id"),
    refers("branch_id", "branches"),
    refers("anchor_turn_id", "turns"),
    refers("player_id", "players"),
    refers("ballot_id", "ballots"),
    Index(None, "guild_id", "anchor_turn_id"),
    Index(None, "guild_id", "player_id"),
    Index(None, "guild_id", "ballot_id"),
    Index("next_deadline", "deadline_ms"),
    Index("next_reminder", "reminder_ms"),
    **STRICT,
)
