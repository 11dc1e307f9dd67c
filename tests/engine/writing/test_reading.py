import asyncio

import pytest

from engine.errors import NoOpenStory, TurnNotFound
from engine.runtime import Engine
from engine.story import Post
from engine.writing import (
    Participant,
    find_turn_by_message,
    get_turn,
    read_story,
    record_post,
    story_status,
)
from engine.writing.reading import count_words
from tests.fakes.desk import ANN, BO, GUILD, Desk, new_id
from tests.fakes.gate import Gate


async def test_the_status_counts_what_is_written(desk: Desk) -> None:
    await desk.write("The lamp was lit.", BO)
    await desk.continue_(ANN)
    await desk.write("Nobody came.", BO)
    status = await story_status(desk.engine, **desk.where)
    assert (status.turns, status.words) == (3, 4 + 12 + 2)
    assert status.participants == (Participant(BO.id, "Bo", 2), Participant(ANN.id, "Ann", 0))
    assert (status.pending, status.can_redo) == (None, False)


async def test_what_is_on_no_branch_in_use_counts_for_nobody(desk: Desk) -> None:
    await desk.write("The lamp was lit.", ANN)
    await desk.write("Nobody came.", BO)
    await desk.undo(BO)
    status = await story_status(desk.engine, **desk.where)
    assert (status.turns, status.participants) == (1, (Participant(ANN.id, "Ann", 1),))


async def test_the_status_of_an_empty_story(desk: Desk) -> None:
    status = await story_status(desk.engine, **desk.where)
    assert (status.turns, status.words, status.participants) == (0, 0, ())


async def test_the_status_shows_what_the_model_is_writing(desk: Desk, gate: Gate) -> None:
    await desk.write("One.")
    gate.shut()
    async with desk.drafting() as draft:
        status = await story_status(desk.engine, **desk.where)
        assert status.pending is not None
        assert status.pending.id == draft.turn.id
        assert status.turns == 1
        gate.let(3)
        while (await story_status(desk.engine, **desk.where)).pending.text == "":
            await asyncio.sleep(0.01)
        assert await desk.texts() == ["One."]
        gate.open()


async def test_the_status_tells_whether_redo_is_possible(desk: Desk) -> None:
    await desk.write("One.")
    await desk.undo()
    assert (await story_status(desk.engine, **desk.where)).can_redo
    await desk.write("Two.")
    assert not (await story_status(desk.engine, **desk.where)).can_redo


async def test_a_channel_without_a_story_has_nothing_to_read(engine: Engine) -> None:
    for use_case in (read_story, story_status):
        with pytest.raises(NoOpenStory):
            await use_case(engine, guild_id=GUILD, channel_id=new_id())


async def test_a_turn_is_found_by_any_message_that_shows_it(desk: Desk) -> None:
    turn = await desk.write("One.")
    message_id = new_id()
    post = Post(turn.id, 1, desk.channel_id, message_id)
    await record_post(desk.engine, guild_id=GUILD, post=post)
    assert await find_turn_by_message(desk.engine, guild_id=GUILD, message_id=message_id) == turn
    assert await find_turn_by_message(desk.engine, guild_id=GUILD, message_id=1) is None


async def test_a_turn_is_had_by_its_id_with_its_story(desk: Desk) -> None:
    written = await desk.write("One.")
    await desk.undo()
    story, turn = await get_turn(desk.engine, guild_id=GUILD, turn_id=written.id)
    assert turn == written
    assert story == (await read_story(desk.engine, **desk.where))[0]
    with pytest.raises(TurnNotFound):
        await get_turn(desk.engine, guild_id=GUILD + 1, turn_id=written.id)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One, two — three!", 3),
        ("It's a well-known café.", 4),
        ("夜里很冷。", 4),
        ("她说 OK, 然后走了", 7),
        ("ひらがな カタカナ", 8),
        ("42 geese", 2),
    ],
)
def test_words_are_counted_as_their_writers_count_them(text: str, words: int) -> None:
    assert count_words(text) == words
