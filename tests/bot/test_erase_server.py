"""`python -m bot erase-server`: an operator's last duty to a server that the bot has left."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from engine.library.training_process import TrainingProcess
from engine.settings import EngineSettings
from engine.storage import open_database, stories
from tests.engine.storage.samples import add_story, add_turn
from tests.engine.storage.voice_samples import add_adapter
from tests.fakes.processes import is_alive

LEFT, STAYING = 11, 22
WORDS = {LEFT: "The tide took the letters.", STAYING: "The gull kept the key."}


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


async def write_a_story_on_each_server() -> None:
    async with open_database(EngineSettings()) as database, database.writing() as tx:
        for guild_id, text in WORDS.items():
            story = await add_story(tx, guild_id=guild_id)
            await add_turn(tx, story, text=text)


async def has_a_story(guild_id: int) -> bool:
    async with open_database(EngineSettings()) as database, database.reading() as tx:
        return await stories.find_latest_story(tx, guild_id=guild_id, channel_id=10) is not None


def holds(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_nothing_of_the_server_is_left_in_the_files(data_dir: Path) -> None:
    asyncio.run(write_a_story_on_each_server())
    assert holds(data_dir, WORDS[LEFT])
    done = CliRunner().invoke(app, ["erase-server", str(LEFT)])
    assert done.exit_code == 0, done.output
    assert not holds(data_dir, WORDS[LEFT])
    assert not asyncio.run(has_a_story(LEFT))


async def train_on_each_server() -> dict[int, list[Path]]:
    """Leave what trainings leave, and a process that outlived the bot; return the folders."""
    settings = EngineSettings()
    folders: dict[int, list[Path]] = {}
    async with open_database(settings) as database:
        for guild_id, text in WORDS.items():
            async with database.writing() as tx:
                adapter = await add_adapter(tx, guild_id)
            left = settings.jobs_folder / str(adapter.job_id)
            folders[guild_id] = [left, settings.adapters_folder / adapter.name]
            for folder in folders[guild_id]:
                folder.mkdir(parents=True)
                (folder / "file").write_text(text)
        process = TrainingProcess(folders[LEFT][0], ("/bin/sh", "-c", "exec sleep 60"))
        await process.start()
        assert process.is_running()
    return folders


def test_the_trainings_and_voices_of_the_server_go_too(data_dir: Path) -> None:
    folders = asyncio.run(train_on_each_server())
    pid = int((folders[LEFT][0] / "pid").read_text())
    done = CliRunner().invoke(app, ["erase-server", str(LEFT)])
    assert done.exit_code == 0, done.output
    assert not any(folder.exists() for folder in folders[LEFT])
    assert all(folder.exists() for folder in folders[STAYING])
    assert not holds(data_dir, WORDS[LEFT])
    assert not is_alive(pid)


def test_other_servers_keep_their_stories(data_dir: Path) -> None:
    asyncio.run(write_a_story_on_each_server())
    CliRunner().invoke(app, ["erase-server", str(LEFT)])
    assert holds(data_dir, WORDS[STAYING])
    assert asyncio.run(has_a_story(STAYING))


@pytest.mark.usefixtures("data_dir")
def test_a_running_bot_is_not_disturbed() -> None:
    async def erase_while_open() -> tuple[int, str]:
        async with open_database(EngineSettings()):
            done = await asyncio.to_thread(CliRunner().invoke, app, ["erase-server", str(LEFT)])
            return done.exit_code, done.output

    code, output = asyncio.run(erase_while_open())
    assert code == 1
    assert "another process" in output
