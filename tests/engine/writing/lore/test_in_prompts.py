"""What lore reaches which prompt."""

from typing import Any

import pytest

from engine.memory.prompt import BlockKind
from engine.runtime import Engine
from engine.story import LoreScope, Sheet
from engine.writing.cast import Scene, create_character, draft_lines, speak_as
from engine.writing.lore import switch_entry, try_lore
from engine.writing.remembering import set_note
from tests.engine.writing.lore.scenes import add, context, lore_in, texts
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, new_id
from tests.fakes.scripted_model import ScriptedModel


async def make(engine: Engine, name: str, **sheet: str) -> int:
    made = await create_character(
        engine,
        guild_id=GUILD,
        creator=ANN,
        sheet=Sheet(name, **sheet),  # type: ignore[arg-type]
        interaction_id=new_id(),
    )
    return made.id


def scene_of(desk: Desk) -> Scene:
    return Scene(GUILD, desk.channel_id, "The Pier", "en", is_age_restricted=False)


async def speak(desk: Desk, name: str, line: str) -> None:
    await speak_as(
        desk.engine,
        scene=scene_of(desk),
        name=name,
        line=line,
        member=BO,
        interaction_id=new_id(),
    )


async def prompt_of_line(desk: Desk, model: ScriptedModel, character_id: int) -> str:
    await draft_lines(
        desk.engine,
        scene=scene_of(desk),
        character_id=character_id,
        member=ANN,
        interaction_id=new_id(),
    )
    return "\n".join(message.text for message in model.requests[-1].messages)


async def test_a_key_in_the_newest_turns_wakes_its_entry_and_nothing_else_does(
    desk: Desk,
) -> None:
    lamp = await add(desk, "The lamp burns whale oil.", "lamp, lantern")
    await add(desk, "The pier is closed in winter.", "pier")
    await desk.write("They lit the lantern.")
    (block,) = lore_in(await context(desk))
    assert block.text == "The lamp burns whale oil."
    assert block.source is not None
    assert (block.source.ids, block.source.key) == ((lamp.entry.entry.id,), 1)


async def test_a_turn_of_the_model_says_by_which_key_lore_came_in(desk: Desk) -> None:
    lamp = await add(desk, "The lamp burns whale oil.", "lamp")
    await desk.write("They lit the lamp.")
    turn = await desk.continue_()
    assert turn.provenance is not None
    (part,) = [part for part in turn.provenance.parts if part.kind == BlockKind.LORE]
    assert (part.ids, part.key) == ((lamp.entry.entry.id,), 0)


async def test_constant_lore_stands_before_the_turns_and_woken_lore_after_them(
    desk: Desk,
) -> None:
    await add(desk, "Always so.")
    await add(desk, "Woken.", "lamp")
    await add(desk, "Among them.", "lamp", settings="position = at depth\ndepth = 1")
    await desk.write("First.")
    await desk.write("The lamp.")
    shown = [block.text for block in (await context(desk)).blocks]
    places = [shown.index(text) for text in ("Always so.", "Among them.", "The lamp.", "Woken.")]
    assert places == sorted(places)
    assert shown.index("First.") == shown.index("Among them.") - 1


async def test_undo_takes_lore_back_and_redo_gives_the_same_prompt(desk: Desk) -> None:
    await add(desk, "The lamp burns whale oil.", "lamp", settings="sticky = 3")
    await desk.write("A quiet night.")
    before = await context(desk)
    await desk.write("They lit the lamp.")
    lit = await context(desk)
    assert texts(lore_in(lit)) == ["The lamp burns whale oil."]
    await desk.undo()
    assert await context(desk) == before
    await desk.redo()
    assert await context(desk) == lit


async def test_lore_holds_where_its_scope_is(desk: Desk) -> None:
    await add(desk, "Of the server.", scope=LoreScope.SERVER)
    await add(desk, "Of the channel.", scope=LoreScope.CHANNEL)
    await add(desk, "Of the story.", scope=LoreScope.STORY)
    other = Desk(desk.engine)
    await other.start()
    assert set(texts(lore_in(await context(desk)))) == {
        "Of the server.",
        "Of the channel.",
        "Of the story.",
    }
    assert texts(lore_in(await context(other))) == ["Of the server."]


async def test_a_persona_is_there_once_its_member_takes_part(desk: Desk) -> None:
    await add(desk, "{{user}} plays a smuggler.", scope=LoreScope.PERSONA, member=BO)
    await desk.write("Night.", ANN)
    assert lore_in(await context(desk, CY)) == []
    assert texts(lore_in(await context(desk, BO))) == ["Bo plays a smuggler."]
    await desk.write("A boat.", BO)
    await desk.write("Fog.", ANN)
    assert texts(lore_in(await context(desk, ANN))) == ["Bo plays a smuggler."]


