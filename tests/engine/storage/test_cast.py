from typing import Any

import pytest

from engine.errors import CharacterChanged, CharacterNotFound, NameTaken
from engine.storage import Database, Transaction, cast, turns
from engine.story import Character, CharacterState, Sheet, Speaker, TurnKind
from tests.engine.storage.samples import ADA, GUILD, add_character, add_story, add_turn

HOSTILE = "a\x00b\ud800c"


async def test_a_character_is_found_by_its_name_in_any_case_and_width(database: Database) -> None:
    async with database.writing() as tx:
        mira = await add_character(tx, Sheet("Mira  Łuk"))
        for name in ("mira łuk", "MIRA ŁUK", " ＭＩＲＡ łuk "):
            assert await cast.find_character_by_name(tx, guild_id=GUILD, name=name) == mira
        assert await cast.find_character_by_name(tx, guild_id=GUILD, name="Mir") is None


async def test_a_name_is_given_once_among_the_living(database: Database) -> None:
    async with database.writing() as tx:
        first = await add_character(tx, Sheet("Mira"))
        with pytest.raises(NameTaken, match="MIRA"):
            await add_character(tx, Sheet("MIRA"))
        await cast.set_state(
            tx, guild_id=GUILD, character_id=first.id, state=CharacterState.RETIRED
        )
        second = await add_character(tx, Sheet("MIRA"))
    with pytest.raises(NameTaken):
        async with database.writing() as tx:
            await cast.set_state(
                tx, guild_id=GUILD, character_id=first.id, state=CharacterState.LIVE
            )
    async with database.reading() as tx:
        assert await cast.list_characters(tx, guild_id=GUILD) == [second]
        retired = await cast.list_characters(tx, guild_id=GUILD, state=CharacterState.RETIRED)
    assert [character.id for character in retired] == [first.id]


async def test_the_same_interaction_adds_a_character_once(database: Database) -> None:
    async with database.writing() as tx:
        first = await add_character(tx, Sheet("Mira"), interaction_id=7)
        assert await add_character(tx, Sheet("Mira"), interaction_id=7) == first


async def test_an_edit_of_an_older_edition_is_refused(database: Database) -> None:
    async with database.writing() as tx:
        mira = await add_character(tx, Sheet("Mira"))
        edited = await edit(tx, mira, Sheet("Mira", description="tall"))
        assert (edited.edition, edited.sheet.description) == (2, "tall")
        with pytest.raises(CharacterChanged):
            await edit(tx, mira, Sheet("Mira", description="small"))


async def edit(tx: Transaction, character: Character, sheet: Sheet) -> Character:
    return await cast.update_sheet(
        tx,
        guild_id=GUILD,
        character_id=character.id,
        sheet=sheet,
        edition=character.edition,
    )


async def test_every_field_is_kept_and_what_no_database_holds_is_replaced(
    database: Database,
) -> None:
    sheet = Sheet("Mira", *[HOSTILE] * 6, (HOSTILE, "二"), HOSTILE, HOSTILE)
    async with database.writing() as tx:
        kept = (await add_character(tx, sheet)).sheet
    assert kept.other_greetings == (HOSTILE, "二")
    assert kept.description == kept.last_instruction == "a\ufffdb\ufffdc"


async def test_cards_and_faces_are_kept_byte_for_byte(database: Database) -> None:
    png, card = bytes(range(256)) * 9, '{"name": "\\ud800\\u0000"}'
    async with database.writing() as tx:
        mira = await add_character(tx, Sheet("Mira"))
        for value in (b"", png):
            await cast.save_face(tx, guild_id=GUILD, character_id=mira.id, png=value)
        for text in ("{}", card):
            await cast.save_card(tx, guild_id=GUILD, character_id=mira.id, card=text)
        assert await cast.find_face(tx, guild_id=GUILD, character_id=mira.id) == png
        assert await cast.find_card(tx, guild_id=GUILD, character_id=mira.id) == card
        assert await cast.count_card_characters(tx, guild_id=GUILD) == len(card)


@pytest.mark.parametrize("kind", [TurnKind.HUMAN, TurnKind.MODEL])
async def test_a_line_is_read_with_its_turn_under_the_name_of_then(
    database: Database, kind: TurnKind
) -> None:
    async with database.writing() as tx:
        mira = await add_character(tx, Sheet("Mira", nickname="Mi"))
        story = await add_story(tx)
        plain = await add_turn(tx, story)
        spoken = await add_turn(tx, story, plain.id, kind=kind, text="Go.")
        await cast.insert_line(
            tx,
            guild_id=GUILD,
            turn_id=spoken.id,
            character_id=mira.id,
            name=mira.spoken_name,
        )
        await edit(tx, mira, Sheet("Vera"))
        path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=spoken.id)
    assert [turn.character for turn in path] == [None, Speaker(mira.id, "Mi")]
    assert [turn.told for turn in path] == ["The lamp went out.", "Mi: Go."]


async def test_what_is_not_there_is_not_found(database: Database) -> None:
    async with database.writing() as tx:
        assert await cast.find_character(tx, guild_id=GUILD, character_id=9) is None
        with pytest.raises(CharacterNotFound):
            await cast.set_state(tx, guild_id=GUILD, character_id=9, state=CharacterState.RETIRED)
        with pytest.raises(CharacterChanged):
            await edit(tx, character_of(9), Sheet("Mira"))


def character_of(character_id: int) -> Character:
    facts: dict[str, Any] = {"card_channel_id": None, "card_message_id": None, "created_ms": 0}
    return Character(
        id=character_id,
        guild_id=GUILD,
        creator_id=ADA.id,
        creator_name=ADA.name,
        state=CharacterState.LIVE,
        edition=1,
        uses_instructions=False,
        sheet=Sheet("Mira"),
        **facts,
    )
