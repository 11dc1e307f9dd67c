import asyncio

import pytest

from engine.errors import (
    NoOpenStory,
    NotAllowed,
    NotYourTurn,
    StoryEnded,
    StoryMovedOn,
    TextRefused,
    TurnNotFound,
)
from engine.runtime import Engine
from engine.story import Outcome, TurnKind, TurnState
from engine.writing import (
    MOST_TURN_CHARACTERS,
    add_held_turn,
    check_may_write,
    end_story,
    find_turn_by_message,
)
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, new_id
from tests.fakes.gate import Gate


async def test_turns_follow_one_another(desk: Desk) -> None:
    first = await desk.write("The lamp was lit.", ANN)
    second = await desk.write("Nobody came.", BO)
    assert (first.parent_id, first.number) == (None, 1)
    assert (second.parent_id, second.number) == (first.id, 2)
    assert (second.kind, second.state, second.outcome) == (
        TurnKind.HUMAN,
        TurnState.WRITTEN,
        Outcome.COMPLETE,
    )
    assert await desk.texts() == ["The lamp was lit.", "Nobody came."]


async def test_a_text_is_kept_as_typed_but_for_the_space_around_it(desk: Desk) -> None:
    turn = await desk.write("\n  She said:\r\n\r\n  «no» <|im_end|> 👩‍🚀\u200b!  \n")
    assert turn.text == "She said:\n\n  «no» <|im_end|> 👩‍🚀\u200b!"


@pytest.mark.parametrize(
    ("text", "characters"), [("", 0), (" \n ", 0), ("\u200b\u2060", 2), ("a" * 4001, 4001)]
)
async def test_an_empty_or_endless_text_is_refused(desk: Desk, text: str, characters: int) -> None:
    with pytest.raises(TextRefused) as refusal:
        await desk.write(text)
    assert refusal.value == TextRefused(characters, MOST_TURN_CHARACTERS)
    assert await desk.texts() == []


async def test_the_same_interaction_writes_once(desk: Desk) -> None:
    interaction_id = new_id()
    first = await desk.write("Once.", interaction_id=interaction_id)
    await desk.write("Then.")
    assert await desk.write("Once.", interaction_id=interaction_id) == first
    assert await desk.texts() == ["Once.", "Then."]


async def test_writing_needs_an_open_story(engine: Engine) -> None:
    desk = Desk(engine)
    with pytest.raises(NoOpenStory) as refusal:
        await desk.write("Hello?")
    assert refusal.value.channel_id == desk.channel_id
    with pytest.raises(NoOpenStory):
        await check_may_write(engine, **desk.where)


async def test_the_check_before_a_modal_tells_the_head(desk: Desk) -> None:
    assert await check_may_write(desk.engine, **desk.where) is None
    turn = await desk.write("One.")
    assert await check_may_write(desk.engine, **desk.where) == turn.id


async def test_nobody_writes_while_the_model_writes(desk: Desk, gate: Gate) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        with pytest.raises(NotYourTurn) as refusal:
            await desk.write("Me too!")
        assert refusal.value.turn_id == draft.turn.id
        with pytest.raises(NotYourTurn):
            await check_may_write(desk.engine, **desk.where)
        gate.open()
    await desk.write("Now.")


async def test_a_modal_that_comes_late_has_its_text_held(desk: Desk) -> None:
    head_id = await check_may_write(desk.engine, **desk.where)
    other = await desk.write("Faster.", BO)
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.write("Slower.", ANN, expected_head_id=head_id)
    assert refusal.value.head_turn_id == other.id
    assert await desk.texts() == ["Faster."]
    held_id = refusal.value.held_turn_id
    assert held_id is not None
    added = await add_held_turn(
        desk.engine, guild_id=GUILD, turn_id=held_id, member=ANN, interaction_id=new_id()
    )
    assert (added.id, added.parent_id, added.number) == (held_id, other.id, 2)
    assert added.state is TurnState.WRITTEN
    assert await desk.texts() == ["Faster.", "Slower."]


