"""The words of turns, for full-text search.

A row holds the keys of one told text (`engine.prose.segmenting`); it is found again by the text's
digest, so that an edited turn has a row of its own. On top of it SQLite has an FTS5 table, which
triggers keep equal, and PostgreSQL a GIN index over a tsvector of the very same keys: neither
parses anything.
"""

from sqlalchemy import DDL, Column, Index, Table, Text, UniqueConstraint, event

from engine.storage.schema.metadata import NUMBERED, guild_column, id_column, metadata, refers
from engine.storage.types import Long, Words

turn_words = Table(
    "turn_words",
    metadata,
    id_column(),
    guild_column(),
    Column("story_id", Long, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the told text, hex
    Column("scope", Text, nullable=False),  # "s" and the story's id: filters inside the index
    Column("words", Words, nullable=False),  # keys, separated by blanks
    UniqueConstraint("guild_id", "story_id", "digest"),
    refers("story_id", "stories"),
    Index(None, "guild_id", "story_id"),
    **NUMBERED,
)

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


def _on(moment: str, dialect: str, statement: str) -> None:
    ddl = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(turn_words, moment, ddl.execute_if(dialect=dialect))


for _statement in SQLITE:
    _on("after_create", "sqlite", _statement)
for _statement in POSTGRES:
    _on("after_create", "postgresql", _statement)
_on("before_drop", "sqlite", "DROP TABLE turn_search")
