"""A member's stories, turns and moves."""

from sqlalchemy import Select, Update, delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.rows import select_posts, to_post
from engine.storage.schema import moves, posts, stories, turns
from engine.story import Post, TurnKind, TurnState

ERASED_TITLE = "…"


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the stories that the member started, their turns with posts, and their moves."""
    return {
        "stories": select(stories).where(
            stories.c.guild_id == guild_id, stories.c.starter_id == member_id
        ),
        "turns": select(turns).where(turns.c.guild_id == guild_id, turns.c.author_id == member_id),
        "posts": select_posts().where(
            posts.c.guild_id == guild_id, posts.c.turn_id.in_(_own_turns(guild_id, member_id))
        ),
        "moves": select(moves).where(moves.c.guild_id == guild_id, moves.c.member_id == member_id),
    }


async def list_shown(tx: Transaction, guild_id: int, member_id: int) -> tuple[Post, ...]:
    """Return where Discord shows what the member wrote. Ask before it is erased."""
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
    return tuple(to_post(row) for row in shown)


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Blank titles, texts, names and ids; the rows stay in their places."""
    return {
        "stories": await _count(tx, _erase_stories(guild_id, member_id)),
        "turns": await _erase_turns(tx, guild_id, member_id),
        "moves": await _count(
            tx,
            update(moves)
            .where(moves.c.guild_id == guild_id, moves.c.member_id == member_id)
            .values(member_id=0),
        ),
    }


def _own_turns(guild_id: int, member_id: int) -> Select[int]:
    return select(turns.c.id).where(turns.c.guild_id == guild_id, turns.c.author_id == member_id)


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
