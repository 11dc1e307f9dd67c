"""Notes, pins and samples: who may set them, and where they stand in the prompt."""

from typing import Any

import pytest

from engine.errors import (
    NoOpenStory,
    NotAllowed,
    NotYourWords,
    PassageNotFound,
    PinNotFound,
    SampleNotFound,
    TextRefused,
    TooManyKept,
)
from engine.memory.prompt import BlockKind, Prompt
from engine.runtime import Engine
from engine.story.order import Mode
from engine.writing import read_story, show_context
from engine.writing.remembering import (
    MOST_DEPTH,
    MOST_NOTE_CHARACTERS,
    MOST_PIN_CHARACTERS,
    MOST_PINS,
    MOST_SAMPLES,
    Memory,
    drop_sample,
    give_sample,
    pin_line,
    pin_turn,
    read_memory,
    sample_turn,
    set_note,
    unpin,
)
from engine.writing.revising import edit_turn
from engine.writing.summarizing import seal_blocks
from engine.writing.turn_rules import set_rules
from tests.fakes.desk import ANN, BO, GUILD, MO, Desk, new_id
from tests.fakes.scripted_model import ScriptedModel

K = BlockKind
LONG = "Ann went to the harbour and asked Tomas for the lamp. " * 20


async def context(desk: Desk) -> Prompt:
    return await show_context(desk.engine, **desk.where)


async def kept(desk: Desk, **options: Any) -> Memory:
    return await read_memory(desk.engine, **desk.where, **options)


async def texts(desk: Desk, kind: BlockKind) -> list[str]:
    return [block.text for block in (await context(desk)).blocks if block.kind is kind]


async def sample(desk: Desk, text: str, language: str = "en") -> int:
    return await give_sample(desk.engine, guild_id=GUILD, member=ANN, language=language, text=text)


async def drop_all_samples(desk: Desk) -> None:
    """Samples are the server's, and tests share the server."""
    for each in (await kept(desk)).samples:
        await drop_sample(desk.engine, guild_id=GUILD, sample_id=each.id, member=MO)


async def test_each_stands_at_its_place_in_the_prompt(desk: Desk) -> None:
    for number in range(3):
        await desk.write(f"Part {number}.")
    await set_note(desk.engine, **desk.where, member=ANN, text="Slow\ndown.", depth=1)
    await pin_line(desk.engine, **desk.where, member=BO, text="The keeper is blind.")
    await sample(desk, "Fog, and no wind.")
    prompt = await context(desk)
    shown = [(block.kind, block.role, block.text) for block in prompt.blocks]
    assert [kind for kind, _, _ in shown] == [
        *(K.SYSTEM, K.SAMPLE, K.OPENING, K.PIN),
        *(K.TURN, K.TURN, K.NOTE, K.TURN, K.INSTRUCTION),
    ]
    assert shown[1][1:] == ("system", "How we write:\nFog, and no wind.")
    assert shown[3][1:] == ("user", "Keep in mind: The keeper is blind.")
    assert shown[6][1:] == ("user", "[Author's note: Slow down.]")
    assert "Fog, and no wind." in prompt.messages[0].text


async def test_a_chinese_story_is_told_of_them_in_chinese(desk: Desk) -> None:
    chinese = Desk(desk.engine)
    await chinese.start(language="zh-CN")
    await chinese.write("钟响了。")
    await set_note(desk.engine, **chinese.where, member=ANN, text="慢一点。")
    await pin_line(desk.engine, **chinese.where, member=ANN, text="守塔人是瞎子。")
    await sample(desk, "雾，没有风。", "zh-CN")
    assert await texts(chinese, K.NOTE) == ["【作者注：慢一点。】"]
    assert await texts(chinese, K.PIN) == ["请记住：守塔人是瞎子。"]
    assert await texts(chinese, K.SAMPLE) == ["我们的文风：\n雾，没有风。"]
    await desk.write("A bell rang.")
    assert await texts(desk, K.SAMPLE) == [], "a sample is for stories in its language"