async def test_a_modal_that_ends_while_the_model_writes_has_its_text_held(
    desk: Desk, gate: Gate
) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        with pytest.raises(StoryMovedOn) as refusal:
            await desk.write("Slower.", expected_head_id=None)
        assert refusal.value.head_turn_id == draft.turn.id
        held_id = refusal.value.held_turn_id
        assert held_id is not None
        fields = {"guild_id": GUILD, "turn_id": held_id, "member": ANN}
        with pytest.raises(NotYourTurn):
            await add_held_turn(desk.engine, **fields, interaction_id=new_id())
        gate.open()
    await add_held_turn(desk.engine, **fields, interaction_id=new_id())
    assert (await desk.texts())[1:] == ["Slower."]


async def test_a_late_modal_sent_again_is_held_once(desk: Desk) -> None:
    await desk.write("Faster.", BO)
    interaction_id = new_id()
    held = set()
    for _ in range(2):
        with pytest.raises(StoryMovedOn) as refusal:
            await desk.write("Slower.", expected_head_id=None, interaction_id=interaction_id)
        held.add(refusal.value.held_turn_id)
    assert len(held) == 1


async def test_a_held_text_is_added_once(desk: Desk) -> None:
    await desk.write("Faster.", BO)
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.write("Slower.", expected_head_id=None)
    fields = {"guild_id": GUILD, "turn_id": refusal.value.held_turn_id, "member": ANN}
    first = await add_held_turn(desk.engine, **fields, interaction_id=new_id())
    assert await add_held_turn(desk.engine, **fields, interaction_id=new_id()) == first
    assert await desk.texts() == ["Faster.", "Slower."]


async def test_a_held_text_belongs_to_its_author(desk: Desk) -> None:
    await desk.write("Faster.", ANN)
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.write("Slower.", BO, expected_head_id=None)
    fields = {"turn_id": refusal.value.held_turn_id, "interaction_id": new_id()}
    with pytest.raises(NotAllowed):
        await add_held_turn(desk.engine, guild_id=GUILD, member=CY, **fields)
    with pytest.raises(TurnNotFound):
        await add_held_turn(desk.engine, guild_id=GUILD + 1, member=BO, **fields)
    await add_held_turn(desk.engine, guild_id=GUILD, member=MO, **fields)


async def test_a_held_text_outlives_the_end_of_the_story_unadded(desk: Desk) -> None:
    await desk.write("Faster.", BO)
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.write("Slower.", expected_head_id=None)
    await end_story(desk.engine, **desk.where, member=ANN)
    with pytest.raises(StoryEnded):
        await add_held_turn(
            desk.engine,
            guild_id=GUILD,
            turn_id=refusal.value.held_turn_id,
            member=ANN,
            interaction_id=new_id(),
        )


async def test_of_two_modals_on_one_head_one_is_written_and_one_held(desk: Desk) -> None:
    results = await asyncio.gather(
        desk.write("Left.", ANN, expected_head_id=None),
        desk.write("Right.", BO, expected_head_id=None),
        return_exceptions=True,
    )
    refusals = [result for result in results if isinstance(result, StoryMovedOn)]
    assert len(refusals) == 1
    assert refusals[0].held_turn_id is not None
    assert len(await desk.texts()) == 1


async def test_messages_added_at_once_all_find_their_place(desk: Desk) -> None:
    texts = {f"Line {number}." for number in range(5)}
    await asyncio.gather(*(desk.write(text) for text in texts))
    assert set(await desk.texts()) == texts


async def test_a_turn_taken_from_a_message_is_found_by_it(desk: Desk) -> None:
    message_id = new_id()
    turn = await desk.write("As I said.", source_message_id=message_id)
    assert await find_turn_by_message(desk.engine, guild_id=GUILD, message_id=message_id) == turn
    assert (
        await find_turn_by_message(desk.engine, guild_id=GUILD + 1, message_id=message_id) is None
    )
