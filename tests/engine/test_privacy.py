"""Erased words are gone from the files, not only from the rows."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from engine.privacy import erase_guild, erase_member, export_member
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.story import Member, MoveKind, TurnState
from tests.engine.storage.samples import BEA, GUILD, add_model_turn, add_story, add_turn, move
from tests.fakes.scripted_model import ScriptedModel

ZOE = Member(777_000_777, "Zoë Quill")
CANARIES = ("Zoë Quill", "canary title", "canary genre", "canary style", "canary words")
LONG_TEXT = "canary words " * 700  # more than two pages of the file


@pytest.fixture
async def engine(storage_settings: EngineSettings) -> AsyncGenerator[Engine]:
    async with open_engine(storage_settings, model=ScriptedModel()) as opened:
        yield opened


async def write_much(engine: Engine) -> None:
    """Let ZOE and BEA take turns for long, so that pages are split, moved and freed."""
    async with engine.database.writing() as tx:
        story = await add_story(
            tx, starter=ZOE, title="canary title", genre="canary genre", style="canary style"
        )
    head = None
    for number in range(60):
        async with engine.database.writing() as tx:
            text = LONG_TEXT if number % 7 == 0 else "canary words, few"
            own = await add_turn(tx, story, head, author=ZOE, text=text)
            await move(tx, story, MoveKind.WRITE, head, own.id)
            asked = await add_model_turn(
                tx, story, own.id, author=ZOE, direction="canary words as a direction"
            )
            others = await add_turn(tx, story, asked.id, author=BEA, text="Bea writes on.")
            await move(tx, story, MoveKind.WRITE, own.id, others.id)
            await add_turn(tx, story, author=ZOE, text=LONG_TEXT, state=TurnState.HELD)
            head = others.id


def count_in_files(folder: Path) -> dict[str, int]:
    """Count each canary in all files of the folder, byte by byte."""
    content = b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return {canary: content.count(canary.encode()) for canary in CANARIES}


async def test_no_byte_of_an_erased_member_is_left(
    sqlite_settings: EngineSettings,
) -> None:
    async with open_engine(sqlite_settings, model=ScriptedModel()) as engine:
        await write_much(engine)
        assert all(count_in_files(sqlite_settings.data_dir).values()), "nothing to erase"
        await erase_member(engine, guild_id=GUILD, member_id=ZOE.id)
        assert count_in_files(sqlite_settings.data_dir) == dict.fromkeys(CANARIES, 0)
        exported = await export_member(engine, guild_id=GUILD, member_id=ZOE.id)
    assert not any(rows for table, rows in exported.items() if not table.endswith("_id"))


async def test_no_byte_of_an_erased_server_is_left(sqlite_settings: EngineSettings) -> None:
    async with open_engine(sqlite_settings, model=ScriptedModel()) as engine:
        await write_much(engine)
        await erase_guild(engine.database, guild_id=GUILD)
        assert count_in_files(sqlite_settings.data_dir) == dict.fromkeys(CANARIES, 0)
        content = (sqlite_settings.data_dir / "scriptorium.sqlite3").read_bytes()
        assert b"Bea writes on." not in content


async def test_no_row_of_an_erased_member_is_left_in_the_tables_of_postgres(
    postgres_settings: EngineSettings, postgres_server: Any
) -> None:
    def count_names() -> int:
        postgres_server.psql("CHECKPOINT")
        tables = (postgres_server.pgdata / "base").rglob("*")
        return sum(
            file.read_bytes().count("Zoë Quill".encode()) for file in tables if file.is_file()
        )

    async with open_engine(postgres_settings, model=ScriptedModel()) as engine:
        await write_much(engine)
        assert count_names() > 0
        await erase_member(engine, guild_id=GUILD, member_id=ZOE.id)
        assert count_names() == 0


async def test_an_export_is_json_and_has_what_the_member_wrote(engine: Engine) -> None:
    await write_much(engine)
    exported = json.loads(json.dumps(await export_member(engine, guild_id=GUILD, member_id=ZOE.id)))
    assert [story["title"] for story in exported["stories"]] == ["canary title"]
    assert len(exported["turns"]) == 180
    assert "Bea" not in json.dumps(exported)


async def test_erasing_twice_or_a_stranger_erases_nothing(engine: Engine) -> None:
    await write_much(engine)
    first = await erase_member(engine, guild_id=GUILD, member_id=ZOE.id)
    again = await erase_member(engine, guild_id=GUILD, member_id=ZOE.id)
    stranger = await erase_member(engine, guild_id=GUILD, member_id=1)
    assert first.rows["turns"] == 180
    assert again == stranger
    assert set(again.rows.values()) == {0}
    assert again.posts == ()