async def test_a_pinned_turn_shows_only_while_it_is_told_and_as_it_is_told(desk: Desk) -> None:
    await desk.write("A bell rang.")
    turn = await desk.write("The keeper is blind.")
    await pin_turn(desk.engine, **desk.where, member=BO, number=2)
    before = await context(desk)
    assert await texts(desk, K.PIN) == ["Keep in mind: The keeper is blind."]
    await desk.undo()
    assert await texts(desk, K.PIN) == []
    await desk.write("The keeper sees.")
    assert await texts(desk, K.PIN) == [], "another turn of this number is not pinned"
    await desk.undo()
    await desk.redo()
    (pin, told) = (await kept(desk)).pins[0]
    assert (pin.turn_id, told) == (turn.id, "")
    other = Desk(desk.engine)
    await other.start()
    assert await texts(other, K.PIN) == [], "pins are the story's"
    assert before.digest != (await context(desk)).digest


async def test_undo_and_redo_give_back_the_very_prompt(desk: Desk) -> None:
    for number in range(4):
        await desk.write(f"Part {number}. {LONG}")
    await pin_turn(desk.engine, **desk.where, member=ANN, number=3)
    await set_note(desk.engine, **desk.where, member=ANN, text="Slow down.", depth=2)
    before = await context(desk)
    assert sum(block.kind is K.PIN for block in before.blocks) == 1
    for _ in range(2):
        await desk.undo()
    assert await texts(desk, K.PIN) == []
    for _ in range(2):
        await desk.redo()
    assert (await context(desk)).messages == before.messages
    _, path = await read_story(desk.engine, **desk.where)
    await edit_turn(
        desk.engine,
        **desk.where,
        passage_id=path[2].id,
        member=ANN,
        text="The keeper is blind.",
        interaction_id=new_id(),
    )
    assert await texts(desk, K.PIN) == ["Keep in mind: The keeper is blind."]
    await desk.undo()
    assert (await context(desk)).messages == before.messages


async def test_a_note_is_replaced_kept_within_its_depth_and_taken_away(desk: Desk) -> None:
    await desk.write("A bell rang.")
    await set_note(desk.engine, **desk.where, member=ANN, text="Slow down.", depth=99)
    await set_note(desk.engine, **desk.where, member=BO, text="Hurry.", depth=99)
    note = (await kept(desk)).note
    assert note is not None
    assert (note.text, note.depth, note.member_id) == ("Hurry.", MOST_DEPTH, BO.id)
    assert await texts(desk, K.NOTE) == ["[Author's note: Hurry.]"]
    with pytest.raises(TextRefused):
        await set_note(desk.engine, **desk.where, member=ANN, text="x" * (MOST_NOTE_CHARACTERS + 1))
    await set_note(desk.engine, **desk.where, member=ANN, text=" ")
    assert (await kept(desk)).note is None
    assert await texts(desk, K.NOTE) == []


async def test_pins_are_refused_that_are_too_many_too_long_or_of_no_turn(desk: Desk) -> None:
    for text in ("", "x" * (MOST_PIN_CHARACTERS + 1)):
        with pytest.raises(TextRefused):
            await pin_line(desk.engine, **desk.where, member=ANN, text=text)
    with pytest.raises(PassageNotFound):
        await pin_turn(desk.engine, **desk.where, member=ANN, number=1)
    for number in range(MOST_PINS):
        await pin_line(desk.engine, **desk.where, member=ANN, text=f"Pin {number}.")
    with pytest.raises(TooManyKept) as refused:
        await pin_line(desk.engine, **desk.where, member=ANN, text="One more.")
    assert refused.value.most == MOST_PINS
    assert len((await kept(desk)).pins) == MOST_PINS


