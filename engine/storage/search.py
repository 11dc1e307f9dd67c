"""The full-text index of turns: which of a story's texts have any of some keys."""

from collections.abc import Collection, Mapping

from sqlalchemy import insert, select, text

from engine.storage.database import Transaction
from engine.storage.schema import turn_words

MOST_KEYS = 100  # are looked for in the index

# The story is a condition of the index itself: other stories' rows are never read.
_SQLITE = text(
    "SELECT turn_words.digest, turn_words.words FROM turn_search"
    " JOIN turn_words ON turn_words.id = turn_search.rowid"
    " WHERE turn_search MATCH :wanted AND turn_words.guild_id = :guild_id"
    " AND turn_words.story_id = :story_id"
)
_POSTGRES = text(
    "SELECT digest, words FROM turn_words WHERE guild_id = :guild_id AND story_id = :story_id"
    " AND array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:wanted AS tsquery)"
)


async def find_words(
    tx: Transaction, *, guild_id: int, story_id: int, keys: Collection[str]
) -> dict[str, str]:
    """Return the words of a story's indexed texts that have any of the keys, by their digest.

    With more than MOST_KEYS of them, nearly all texts have one: then all are returned, since to
    ask for each key takes far longer than to read them.
    """
    if not keys:
        return {}
    scoped = {"guild_id": guild_id, "story_id": story_id}
    if len(keys) > MOST_KEYS:
        rows = await tx.execute(
            select(turn_words.c.digest, turn_words.c.words).where(
                turn_words.c.guild_id == guild_id, turn_words.c.story_id == story_id
            )
        )
        return {row.digest: row.words for row in rows}
    # Keys are letters and digits only (`engine.prose.segmenting`): nothing in them is syntax.
    if tx.dialect.name == "sqlite":
        wanted = " OR ".join(f'"{key}"' for key in sorted(keys))
        query, values = _SQLITE, {"wanted": f"scope:{_scope(story_id)} AND words:({wanted})"}
    else:
        query, values = _POSTGRES, {"wanted": " | ".join(f"'{key}'" for key in sorted(keys))}
    return {row.digest: row.words for row in await tx.execute(query, {**scoped, **values})}


async def list_digests(tx: Transaction, *, guild_id: int, story_id: int) -> frozenset[str]:
    """Return the digests of a story's texts that are indexed."""
    found = await tx.scalars(
        select(turn_words.c.digest).where(
            turn_words.c.guild_id == guild_id, turn_words.c.story_id == story_id
        )
    )
    return frozenset(found)


async def add_words(
    tx: Transaction, *, guild_id: int, story_id: int, words: Mapping[str, str]
) -> None:
    """Index texts: their words, by their digest. What is indexed already stays."""
    known = await list_digests(tx, guild_id=guild_id, story_id=story_id)
    rows = [
        {
            "guild_id": guild_id,
            "story_id": story_id,
            "digest": digest,
            "scope": _scope(story_id),
            "words": each,
        }
        for digest, each in words.items()
        if digest not in known
    ]
    if rows:
        await tx.execute(insert(turn_words), rows)


def _scope(story_id: int) -> str:
    return f"s{story_id}"
