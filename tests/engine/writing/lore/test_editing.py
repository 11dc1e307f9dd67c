"""Who writes lore where, and how it comes, changes and goes."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import (
    CharacterNotFound,
    LoreChanged,
    LoreFull,
    LoreNeverFires,
    LoreNotFound,
    NoPlaceForLore,
    NotAllowed,
)
from engine.privacy import erase_member
from engine.story import LoreScope, Sheet
from engine.writing.cast import CardForm, create_character, export_card, import_card
from engine.writing.lore import (
    FileForm,
    edit_entry,
    editing,
    export_book,
    find_named_book,
    find_named_entry,
    import_book,
    list_lore,
    read_entries,
    remove_book,
    remove_entry,
    switch_entry,
)
from tests.engine.writing.lore.scenes import add, context, home_of, lore_in, texts
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, new_id

CARD: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Mira",
        "description": "A smuggler.",
        "personality": "",
        "scenario": "",
        "first_mes": "",
        "mes_example": "",
        "tags": ["elf"],
        "extensions": {"theirs": 1},
        "character_book": {
            "name": "Of Mira",
            "extensions": {"kept": True},
            "entries": [
                {
                    "keys": ["boat"],
                    "content": "{{char}} hides her boat.",
                    "extensions": {"odd": [1]},
                    "enabled": True,
                    "insertion_order": 5,
                    "id": 3,
                    "theirs": "kept",
                }
            ],
        },
    },
}


async def bring_card(desk: Desk, card: dict[str, Any] = CARD) -> int:
    told = await import_card(
        desk.engine,
        guild_id=GUILD,
        creator=ANN,
        content=json.dumps(card).encode(),
        interaction_id=new_id(),
    )
    return told.character.id


async def out(desk: Desk, character_id: int) -> Any:
    _, content = await export_card(
        desk.engine, guild_id=GUILD, character_id=character_id, form=CardForm.JSON
    )
    return json.loads(content)


async def seen(desk: Desk, member: Any = ANN) -> list[str]:
    books = await list_lore(desk.engine, **desk.where, member=member)
    return [entry.content for book in books for entry in book.book.entries]


@pytest.mark.parametrize("scope", [LoreScope.SERVER, LoreScope.CHANNEL])
async def test_only_moderators_write_for_server_and_channel(desk: Desk, scope: LoreScope) -> None:
    with pytest.raises(NotAllowed):
        await add(desk, "x", scope=scope, member=ANN)
    await add(desk, "x", scope=scope, member=MO)


async def test_only_who_made_a_character_or_a_moderator_writes_its_lore(desk: Desk) -> None:
    await create_character(
        desk.engine, guild_id=GUILD, creator=ANN, sheet=Sheet("Mira"), interaction_id=new_id()
    )
    fields: dict[str, Any] = {"scope": LoreScope.CHARACTER, "character": "mira"}
    with pytest.raises(NotAllowed):
        await add(desk, "x", member=BO, **fields)
    await add(desk, "x", member=ANN, **fields)
    await add(desk, "y", member=MO, **fields)
    with pytest.raises(CharacterNotFound):
        await add(desk, "x", scope=LoreScope.CHARACTER, character="Nobody")
    with pytest.raises(NoPlaceForLore):
        await add(desk, "x", scope=LoreScope.CHARACTER)


async def test_a_persona_is_written_by_its_member_and_removed_by_moderators_too(
    desk: Desk,
) -> None:
    kept = await add(desk, "A smuggler.", scope=LoreScope.PERSONA, member=BO)
    it = {"guild_id": GUILD, "entry_id": kept.entry.entry.id}
    assert await seen(desk, BO) == await seen(desk, MO) == ["A smuggler."]
    assert await seen(desk, ANN) == []
    with pytest.raises(NotAllowed):
        await switch_entry(desk.engine, **it, member=MO, is_on=False)
    with pytest.raises(NotAllowed):
        await remove_entry(desk.engine, **it, member=ANN)
    await remove_entry(desk.engine, **it, member=MO)
    assert await seen(desk, BO) == []


async def test_in_a_story_everybody_adds_and_its_starter_may_change_all(desk: Desk) -> None:
    kept = await add(desk, "One.", "one", member=BO)
    change: dict[str, Any] = {"guild_id": GUILD, "entry_id": kept.entry.entry.id, "language": "en"}
    with pytest.raises(NotAllowed):
        await edit_entry(desk.engine, **change, member=CY, written={"text": "x"}, edition=1)
    await edit_entry(desk.engine, **change, member=ANN, written={"text": "Two."}, edition=1)
    with pytest.raises(LoreChanged):
        await edit_entry(desk.engine, **change, member=BO, written={"text": "3"}, edition=1)
    assert await seen(desk) == ["Two."]


async def test_lore_of_a_story_needs_an_open_one(desk: Desk) -> None:
    with pytest.raises(NoPlaceForLore):
        await add(Desk(desk.engine), "x")


async def test_an_entry_that_nothing_calls_for_is_refused(desk: Desk) -> None:
    with pytest.raises(LoreNeverFires):
        await add(desk, "x", settings="")


async def test_entries_are_found_by_name_key_and_number(desk: Desk) -> None:
    kept = await add(desk, "One.", "Lantern, lamp", name="The Lamp")
    number = kept.entry.entry.id
    for name in ("the lamp", f"#{number}", f"#{number} The Lamp"):
        found = await find_named_entry(desk.engine, **desk.where, member=ANN, name=name)
        assert found.entry.id == number
    for name in ("", "lanterns", "#0", f"#{number + 1}"):
        with pytest.raises(LoreNotFound):
            await find_named_entry(desk.engine, **desk.where, member=ANN, name=name)
    other = Desk(desk.engine)
    with pytest.raises(LoreNotFound):  # it is of the story in another channel
        await find_named_entry(desk.engine, **other.where, member=ANN, name=f"#{number}")
    (named,) = await read_entries(desk.engine, guild_id=GUILD, entry_ids=[number, 999])
    assert named.entry.name == "The Lamp"


async def test_a_server_has_so_much_lore_and_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "MOST_ENTRIES", 2)
    for text in ("One.", "Two."):
        await add(desk, text)
    with pytest.raises(LoreFull):
        await add(desk, "Three.")
    assert await seen(desk) == ["One.", "Two."]


async def test_a_removed_book_is_gone_with_its_entries_and_others_stay(desk: Desk) -> None:
    await add(desk, "Stays.", "stays")
    entries = {"0": {"uid": 0, "key": ["a"], "content": "Goes."}}
    content = json.dumps({"entries": entries, "theirs": 1}).encode()
    told = await import_book(
        desk.engine,
        guild_id=GUILD,
        home=await home_of(desk, LoreScope.STORY),
        member=BO,
        content=content,
        filename="isle.json",
    )
    book = await find_named_book(desk.engine, **desk.where, member=CY, name="ISLE")
    assert book.book.id == told.book.book.id
    name, exported = await export_book(
        desk.engine, guild_id=GUILD, book_id=book.book.id, form=FileForm.WORLD_INFO
    )
    assert (name, json.loads(exported)) == ("isle.json", json.loads(content))
    with pytest.raises(NotAllowed):
        await remove_book(desk.engine, guild_id=GUILD, book_id=book.book.id, member=CY)
    await remove_book(desk.engine, guild_id=GUILD, book_id=book.book.id, member=BO)
    assert await seen(desk) == ["Stays."]


async def test_a_cards_book_comes_in_once_and_is_used_when_the_character_plays(
    desk: Desk,
) -> None:
    character_id = await bring_card(desk)
    assert await seen(desk) == ["{{char}} hides her boat."]
    assert await out(desk, character_id) == CARD
    (book,) = await list_lore(desk.engine, **desk.where, member=ANN)
    await remove_book(desk.engine, guild_id=GUILD, book_id=book.book.id, member=ANN)
    await desk.write("A boat!")
    await context(desk)
    assert await seen(desk) == [], "it is not brought in again"
    assert await out(desk, character_id) == CARD, "the card itself is as it came"


async def test_a_card_goes_out_with_its_lore_as_it_stands_now(desk: Desk) -> None:
    character_id = await bring_card(desk)
    (book,) = await list_lore(desk.engine, **desk.where, member=ANN)
    await edit_entry(
        desk.engine,
        guild_id=GUILD,
        entry_id=book.entries[0].entry.id,
        member=ANN,
        written={"text": "The boat is sold."},
        language="en",
        edition=1,
    )
    wanted = json.loads(json.dumps(CARD))
    wanted["data"]["character_book"]["entries"][0]["content"] = "The boat is sold."
    assert await out(desk, character_id) == wanted


async def test_a_card_of_before_lore_was_known_is_caught_up_with(desk: Desk) -> None:
    character_id = await bring_card(desk)
    async with desk.engine.database.writing() as tx:
        await forget_its_book(tx, character_id)
    assert await seen(desk) == []
    from engine.writing.cast import Scene, speak_as  # noqa: PLC0415

    await speak_as(
        desk.engine,
        scene=Scene(GUILD, desk.channel_id, "x", "en", is_age_restricted=False),
        name="Mira",
        line="The boat!",
        member=ANN,
        interaction_id=new_id(),
    )
    assert texts(lore_in(await context(desk))) == ["Mira hides her boat."]
    assert texts(lore_in(await context(desk))) == ["Mira hides her boat."]


async def forget_its_book(tx: Any, character_id: int) -> None:
    from sqlalchemy import delete  # noqa: PLC0415

    from engine.storage.schema import card_books, lore_entries, lorebooks  # noqa: PLC0415

    for table in (card_books, lore_entries, lorebooks):
        await tx.execute(delete(table).where(table.c.guild_id == GUILD))


async def test_erasing_a_member_takes_their_lore_out_of_the_prompts(desk: Desk) -> None:
    await add(desk, "Ann's.", member=ANN)
    await add(desk, "Bo's.", member=BO)
    await add(desk, "Bo himself.", scope=LoreScope.PERSONA, member=BO)
    await desk.write("Night.", BO)
    assert len(lore_in(await context(desk))) == 3
    await erase_member(desk.engine, guild_id=GUILD, member_id=BO.id)
    assert texts(lore_in(await context(desk))) == ["Ann's."]


CARDS = Path(__file__).parents[2] / "files" / "cards"


@pytest.mark.parametrize("name", ["v2", "v3", "v3-zh"])
async def test_cards_of_all_versions_keep_their_books(desk: Desk, name: str) -> None:
    card = json.loads((CARDS / f"{name}.json").read_text())
    assert await out(desk, await bring_card(desk, card)) == card