async def test_only_who_pinned_or_a_moderator_unpins(desk: Desk) -> None:
    for unpinning in (ANN, MO):
        pin_id = await pin_line(desk.engine, **desk.where, member=ANN, text="Blind.")
        with pytest.raises(NotAllowed):
            await unpin(desk.engine, guild_id=GUILD, pin_id=pin_id, member=BO)
        with pytest.raises(PinNotFound):
            await unpin(desk.engine, guild_id=GUILD + 1, pin_id=pin_id, member=MO)
        await unpin(desk.engine, guild_id=GUILD, pin_id=pin_id, member=unpinning)
        with pytest.raises(PinNotFound):
            await unpin(desk.engine, guild_id=GUILD, pin_id=pin_id, member=unpinning)
    assert (await kept(desk)).pins == ()


async def test_a_sample_is_ones_own_words_alone(desk: Desk) -> None:
    await desk.write("A bell rang.", ANN)
    await desk.continue_(ANN)
    for number, member in ((1, BO), (1, MO), (2, ANN)):
        with pytest.raises(NotYourWords):
            await sample_turn(desk.engine, **desk.where, member=member, number=number)
    with pytest.raises(PassageNotFound):
        await sample_turn(desk.engine, **desk.where, member=ANN, number=3)
    await sample_turn(desk.engine, **desk.where, member=ANN, number=1)
    (mine,) = (await kept(desk)).samples
    assert (mine.text, mine.member_id, mine.language) == ("A bell rang.", ANN.id, "en")


async def test_a_sample_of_an_edited_turn_is_what_its_author_wrote(desk: Desk) -> None:
    turn = await desk.write("A bell rang.", BO)
    await edit_turn(
        desk.engine,
        **desk.where,
        passage_id=turn.id,
        member=MO,
        text="A bell rang, and Mo wrote this.",
        interaction_id=new_id(),
    )
    await sample_turn(desk.engine, **desk.where, member=BO, number=1)
    assert [each.text for each in (await kept(desk)).samples] == ["A bell rang."]


async def test_a_server_keeps_so_many_samples_in_each_language(desk: Desk) -> None:
    await drop_all_samples(desk)
    for number in range(MOST_SAMPLES):
        sample_id = await sample(desk, f"Sample {number}.")
    with pytest.raises(TooManyKept):
        await sample(desk, "One more.")
    with pytest.raises(NotAllowed):
        await drop_sample(desk.engine, guild_id=GUILD, sample_id=sample_id, member=BO)
    await drop_sample(desk.engine, guild_id=GUILD, sample_id=sample_id, member=ANN)
    with pytest.raises(SampleNotFound):
        await drop_sample(desk.engine, guild_id=GUILD, sample_id=sample_id, member=ANN)
    await sample(desk, "One more.")
    assert len((await kept(desk)).samples) == MOST_SAMPLES


async def test_nothing_is_set_where_no_story_is_open(engine: Engine) -> None:
    where = {"guild_id": GUILD, "channel_id": new_id(), "member": ANN}
    with pytest.raises(NoOpenStory):
        await set_note(engine, **where, text="Slow down.")
    with pytest.raises(NoOpenStory):
        await pin_line(engine, **where, text="Blind.")
    with pytest.raises(NoOpenStory):
        await sample_turn(engine, **where, number=1)


async def test_a_blind_story_keeps_its_veil_in_the_memory(desk: Desk, model: ScriptedModel) -> None:
    for _ in range(6):
        await desk.write(f"{LONG}\nA bell rang.")
    await pin_turn(desk.engine, **desk.where, member=ANN, number=1)
    story = (await kept(desk)).story
    assert (await kept(desk)).blocks
    await set_rules(desk.engine, **desk.where, member=ANN, mode=Mode.BLIND)
    assert [text for _, text in (await kept(desk, member_id=BO.id)).pins] == ["A bell rang."]
    assert [text for _, text in (await kept(desk, member_id=ANN.id)).pins] != ["A bell rang."]
    assert (await kept(desk)).blocks == ()
    await seal_blocks(desk.engine, GUILD, story.id)
    assert model.requests == []
