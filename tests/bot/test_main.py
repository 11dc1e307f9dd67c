"""`python -m bot`, as far as it decides something itself."""

import sqlite3
from pathlib import Path

import discord
import pytest
from typer.testing import CliRunner

import bot.__main__
import bot.rehearsal.page
from engine.runtime import open_engine
from engine.settings import EngineSettings
from tests.fakes.scripted_model import ScriptedModel


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without `.env`, and no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.setattr(bot.__main__, "configure_logs", lambda _settings: None)
    return tmp_path


def test_without_a_token_the_rehearsal_opens_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    async def open_rehearsal(*settings: object, port: int, language: str) -> None:
        opened.append((port, language))

    monkeypatch.setattr(bot.rehearsal.page, "open_rehearsal", open_rehearsal)
    done = CliRunner().invoke(bot.__main__.app, ["run"])
    assert done.output == "DISCORD_TOKEN is not set, so this is a rehearsal on your own computer.\n"
    assert opened == [(8810, "en")]
    assert done.exit_code == 0


def test_a_refused_token_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise discord.LoginFailure("Improper token has been passed.")

    monkeypatch.setenv("DISCORD_TOKEN", "s3cret")
    monkeypatch.setattr(bot.__main__, "_serve", refuse)
    done = CliRunner().invoke(bot.__main__.app, ["run"])
    assert done.output == "Discord refuses DISCORD_TOKEN. Ask `python -m bot doctor`.\n"
    assert done.exit_code == 1


async def make_database(folder: Path) -> None:
    async with open_engine(EngineSettings(data_dir=folder), model=ScriptedModel()):
        pass


async def test_a_backup_is_a_whole_database_and_its_place_is_printed(empty_place: Path) -> None:
    await make_database(empty_place / "data")
    done = CliRunner().invoke(bot.__main__.app, ["backup"])
    copy = Path(done.output.strip())
    connection = sqlite3.connect(copy)
    (check,) = connection.execute("PRAGMA quick_check").fetchone()
    connection.close()
    assert (check, copy.parent) == ("ok", Path("data/backups"))


def test_a_backup_of_nothing_is_refused() -> None:
    done = CliRunner().invoke(bot.__main__.app, ["backup"])
    assert done.exit_code == 1
    assert done.output
