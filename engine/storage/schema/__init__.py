"""The tables. Migrations build them; a test holds the two equal.

Every table has `guild_id`, and every reference is the pair (guild_id, id): the database itself
refuses a row that points into another server. Times are epoch milliseconds.
"""

from engine.storage.schema.ballots import ballots, candidates, votes
from engine.storage.schema.metadata import metadata
from engine.storage.schema.stories import branches, moves, posts, stories, turns
from engine.storage.schema.styles import style_lines, styles

__all__ = [
    "ballots",
    "branches",
    "candidates",
    "metadata",
    "moves",
    "posts",
    "stories",
    "style_lines",
    "styles",
    "turns",
    "votes",
]
