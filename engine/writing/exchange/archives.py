"""A whole story as JSON lines: every branch, alternative and revision, and how each came to be.

The first line tells what the file is; each other one is a row: its table, and its values by name.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.errors import (
    ArchiveFault,
    ArchiveRefused,
    NoOpenStory,
    StoryAlreadyOpen,
    StoryVeiled,
)
from engine.runtime import Engine
from engine.safety.ratings import refuse_unfit
from engine.storage import stories
from engine.storage.database import Transaction
from engine.storage.whole_story import ORDER, Rows, insert_rows, read_rows
from engine.story import Member, Provenance, Rating, Story, StoryState, TurnKind
from engine.writing.reading import find_story
from engine.writing.rights import require_moderator, require_starter
from engine.writing.veiling import is_veiled

FORMAT = "scriptorium story"
VERSION = 1
MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 500_000

_PROVENANCE = TypeAdapter(Provenance)


async def export_archive(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    story_id: int | None = None,
    member: Member,
) -> tuple[Story, bytes]:
    """Return a story and all there is of it as JSON lines; equal stories give equal files.

    Texts that are held for their authors, votes and messages of Discord are not in it.

    Raises:
        NoOpenStory: there is no such story.
        NotAllowed: the member is neither its starter nor a moderator.
        StoryVeiled: it is BLIND, and goes on.
    """
    async with engine.database.reading() as tx:
        story = await find_story(tx, guild_id=guild_id, channel_id=channel_id, story_id=story_id)
        if story is None:
            raise NoOpenStory(channel_id)
        require_starter(story, member)
        if await is_veiled(tx, story):
            raise StoryVeiled
        rows = await read_rows(tx, guild_id=guild_id, story_id=story.id)
    return story, await asyncio.to_thread(_written, rows)


async def import_archive(
    engine: Engine,
    data: bytes,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> Story:
    """Put a story that was exported into a channel, equal to what it was.

    What it says of who wrote what is believed, so that only moderators may bring one in.

    Raises:
        NotAllowed: the member is no moderator.
        ArchiveRefused: the file is no whole story.
        ContentRefused: its rating is not allowed in this channel.
        StoryAlreadyOpen: the channel has an open story.
    """
    require_moderator(member)
    rows = await asyncio.to_thread(_read, data)
    refuse_unfit(_rating(rows), channel_is_age_restricted=channel_is_age_restricted)
    async with engine.database.writing() as tx:
        if rows["stories"][0]["state"] == StoryState.OPEN:
            await _refuse_second(tx, guild_id=guild_id, channel_id=channel_id)
        story_id = await insert_rows(
            tx, rows, guild_id=guild_id, channel_id=channel_id, interaction_id=interaction_id
        )
        story = await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
        if story is None:  # it has no branch in use
            raise ArchiveRefused(ArchiveFault.DAMAGED, "branches")
        return story


async def _refuse_second(tx: Transaction, *, guild_id: int, channel_id: int) -> None:
    story = await stories.find_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    if story is not None:
        raise StoryAlreadyOpen(channel_id, story.title)


def _written(rows: Rows) -> bytes:
    lines = [json.dumps({"format": FORMAT, "version": VERSION})]
    lines += [
        json.dumps({"table": name, "row": row}, ensure_ascii=False)
        for name, of_table in rows.items()
        for row in of_table
    ]
    return ("\n".join(lines) + "\n").encode()


def _read(data: bytes) -> Rows:
    """Return the rows of a file.

    Raises:
        ArchiveRefused: it is none, too large, or its turns are no tree.
    """
    if len(data) > MOST_BYTES:
        raise ArchiveRefused(ArchiveFault.TOO_LARGE)
    lines = _objects(data)
    _, head = next(lines, (1, {}))
    if head.get("format") != FORMAT:
        raise ArchiveRefused(ArchiveFault.NO_ARCHIVE)
    if head.get("version") != VERSION:
        raise ArchiveRefused(ArchiveFault.TOO_NEW)
    rows: Rows = {name: [] for name in ORDER}
    for number, line in lines:
        table, row = line.get("table"), line.get("row")
        if not isinstance(table, str) or not isinstance(row, dict):
            raise ArchiveRefused(ArchiveFault.DAMAGED, str(number))
        if table not in rows:
            raise ArchiveRefused(ArchiveFault.UNKNOWN, table[:40])
        rows[table].append(row)
    if len(rows["stories"]) != 1:
        raise ArchiveRefused(ArchiveFault.DAMAGED, "stories")
    _check_tree(rows["turns"])
    return rows


def _objects(data: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield what stands in each line, and the line's number in the file."""
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        if number > MOST_ROWS:
            raise ArchiveRefused(ArchiveFault.TOO_LARGE)
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            fault = ArchiveFault.NO_ARCHIVE if number == 1 else ArchiveFault.DAMAGED
            raise ArchiveRefused(fault, str(number)) from None
        if not isinstance(value, dict):
            raise ArchiveRefused(ArchiveFault.NO_ARCHIVE, str(number))
        yield number, value


def _check_tree(turns: list[dict[str, Any]]) -> None:
    """Refuse turns that go round in circles, and a provenance that could not be shown."""
    by_id = {turn.get("id"): turn for turn in turns}
    if len(by_id) != len(turns):
        raise ArchiveRefused(ArchiveFault.DAMAGED, "turns.id")
    for turn in turns:
        if not _follows(turn, by_id.get(turn.get("parent_id"))):
            raise ArchiveRefused(ArchiveFault.DAMAGED, "turns.parent_id")
        if turn.get("provenance") is not None:
            try:
                _PROVENANCE.validate_json(turn["provenance"])
            except (TypeError, ValidationError):
                raise ArchiveRefused(ArchiveFault.DAMAGED, "turns.provenance") from None


def _follows(turn: Mapping[str, Any], parent: Mapping[str, Any] | None) -> bool:
    """Whether a turn's number and id go on from its parent's, so that no path has a circle."""
    try:
        if parent is None:
            return turn["parent_id"] is None and turn["number"] in {0, 1}
        if turn["kind"] == TurnKind.REVISION:
            return bool(turn["number"] == parent["number"] and turn["id"] > parent["id"])
        return bool(turn["number"] == parent["number"] + 1)
    except (KeyError, TypeError):
        return False


def _rating(rows: Rows) -> Rating:
    try:
        return Rating(str(rows["stories"][0].get("rating")))
    except ValueError:
        raise ArchiveRefused(ArchiveFault.DAMAGED, "stories.rating") from None
