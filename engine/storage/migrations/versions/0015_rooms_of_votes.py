"""On which branch a vote is held, and what was done about the order.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ballot_branches",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("ballot_id", Long, nullable=False),
        sa.Column("branch_id", Long, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "ballot_id", name="pk_ballot_branches"),
        _refers("ballot_branches", "ballot_id", "ballots"),
        _refers("ballot_branches", "branch_id", "branches"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_ballot_branches_guild_id_branch_id", "ballot_branches", ["guild_id", "branch_id"]
    )
    op.create_index("step_of_a_server", "order_steps", ["guild_id", "id"], unique=True)
    op.create_table(
        "step_branches",
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("step_id", Long, nullable=False),
        sa.Column("branch_id", Long, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "step_id", "branch_id", name="pk_step_branches"),
        _refers("step_branches", "step_id", "order_steps"),
        _refers("step_branches", "branch_id", "branches"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_step_branches_guild_id_branch_id", "step_branches", ["guild_id", "branch_id"]
    )
    # What is there was shared by all branches at its turn: steps stay so. A vote goes to the
    # branch that stands where it was opened, the one in use before the others.
    op.execute(
        "INSERT INTO step_branches (guild_id, step_id, branch_id)"
        " SELECT s.guild_id, s.id, b.id FROM order_steps s"
        " JOIN branches b ON b.guild_id = s.guild_id AND b.story_id = s.story_id"
    )
    op.execute(
        "INSERT INTO ballot_branches (guild_id, ballot_id, branch_id)"
        " SELECT v.guild_id, v.id, COALESCE("
        "(SELECT b.id FROM branches b WHERE b.guild_id = v.guild_id AND b.story_id = v.story_id"
        " AND b.head_turn_id = v.head_turn_id ORDER BY b.in_use DESC, b.id LIMIT 1), "
        "(SELECT b.id FROM branches b WHERE b.guild_id = v.guild_id AND b.story_id = v.story_id"
        " AND b.in_use = 1)) FROM ballots v"
    )


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        [f"{other}.guild_id", f"{other}.id"],
        name=f"fk_{table}_{column}",
    )
