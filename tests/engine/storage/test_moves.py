import asyncio

import pytest

from engine.errors import StoryEnded, StoryMovedOn
from engine.storage import Database, moves, stories
from engine.story import MoveKind, Story, redo_target
from tests.engine.storage.samples import (
    ADA,
    GUILD,
    NOW,
    add_story,
    add_turn,
    head_of,
    move,
    new_interaction,
)

RACERS = 12


async def test_a_head_moves_only_from_where_it_was_expected(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        await move(tx, story, MoveKind.WRITE, None, first.id)
        late = await add_turn(tx, story)
    async with database.writing() as tx:
        with pytest.raises(StoryMovedOn) as refusal:
            await move(tx, story, MoveKind.WRITE, None, late.id)
    assert refusal.value.head_turn_id == first.id
    async with database.reading() as tx:
        assert await head_of(tx, story) == first.id
        assert len(await moves.list_moves(tx, guild_id=GUILD, branch_id=story.branch_id)) == 1


async def test_of_tasks_racing_on_one_head_exactly_one_wins(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)

    async def race() -> int | None:
        try:
            async with database.writing() as tx:
                turn = await add_turn(tx, story)
                await asyncio.sleep(0)
                await move(tx, story, MoveKind.WRITE, None, turn.id)
                return turn.id
        except StoryMovedOn:
            return None

    winners = [won for won in await asyncio.gather(*(race() for _ in range(RACERS))) if won]
    async with database.reading() as tx:
        assert [await head_of(tx, story)] == winners


async def test_postgres_keeps_one_winner_even_among_writers_at_once(
    postgres_database: Database,
) -> None:
    """The gate lets one writer in at a time; the statements do not depend on it."""
    database = postgres_database
    async with database.writing() as tx:
        story = await add_story(tx)

    async def race() -> int | None:
        try:
            async with database.writer.begin() as tx:
                turn = await add_turn(tx, story)
                await move(tx, story, MoveKind.WRITE, None, turn.id)
                return turn.id
        except StoryMovedOn:
            return None

    winners = [won for won in await asyncio.gather(*(race() for _ in range(RACERS))) if won]
    async with database.reading() as tx:
        assert [await head_of(tx, story)] == winners


async def test_the_same_interaction_moves_a_head_once(database: Database) -> None:
    interaction_id = new_interaction()
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        second = await add_turn(tx, story, first.id)
        await move(tx, story, MoveKind.WRITE, None, first.id)
        await move(tx, story, MoveKind.WRITE, first.id, second.id)
        for _ in range(2):
            await move(tx, story, MoveKind.UNDO, second.id, first.id, interaction_id=interaction_id)
    async with database.reading() as tx:
        assert await head_of(tx, story) == first.id
        found = await moves.find_move_by_interaction(
            tx, guild_id=GUILD, interaction_id=interaction_id
        )
        journal = await moves.list_moves(tx, guild_id=GUILD, branch_id=story.branch_id)
    assert found is not None
    assert (found.kind, found.from_turn_id, found.to_turn_id) == (
        MoveKind.UNDO,
        second.id,
        first.id,
    )
    assert [each.kind for each in journal] == [MoveKind.WRITE, MoveKind.UNDO]


async def write_two_and_undo_both(database: Database) -> tuple[Story, int, int]:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        second = await add_turn(tx, story, first.id)
        await move(tx, story, MoveKind.WRITE, None, first.id)
        await move(tx, story, MoveKind.WRITE, first.id, second.id)
        await move(tx, story, MoveKind.UNDO, second.id, first.id)
        await move(tx, story, MoveKind.UNDO, first.id, None)
    return story, first.id, second.id


async def test_the_journal_tells_what_redo_brings_back(database: Database) -> None:
    story, first, second = await write_two_and_undo_both(database)
    async with database.writing() as tx:
        journal = await moves.list_moves(tx, guild_id=GUILD, branch_id=story.branch_id)
        assert redo_target(journal) == first
        await move(tx, story, MoveKind.REDO, None, first)
        journal = await moves.list_moves(tx, guild_id=GUILD, branch_id=story.branch_id)
        assert redo_target(journal) == second
        assert [each.member_id for each in journal] == [ADA.id] * len(journal)


async def test_a_new_turn_ends_what_can_be_redone(database: Database) -> None:
    story, _, _ = await write_two_and_undo_both(database)
    async with database.writing() as tx:
        other = await add_turn(tx, story)
        await move(tx, story, MoveKind.WRITE, None, other.id)
        journal = await moves.list_moves(tx, guild_id=GUILD, branch_id=story.branch_id)
    assert redo_target(journal) is None
    assert [each.to_turn_id for each in journal] == [other.id]


async def test_an_ended_story_moves_only_to_withdraw_a_turn(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        turn = await add_turn(tx, story)
        await move(tx, story, MoveKind.WRITE, None, turn.id)
        await stories.end_story(tx, guild_id=GUILD, story_id=story.id, now_ms=NOW)
    async with database.writing() as tx:
        with pytest.raises(StoryEnded):
            await move(tx, story, MoveKind.UNDO, turn.id, None)
        await move(tx, story, MoveKind.WITHDRAW, turn.id, None)
        assert await head_of(tx, story) is None
