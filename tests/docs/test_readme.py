"""The README against the bot: commands, permissions, models."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from discord import app_commands

from bot.client import ScriptoriumBot, create_bot
from bot.doctor.recommended import RECOMMENDED
from bot.locales import words_for
from bot.permissions import NEEDED, label
from bot.settings import BotSettings
from engine.runtime import open_engine
from engine.settings import EngineSettings
from tests.fakes.scripted_model import ScriptedModel

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the rows below a table's heading."""
    rows = README[README.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[ScriptoriumBot]:
    settings = EngineSettings(_env_file=None, data_dir=tmp_path, database_url=None)
    async with open_engine(settings, model=ScriptedModel([])) as engine:
        bot = create_bot(engine, BotSettings(_env_file=None))
        await bot.load_cogs()
        yield bot


def menus(bot: ScriptoriumBot) -> list[app_commands.ContextMenu]:
    return [
        *bot.tree.get_commands(type=discord.AppCommandType.message),
        *bot.tree.get_commands(type=discord.AppCommandType.user),
    ]


def slash_commands(bot: ScriptoriumBot) -> list[app_commands.Command]:
    walked = bot.tree.walk_commands(type=discord.AppCommandType.chat_input)
    return [command for command in walked if isinstance(command, app_commands.Command)]


async def test_the_command_list_is_the_bots(bot: ScriptoriumBot) -> None:
    listed = [row[0] for row in table("| Command | What it does |")]
    wanted = [f"`/{command.qualified_name}`" for command in slash_commands(bot)]
    wanted += [f"*{menu.name}*" for menu in menus(bot)]
    assert sorted(listed) == sorted(wanted)


async def test_every_option_of_a_command_is_explained(bot: ScriptoriumBot) -> None:
    rows = dict(table("| Command | What it does |"))
    for command in slash_commands(bot):
        named = set(re.findall(r"`(\w+)`", rows[f"`/{command.qualified_name}`"]))
        assert named == {parameter.name for parameter in command.parameters}, command.name


def test_the_permissions_are_those_that_the_invite_link_asks_for() -> None:
    listed = {row[0] for row in table("| Permission | What for |")}
    assert listed == {label(name) for name, is_asked in NEEDED if is_asked}


def test_the_models_take_what_their_shapes_say() -> None:
    models = {model.name: model for model in RECOMMENDED}
    rows = table("| GPU memory | `MODEL` |")
    for memory, name, weights, room in rows:
        model = models[re.findall(r"`(.+?)`", name)[0]]
        tokens = model.cache_tokens(float(memory.removesuffix(" GB")))
        assert weights == f"{model.weights_gb:.1f} GB"
        assert room == f"about {round(tokens, -3):,}"
    assert {re.findall(r"`(.+?)`", row[1])[0] for row in rows} == models.keys()


def test_the_chinese_readme_names_a_command_as_chinese_members_see_it() -> None:
    words = words_for("zh-CN")
    assert f"`/{words('story')} {words('start')}`" in CHINESE


@pytest.mark.parametrize("text", [README, CHINESE], ids=["en", "zh-CN"])
def test_both_readmes_show_the_two_commands_and_the_lines_without_make(text: str) -> None:
    for line in (
        "make run ",
        "make test ",
        "python3 -m venv .venv",
        "install torch==2.13.0 --extra-index-url https://download.pytorch.org/whl/cpu",
        "install --require-hashes --no-deps -r requirements.lock",
        "python -m bot run",
        "python -m bot doctor",
    ):
        assert line in text, line


def test_the_lines_without_make_are_what_make_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    index = re.search(r"^CPU\s+= (.+)$", makefile, re.MULTILINE)
    torch = re.search(r"^TORCH\s+\?= (\S+)", makefile, re.MULTILINE)
    assert index is not None
    assert torch is not None
    assert f"pip install {torch[1]} {index[1]}\n" in README
    assert "install --require-hashes --no-deps -r requirements.lock" in makefile