async def test_a_characters_lore_is_in_the_story_once_it_spoke(desk: Desk) -> None:
    await make(desk.engine, "Mira")
    await add(
        desk, "{{char}} fears water.", scope=LoreScope.CHARACTER, member=ANN, character="Mira"
    )
    await desk.write("Night.")
    assert lore_in(await context(desk)) == []
    await speak(desk, "Mira", "Who is there?")
    assert texts(lore_in(await context(desk))) == ["Mira fears water."]


async def test_a_character_sees_its_own_lore_and_not_that_of_others(
    desk: Desk, model: ScriptedModel
) -> None:
    mira, tom = await make(desk.engine, "Mira"), await make(desk.engine, "Tom")
    for name, secret in (("Mira", "Mira is the thief."), ("Tom", "Tom is a spy.")):
        await add(desk, secret, scope=LoreScope.CHARACTER, member=ANN, character=name)
    await speak(desk, "Mira", "Who is there?")
    await speak(desk, "Tom", "Only me.")
    as_mira = await prompt_of_line(desk, model, mira)
    assert ("Mira is the thief." in as_mira, "Tom is a spy." in as_mira) == (True, False)
    as_tom = await prompt_of_line(desk, model, tom)
    assert ("Mira is the thief." in as_tom, "Tom is a spy." in as_tom) == (False, True)
    assert set(texts(lore_in(await context(desk)))) == {"Mira is the thief.", "Tom is a spy."}


async def test_filters_keep_lore_from_a_character_but_not_from_the_story(
    desk: Desk, model: ScriptedModel
) -> None:
    mira, tom = await make(desk.engine, "Mira"), await make(desk.engine, "Tom")
    hidden = "characters = Mira\nexclude characters = yes"
    await add(desk, "The crown is fake.", "crown", settings=hidden)
    await add(desk, "Only she has the key.", "crown", settings="characters = Mira")
    await speak(desk, "Mira", "The crown!")
    await speak(desk, "Tom", "The crown?")
    as_mira = await prompt_of_line(desk, model, mira)
    assert ("is fake" in as_mira, "has the key" in as_mira) == (False, True)
    as_tom = await prompt_of_line(desk, model, tom)
    assert ("is fake" in as_tom, "has the key" in as_tom) == (True, False)
    assert set(texts(lore_in(await context(desk)))) == {
        "The crown is fake.",
        "Only she has the key.",
    }


async def test_lore_that_is_off_is_not_used(desk: Desk) -> None:
    kept = await add(desk, "The lamp burns whale oil.", "lamp")
    await desk.write("The lamp.")
    entry = {"guild_id": GUILD, "entry_id": kept.entry.entry.id, "member": MO}
    await switch_entry(desk.engine, **entry, is_on=False)
    assert lore_in(await context(desk)) == []
    await switch_entry(desk.engine, **entry, is_on=True)
    assert len(lore_in(await context(desk))) == 1


async def test_texts_are_counted_once_and_anew_when_they_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    count_tokens = desk.engine.model.count_tokens

    async def counting(wanted: Any) -> Any:
        counted.extend(wanted)
        return await count_tokens(wanted)

    monkeypatch.setattr(desk.engine.model, "count_tokens", counting)
    await add(desk, "Sleeping lore.", "nowhere")
    for _ in range(3):
        await context(desk)
    assert counted.count("Sleeping lore.") == 1


async def test_a_test_tells_what_a_text_wakes_and_what_is_dropped_and_why(desk: Desk) -> None:
    await add(desk, "The lamp burns whale oil.", "lamp")
    await add(desk, "It never comes.", "lamp", settings="probability = 0")
    await add(desk, "Elsewhere.", "harbour")
    tested = await try_lore(
        desk.engine, **desk.where, member=ANN, language="en", text="Somebody lit the lamp."
    )
    assert [(each.entry.content, each.key_text) for each in tested.scan.active] == [
        ("The lamp burns whale oil.", "lamp")
    ]
    assert [(each.entry.content, each.obstacle.value) for each in tested.scan.dropped] == [
        ("It never comes.", "roll")
    ]
    assert await desk.texts() == []


async def test_the_authors_note_wakes_lore_and_gives_a_place_to_lore_beside_it(
    desk: Desk,
) -> None:
    await add(desk, "Storms sink ships.", "storm")
    await add(desk, "Beside the note.", settings="constant = yes\nposition = note top")
    await desk.write("A quiet night.")
    assert lore_in(await context(desk)) == []
    await set_note(desk.engine, **desk.where, member=ANN, text="A storm is coming.")
    assert set(texts(lore_in(await context(desk)))) == {"Storms sink ships.", "Beside the note."}
