"""What is held about a member or a server: collect it, erase it."""

from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from sqlalchemy import Select, Update, delete, select, update

from engine.storage.database import Transaction
from engine.storage.rows import select_posts, to_post
from engine.storage.schema import (
    ballots,
    metadata,
    moves,
    posts,
    stories,
    style_lines,
    turns,
    votes,
)
from engine.story import Post, TurnKind, TurnState

ERASED_TITLE = "…"


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows lost a member's words, name or id, and where Discord still shows them."""

    stories: int
    turns: int
    moves: int
    ballots: int
    votes: int
    style_lines: int
    posts: tuple[Post, ...]  # of the member's own turns


async def collect_member(
    tx: Transaction, *, guild_id: int, member_id: int
) -> dict[str, list[dict[str, Any]]]:
    """Return every row that holds the member's words, name or id, by table, ready for JSON."""
    wanted: dict[str, Select[*tuple[Any, ...]]] = {
        "stories": select(stories).where(
            stories.c.guild_id == guild_id, stories.c.starter_id == member_id
        ),
        "turns": select(turns).where(turns.c.guild_id == guild_id, turns.c.author_id == member_id),
        "posts": select_posts().where(
            posts.c.guild_id == guild_id, posts.c.turn_id.in_(_own_turns(guild_id, member_id))
        ),
        "moves": select(moves).where(moves.c.guild_id == guild_id, moves.c.member_id == member_id),
        "ballots": select(ballots).where(
            ballots.c.guild_id == guild_id, ballots.c.opener_id == member_id
        ),
        "votes": select(votes).where(votes.c.guild_id == guild_id, votes.c.member_id == member_id),
        "style_lines": select(style_lines).where(
            style_lines.c.guild_id == guild_id, style_lines.c.member_id == member_id
        ),
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for name, query in wanted.items():
        rows = (await tx.execute(query)).mappings()
        found[name] = [{key: _plain(value) for key, value in row.items()} for row in rows]
    return found


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _own_turns(guild_id: int, member_id: int) -> Select[int]:
    return select(turns.c.id).where(turns.c.guild_id == guild_id, turns.c.author_id == member_id)


async def erase_member(tx: Transaction, *, guild_id: int, member_id: int) -> Erased:
    """Erase a member's words, name and id; turns and moves stay in their places, empty.

    What the model wrote at the member's request stays, without the direction. Scrub the database
    afterwards: until then copies of the words stand in its files.
    """
    shown = await tx.execute(
        select_posts()
        .where(
            posts.c.guild_id == guild_id,
            posts.c.turn_id.in_(
                _own_turns(guild_id, member_id).where(turns.c.kind == TurnKind.HUMAN)
            ),
        )
        .order_by(posts.c.turn_id, posts.c.part)
    )
    erased_posts = tuple(to_post(row) for row in shown)
    cast = await tx.execute(
        delete(votes).where(votes.c.guild_id == guild_id, votes.c.member_id == member_id)
    )
    listed = await tx.execute(
        delete(style_lines).where(
            style_lines.c.guild_id == guild_id, style_lines.c.member_id == member_id
        )
    )
    return Erased(
        stories=await _count(tx, _erase_stories(guild_id, member_id)),
        turns=await _erase_turns(tx, guild_id, member_id),
        moves=await _count(
            tx,
            update(moves)
            .where(moves.c.guild_id == guild_id, moves.c.member_id == member_id)
            .values(member_id=0),
        ),
        ballots=await _count(
            tx,
            update(ballots)
            .where(ballots.c.guild_id == guild_id, ballots.c.opener_id == member_id)
            .values(opener_id=0),
        ),
        votes=cast.rowcount,
        style_lines=listed.rowcount,
        posts=erased_posts,
    )


async def erase_guild(tx: Transaction, *, guild_id: int) -> None:
    """Delete every row of a server. Scrub the database afterwards."""
    for table in reversed(metadata.sorted_tables):
        await tx.execute(delete(table).where(table.c.guild_id == guild_id))


def _erase_stories(guild_id: int, member_id: int) -> Update:
    return (
        update(stories)
        .where(stories.c.guild_id == guild_id, stories.c.starter_id == member_id)
        .values(starter_id=0, starter_name="", title=ERASED_TITLE, genre="", style="")
    )


async def _erase_turns(tx: Transaction, guild_id: int, member_id: int) -> int:
    own = (turns.c.guild_id == guild_id) & (turns.c.author_id == member_id)
    # Held texts are in no branch: nothing refers to their rows.
    held = await tx.execute(delete(turns).where(own, turns.c.state == TurnState.HELD))
    # Nothing is left to be posted of a text that was not posted yet.
    await tx.execute(
        update(turns)
        .where(own, turns.c.kind == TurnKind.HUMAN, turns.c.state == TurnState.WRITTEN)
        .values(state=TurnState.POSTED)
    )
    await tx.execute(
        update(turns)
        .where(own, turns.c.kind == TurnKind.HUMAN)
        .values(text="", tokens=None, tokenizer=None, source_message_id=None)
    )
    blanked = await _count(
        tx, update(turns).where(own).values(author_id=0, author_name="", direction="")
    )
    return held.rowcount + blanked


async def _count(tx: Transaction, statement: Update) -> int:
    return (await tx.execute(statement)).rowcount
