import asyncio

import pytest

from engine.errors import (
    NoOpenStory,
    NotAllowed,
    NothingToRedo,
    NothingToUndo,
    Right,
    StoryMovedOn,
)
from engine.runtime import Engine
from engine.writing import show_context
from tests.fakes.desk import ANN, BO, CY, MO, Desk, new_id


async def test_undo_takes_the_newest_turn_out_and_redo_brings_it_back(desk: Desk) -> None:
    first = await desk.write("One.")
    second = await desk.write("Two.")
    undone = await desk.undo()
    assert (undone.turn, undone.head) == (second, first)
    assert await desk.texts() == ["One."]
    undone = await desk.undo()
    assert (undone.turn, undone.head) == (first, None)
    assert await desk.texts() == []
    assert await desk.redo() == first
    assert await desk.redo() == second
    assert await desk.texts() == ["One.", "Two."]


async def test_at_either_end_there_is_nothing_left_to_do(desk: Desk) -> None:
    with pytest.raises(NothingToUndo):
        await desk.undo()
    with pytest.raises(NothingToRedo):
        await desk.redo()
    await desk.write("One.")
    await desk.undo()
    await desk.redo()
    with pytest.raises(NothingToRedo):
        await desk.redo()


async def test_a_new_turn_ends_what_can_be_redone(desk: Desk) -> None:
    await desk.write("One.")
    await desk.undo()
    await desk.write("Other.")
    with pytest.raises(NothingToRedo):
        await desk.redo()
    assert await desk.texts() == ["Other."]


async def test_undo_gives_back_the_very_same_prompt(desk: Desk) -> None:
    await desk.write("One.")
    await desk.continue_()
    before = await show_context(desk.engine, **desk.where)
    await desk.write("Two.")
    await desk.continue_()
    after = await show_context(desk.engine, **desk.where)
    assert after.messages != before.messages
    await desk.undo()
    await desk.undo()
    assert await show_context(desk.engine, **desk.where) == before
    await desk.redo()
    await desk.redo()
    assert await show_context(desk.engine, **desk.where) == after


async def test_a_button_under_an_older_turn_undoes_nothing(desk: Desk) -> None:
    first = await desk.write("One.")
    second = await desk.write("Two.")
    for attempt in (desk.undo, desk.redo):
        with pytest.raises(StoryMovedOn) as refusal:
            await attempt(expected_head_id=first.id)
        assert refusal.value.head_turn_id == second.id
    assert await desk.texts() == ["One.", "Two."]


async def test_the_same_interaction_undoes_and_redoes_once(desk: Desk) -> None:
    await desk.write("One.")
    await desk.write("Two.")
    interaction_id = new_id()
    first = await desk.undo(interaction_id=interaction_id)
    assert await desk.undo(interaction_id=interaction_id) == first
    assert await desk.texts() == ["One."]
    await desk.undo()
    interaction_id = new_id()
    again = await desk.redo(interaction_id=interaction_id)
    assert await desk.redo(interaction_id=interaction_id) == again
    assert await desk.texts() == ["One."]


async def test_of_two_undos_of_one_turn_one_is_refused(desk: Desk) -> None:
    await desk.write("One.")
    second = await desk.write("Two.")
    results = await asyncio.gather(
        desk.undo(expected_head_id=second.id),
        desk.undo(expected_head_id=second.id),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StoryMovedOn) for result in results) == 1
    assert await desk.texts() == ["One."]


async def test_a_turn_is_undone_by_its_author_the_starter_or_a_moderator(desk: Desk) -> None:
    for author, member in ((BO, BO), (BO, ANN), (BO, MO)):
        await desk.write("Mine.", author)
        for attempt in (desk.undo, desk.redo):
            if attempt == desk.redo:
                await desk.undo(member)
            with pytest.raises(NotAllowed) as refusal:
                await attempt(CY)
            assert refusal.value.needed is Right.AUTHOR
        await desk.redo(member)


async def test_undo_needs_an_open_story(engine: Engine) -> None:
    desk = Desk(engine)
    for attempt in (desk.undo(), desk.redo()):
        with pytest.raises(NoOpenStory):
            await attempt
