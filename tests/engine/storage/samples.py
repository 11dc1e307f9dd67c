"""Stories and turns to test on."""

from itertools import count
from pathlib import Path
from typing import Any

from engine.storage import Transaction, cast, line_drafts, moves, stories, turns
from engine.story import (
    Character,
    Length,
    Member,
    MoveKind,
    Rating,
    Sheet,
    Story,
    Turn,
    TurnKind,
    TurnState,
)

ADA = Member(901, "Ada")
BEA = Member(902, "Bea")
GUILD = 1
CHANNEL = 10
NOW = 1_700_000_000_000

_interactions = count(5_000)


def new_interaction() -> int:
    return next(_interactions)


async def add_story(tx: Transaction, **changes: Any) -> Story:
    facts: dict[str, Any] = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "starter": ADA,
        "title": "The Lighthouse",
        "genre": "mystery",
        "style": "terse",
        "language": "en",
        "rating": Rating.GENERAL,
        "length": Length.SHORT,
        "interaction_id": new_interaction(),
        "now_ms": NOW,
    }
    return await stories.insert_story(tx, **(facts | changes))


async def add_turn(
    tx: Transaction, story: Story, parent_id: int | None = None, **changes: Any
) -> Turn:
    facts: dict[str, Any] = {
        "guild_id": story.guild_id,
        "story_id": story.id,
        "parent_id": parent_id,
        "kind": TurnKind.HUMAN,
        "state": TurnState.WRITTEN,
        "author": ADA,
        "text": "The lamp went out.",
        "interaction_id": new_interaction(),
        "now_ms": NOW,
    }
    return await turns.insert_turn(tx, **(facts | changes))


async def add_model_turn(
    tx: Transaction, story: Story, parent_id: int | None = None, **changes: Any
) -> Turn:
    facts: dict[str, Any] = {"kind": TurnKind.MODEL, "state": TurnState.ACCEPTED, "text": ""}
    return await add_turn(tx, story, parent_id, **(facts | changes))


async def add_character(
    tx: Transaction, sheet: Sheet, *, interaction_id: int | None = None, **changes: Any
) -> Character:
    facts: dict[str, Any] = {"guild_id": GUILD, "creator": ADA, "now_ms": NOW}
    return await cast.insert_character(
        tx, sheet=sheet, interaction_id=interaction_id or new_interaction(), **(facts | changes)
    )


async def add_draft(
    tx: Transaction, story: Story, character: Character, member: Member = ADA, **changes: Any
) -> int:
    facts: dict[str, Any] = {
        "guild_id": story.guild_id,
        "channel_id": story.channel_id,
        "story_id": story.id,
        "character_id": character.id,
        "head_turn_id": story.head_turn_id,
        "member_id": member.id,
        "interaction_id": new_interaction(),
        "number": 1,
        "direction": "",
        "text": "Who is there?",
        "provenance": None,
        "now_ms": NOW,
    }
    wanted = facts | changes
    await line_drafts.insert_draft(tx, **wanted)
    (draft,) = await line_drafts.list_drafts(
        tx, guild_id=story.guild_id, interaction_id=wanted["interaction_id"]
    )
    return draft.id


async def move(
    tx: Transaction,
    story: Story,
    kind: MoveKind,
    expected: int | None,
    to: int | None,
    *,
    interaction_id: int | None = None,
) -> None:
    await moves.move_head(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        kind=kind,
        expected=expected,
        to=to,
        member_id=ADA.id,
        interaction_id=interaction_id,
        now_ms=NOW,
    )


async def head_of(tx: Transaction, story: Story) -> int | None:
    found = await stories.find_story(tx, guild_id=story.guild_id, story_id=story.id)
    assert found is not None
    return found.head_turn_id


def damage_pages(file: Path) -> None:
    """Overwrite some pages of a database file, so that reading them fails."""
    content = bytearray(file.read_bytes())
    content[4096 * 20 : 4096 * 30] = b"\xa5" * 4096 * 10
    file.write_bytes(content)


def damage_a_byte(file: Path) -> None:
    """Change the count of unused bytes in a page with rows, which only a check would notice."""
    content = bytearray(file.read_bytes())
    pages = range(4096 * 20, len(content), 4096)
    page_with_rows = next(start for start in pages if content[start] == 0x0D)
    content[page_with_rows + 7] += 9
    file.write_bytes(content)
