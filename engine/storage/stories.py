"""Stories and their branches."""

from sqlalchemy import insert, select, update

from engine.errors import StoryAlreadyOpen
from engine.storage.branches import find_story_in_thread
from engine.storage.conflicts import insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import select_stories, to_story
from engine.storage.schema import branches, premises, stories, turns
from engine.story import Length, Member, Rating, Story, StoryState, TurnKind, TurnState

MAIN = "main"


async def insert_story(
    tx: Transaction,
    *,
    guild_id: int,
    channel_id: int,
    starter: Member,
    title: str,
    genre: str,
    style: str,
    language: str,
    rating: Rating,
    length: Length,
    interaction_id: int,
    now_ms: int,
    premise: str = "",
) -> Story:
    """Start a story on a first branch; the same interaction again returns the same story.

    Raises:
        StoryAlreadyOpen: the channel has an open story.
    """
    branched = await find_story_in_thread(tx, guild_id=guild_id, channel_id=channel_id)
    if branched is not None:
        raise StoryAlreadyOpen(channel_id, branched.title)
    story_id = await insert_unless_present(
        tx,
        stories,
        guild_id=guild_id,
        channel_id=channel_id,
        starter_id=starter.id,
        starter_name=starter.name,
        title=title,
        genre=genre,
        style=style,
        language=language,
        rating=rating,
        length=length,
        state=StoryState.OPEN,
        interaction_id=interaction_id,
        created_ms=now_ms,
    )
    if story_id is not None:
        await tx.execute(
            insert(branches).values(
                guild_id=guild_id, story_id=story_id, name=MAIN, in_use=1, created_ms=now_ms
            )
        )
        if premise:
            await tx.execute(
                insert(premises).values(guild_id=guild_id, story_id=story_id, text=premise)
            )
    row = (
        await tx.execute(
            select_stories().where(
                stories.c.guild_id == guild_id, stories.c.interaction_id == interaction_id
            )
        )
    ).one_or_none()
    if row is not None:
        return to_story(row)
    taken_by = await find_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    raise StoryAlreadyOpen(channel_id, taken_by.title if taken_by else "")


async def find_open_story(tx: Transaction, *, guild_id: int, channel_id: int) -> Story | None:
    """Return the open story of a channel or thread, on the branch that is written on there."""
    row = (
        await tx.execute(
            select_stories().where(
                stories.c.guild_id == guild_id,
                stories.c.channel_id == channel_id,
                stories.c.state == StoryState.OPEN,
            )
        )
    ).one_or_none()
    if row is not None:
        return to_story(row)
    branched = await find_story_in_thread(tx, guild_id=guild_id, channel_id=channel_id)
    return branched if branched is not None and branched.state is StoryState.OPEN else None


async def find_latest_story(tx: Transaction, *, guild_id: int, channel_id: int) -> Story | None:
    """Return the open story of a channel or thread, else the one that was started last."""
    row = (
        await tx.execute(
            select_stories()
            .where(stories.c.guild_id == guild_id, stories.c.channel_id == channel_id)
            .order_by((stories.c.state == StoryState.OPEN).desc(), stories.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    if row is not None:
        return to_story(row)
    return await find_story_in_thread(tx, guild_id=guild_id, channel_id=channel_id)


async def find_story(tx: Transaction, *, guild_id: int, story_id: int) -> Story | None:
    row = (
        await tx.execute(
            select_stories().where(stories.c.guild_id == guild_id, stories.c.id == story_id)
        )
    ).one_or_none()
    return to_story(row) if row else None


async def end_story(tx: Transaction, *, guild_id: int, story_id: int, now_ms: int) -> None:
    """Close a story for good; a story that has ended stays as it is."""
    await tx.execute(
        update(stories)
        .where(
            stories.c.guild_id == guild_id,
            stories.c.id == story_id,
            stories.c.state == StoryState.OPEN,
        )
        .values(state=StoryState.ENDED, ended_ms=now_ms)
    )


async def list_participants(
    tx: Transaction, *, guild_id: int, story_id: int
) -> list[tuple[int, str, int]]:
    """Return (id, newest name, own turns) of each member who wrote or asked for a turn.

    In the order in which they joined. Held turns do not count, erased members are not listed.
    """
    rows = await tx.execute(
        select(turns.c.author_id, turns.c.author_name, turns.c.kind)
        .where(
            turns.c.guild_id == guild_id,
            turns.c.story_id == story_id,
            turns.c.state != TurnState.HELD,
            turns.c.kind != TurnKind.REVISION,
            turns.c.author_id != 0,
        )
        .order_by(turns.c.id)
    )
    names: dict[int, str] = {}
    written: dict[int, int] = {}
    for author_id, name, kind in rows:
        names[author_id] = name
        written[author_id] = written.get(author_id, 0) + (kind == TurnKind.HUMAN)
    return [(author_id, name, written[author_id]) for author_id, name in names.items()]
