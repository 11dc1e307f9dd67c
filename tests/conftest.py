"""A bot on a simulated Discord, and the watch over what it sends."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import discord
import pytest
import simcord
import structlog
from hypothesis import settings

from bot.client import ScriptoriumBot, create_bot
from bot.errors import cause_of
from bot.logs import tell_where_not_what
from bot.rehearsal.shims import correct
from bot.settings import BotSettings
from engine.errors import EngineError
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from tests.fakes.openapi import faults_of
from tests.fakes.scripted_model import ScriptedModel

structlog.configure(
    processors=[tell_where_not_what, structlog.processors.KeyValueRenderer(["event"])]
)

# The same examples each time, so that one code gives one answer; `make prove` draws others.
settings.register_profile("same each time", derandomize=True)
settings.load_profile("same each time")


class Speaker:
    """The language that every member's Discord is set to."""

    def __init__(self) -> None:
        self.locale = "en-US"


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    """Correct simcord; setting `locale` changes the members' language."""
    speaker = Speaker()
    correct(monkeypatch.setattr, lambda: speaker.locale)
    return speaker


@pytest.fixture
def model() -> ScriptedModel:
    """The model of the bot under test; a test may script its own."""
    return ScriptedModel()


@pytest.fixture
def engine_settings(tmp_path: Path) -> EngineSettings:
    """SQLite in a temporary folder."""
    return EngineSettings(data_dir=tmp_path / "data", background_work=False)


@pytest.fixture
async def engine(engine_settings: EngineSettings, model: ScriptedModel) -> AsyncIterator[Engine]:
    """An engine with a scripted model."""
    async with open_engine(engine_settings, model=model) as engine:
        yield engine


@pytest.fixture
def new_bot(engine: Engine) -> Callable[[], ScriptoriumBot]:
    """Make a bot on the same engine, as a restart does."""
    return lambda: create_bot(engine, BotSettings(seconds_between_edits=0))


@pytest.fixture
def simcord_bot(new_bot: Callable[[], ScriptoriumBot], speaker: Speaker) -> ScriptoriumBot:
    """The bot under test."""
    return new_bot()


@pytest.fixture
async def simcord_env(simcord_bot: ScriptoriumBot) -> AsyncIterator[simcord.Env]:
    """A Discord without privileged intents; whatever is no EngineError fails the test."""
    env = simcord.Env(
        simcord_bot,
        shard_count=1,
        approved_intents=discord.Intents.default(),
        settle_timeout=20.0,  # of a busy machine: a first PDF loads its fonts
    )
    await env.start()
    try:
        yield env
    finally:
        await env.shutdown()
        await simcord_bot.leave_jobs()  # simcord leaves what belongs to no event
    bugs = [error for error in env.errors if not isinstance(cause_of(error), EngineError)]
    assert bugs == []


@pytest.fixture(autouse=True)
def every_interaction_is_answered_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which the bot left an interaction open, or answered one twice."""
    if "simcord_env" not in request.fixturenames:
        yield
        return
    env = request.getfixturevalue("simcord_env")
    yield
    assert [i for i in env.backend.interactions.values() if not i.responded] == []
    answers = Counter(r.path for r in env.http_requests if r.path.endswith("/callback"))
    assert [path for path, count in answers.items() if count > 1] == []


@pytest.fixture(autouse=True)
def discord_would_accept(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that sends what Discord refuses, or a message that could ping somebody."""
    if "simcord_env" not in request.fixturenames:
        yield
        return
    env = request.getfixturevalue("simcord_env")
    yield
    if request.node.get_closest_marker("sends_bad_bodies"):
        return
    assert faults_of(env.http_requests) == []
