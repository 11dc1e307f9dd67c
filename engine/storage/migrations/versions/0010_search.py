"""Full-text search over turns.

The rows of turns that exist are written when their stories are next looked after: they are made
of words by code that a migration must not depend on, and a search finds the same without them.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE = (
    "CREATE VIRTUAL TABLE turn_search USING fts5("
    "scope, words, content='turn_words', content_rowid='id', tokenize='ascii', detail='column')",
    "CREATE TRIGGER turn_words_added AFTER INSERT ON turn_words BEGIN"
    " INSERT INTO turn_search(rowid, scope, words) VALUES (new.id, new.scope, new.words); END",
    "CREATE TRIGGER turn_words_gone AFTER DELETE ON turn_words BEGIN"
    " INSERT INTO turn_search(turn_search, rowid, scope, words)"
    " VALUES ('delete', old.id, old.scope, old.words); END",
)
POSTGRES = (
    "CREATE INDEX turn_search ON turn_words"
    " USING gin (array_to_tsvector(string_to_array(words, ' ')))",
)


def upgrade() -> None:
    op.create_table(
        "turn_words",
        sa.Column("id", Long, autoincrement=True, nullable=False),
        sa.Column("guild_id", Long, nullable=False),
        sa.Column("story_id", Long, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turn_words"),
        sa.UniqueConstraint(
            "guild_id", "story_id", "digest", name="uq_turn_words_guild_id_story_id_digest"
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "story_id"],
            ["stories.guild_id", "stories.id"],
            name="fk_turn_words_story_id",
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_turn_words_guild_id_story_id", "turn_words", ["guild_id", "story_id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRES:
        op.execute(statement)
