"""Cards in and out of a server's cast."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.errors import CardFault, CardRefused, CastFull, FieldTooLong, NameTaken
from engine.files.card_versions import data_of, sheet_of
from engine.files.cards import read_card_file
from engine.files.faces import draw_face
from engine.runtime import Engine
from engine.story import Character, CharacterState, Member, Sheet
from engine.writing.cast import (
    CardForm,
    Imported,
    cards,
    characters,
    create_character,
    edit_character,
    export_card,
    face_of,
    import_card,
    read_cast,
    use_instructions,
)
from tests.engine.files.hostile_cards import HARMLESS, png, said, text, v2

GUILD = 1
ANN, BEN = Member(1, "Ann"), Member(2, "Ben")
MOD = Member(3, "Maya", is_moderator=True)
CARDS = Path(__file__).parents[2] / "files" / "cards"


async def bring(engine: Engine, content: bytes, **changes: Any) -> Imported:
    facts: dict[str, Any] = {"guild_id": GUILD, "creator": ANN, "interaction_id": 1}
    return await import_card(engine, content=content, **(facts | changes))


async def take(engine: Engine, character: Character, form: CardForm) -> bytes:
    _, content = await export_card(engine, guild_id=GUILD, character_id=character.id, form=form)
    return content


@pytest.mark.parametrize("name", ["v1", "v2", "v3", "v3-zh"])
async def test_a_card_goes_out_as_json_equal_to_what_came_in(engine: Engine, name: str) -> None:
    content = (CARDS / f"{name}.json").read_bytes()
    character = (await bring(engine, content)).character
    out = await take(engine, character, CardForm.JSON)
    assert json.loads(out) == json.loads(content)
    picture = read_card_file(await take(engine, character, CardForm.PNG))
    assert sheet_of(picture.card) == sheet_of(json.loads(content))


@pytest.mark.parametrize("name", HARMLESS)
async def test_a_strange_card_is_taken_and_given_back_as_it_came(engine: Engine, name: str) -> None:
    content = HARMLESS[name]()
    character = (await bring(engine, content)).character
    again = read_card_file(await take(engine, character, CardForm.JSON)).card
    assert again == read_card_file(content).card


async def test_the_importer_is_told_what_is_kept_and_not_used(engine: Engine) -> None:
    told = await bring(engine, (CARDS / "v2.json").read_bytes())
    assert (told.version, told.is_newer, told.has_two) == (2, False, False)
    assert told.creator_notes == "Made for one-shots. Do not tell her about the eye."
    assert (told.book_entries, told.group_greetings, told.has_instructions) == (1, 0, True)
    assert not told.has_picture
    assert not told.character.uses_instructions, "a stranger's instructions are off"
    assert told.character.sheet.other_greetings == ("“Again you.”", "“Shut the door.”")


async def test_a_moderator_alone_switches_the_cards_instructions_on(engine: Engine) -> None:
    character = (await bring(engine, (CARDS / "v2.json").read_bytes())).character
    it: dict[str, Any] = {"guild_id": GUILD, "character_id": character.id, "is_used": True}
    with pytest.raises(Exception, match="moderator"):
        await use_instructions(engine, member=ANN, **it)
    assert (await use_instructions(engine, member=MOD, **it)).uses_instructions


async def test_what_was_edited_goes_out_with_all_that_was_not(engine: Engine) -> None:
    content = (CARDS / "v2.json").read_bytes()
    character = (await bring(engine, content)).character
    edited = await edit_character(
        engine,
        guild_id=GUILD,
        character_id=character.id,
        member=ANN,
        written={"name": "Mira Vale", "greeting": "“Go.”"},
        edition=character.edition,
    )
    out = json.loads(await take(engine, edited, CardForm.JSON))
    card = json.loads(content)
    card["data"] |= {"name": "Mira Vale", "first_mes": "“Go.”"}
    assert out == card


async def test_a_made_character_goes_out_as_a_card_and_comes_in_elsewhere(engine: Engine) -> None:
    sheet = Sheet("沈知微", description="说书人", examples="“坐。”", greeting="“水刚开。”")
    made = await create_character(
        engine, guild_id=GUILD, creator=ANN, sheet=sheet, interaction_id=7
    )
    for form in CardForm:
        content = await take(engine, made, form)
        told = await bring(engine, content, guild_id=GUILD + 1 + len(form), interaction_id=8)
        assert told.character.sheet == sheet
    texts = read_card_file(await take(engine, made, CardForm.PNG))
    assert {"group_only_greetings", "alternate_greetings", "extensions"} <= set(data_of(texts.card))


async def test_the_picture_becomes_the_face_and_others_are_drawn(engine: Engine) -> None:
    red = io.BytesIO()
    Image.new("RGB", (400, 600), "red").save(red, "PNG")
    picture = red.getvalue()
    content = picture[:33] + text(v2()) + picture[33:]
    told = await bring(engine, content)
    face = await face_of(engine, guild_id=GUILD, character_id=told.character.id)
    assert told.has_picture
    assert face is not None
    with Image.open(io.BytesIO(face)) as opened:
        assert opened.convert("RGB").getpixel((9, 9)) == (255, 0, 0)
    drawn = await bring(engine, said(v2(name="Vera")), interaction_id=2)
    found = await face_of(engine, guild_id=GUILD, character_id=drawn.character.id)
    assert found == draw_face("Vera")
    assert await face_of(engine, guild_id=GUILD + 1, character_id=drawn.character.id) is None


async def test_a_card_whose_picture_is_broken_is_taken_without_it(engine: Engine) -> None:
    told = await bring(engine, png(text(v2()), body=text({}, b"other")))
    assert not told.has_picture


async def test_a_refused_card_leaves_nothing(engine: Engine) -> None:
    await bring(engine, said(v2()))
    with pytest.raises(NameTaken):
        await bring(engine, said(v2(name="MIRA")), interaction_id=2)
    with pytest.raises(FieldTooLong):
        await bring(engine, said(v2(name="Vera", description="x" * 30_001)), interaction_id=3)
    with pytest.raises(FieldTooLong):
        await bring(engine, said(v2(name="x" * 81)), interaction_id=4)
    cast = await read_cast(engine, guild_id=GUILD)
    assert [character.name for character in cast] == ["Mira"]


async def test_the_same_interaction_imports_once(engine: Engine) -> None:
    first = await bring(engine, said(v2()))
    again = await bring(engine, said(v2()))
    assert first.character == again.character


async def test_a_server_has_room_for_so_many_cards_and_characters(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "MOST_KEPT_CHARACTERS", 300)
    with pytest.raises(CardRefused) as refused:
        await bring(engine, said(v2(description="x" * 300)))
    assert refused.value.fault is CardFault.NO_ROOM
    monkeypatch.setattr(characters, "MOST_CHARACTERS", 1)
    first = (await bring(engine, said(v2()))).character
    with pytest.raises(CastFull):
        await bring(engine, said(v2(name="Vera")), interaction_id=2)
    await characters.retire_character(engine, guild_id=GUILD, character_id=first.id, member=ANN)
    await bring(engine, said(v2(name="Vera")), interaction_id=3)
    with pytest.raises(CastFull):
        await characters.bring_back(engine, guild_id=GUILD, character_id=first.id, member=ANN)
    retired = await read_cast(engine, guild_id=GUILD, state=CharacterState.RETIRED)
    assert [character.id for character in retired] == [first.id]
