from dataclasses import replace

import pytest
from aiohttp import web

from bot.doctor.capabilities import MEANINGS, check_capabilities, map_gaps
from bot.doctor.finding import Mark
from engine.model.capabilities import SAMPLERS, STRUCTURES, Bans, Capabilities, Counting, Scoring
from engine.model.gaps import Gap, find_gaps
from engine.settings import EngineSettings
from tests.fakes.endpoint import answering, app_with, serving
from tests.fakes.model_server import FakeModelServer, refusal
from tests.fakes.scripted_model import ScriptedModel

WHOLE = Capabilities(
    samplers=SAMPLERS,
    seed=True,
    stop=True,
    usage=True,
    structures=STRUCTURES,
    bans=Bans.FULL,
    adapters=True,
    adapter_loading=True,
    cache_salt=True,
    priority=True,
    queue_places=True,
    scoring=Scoring.PROMPT,
    counting=Counting.ONE,
    embeddings=True,
)


def test_a_server_that_can_do_all_has_no_gap() -> None:
    assert find_gaps(WHOLE) == {}
    assert map_gaps(WHOLE) == []


@pytest.mark.parametrize(
    ("lack", "gap"),
    [
        ({"samplers": SAMPLERS - {"min_p"}}, Gap.SAMPLERS),
        ({"seed": False}, Gap.SEED),
        ({"stop": False}, Gap.STOP),
        ({"usage": False}, Gap.USAGE),
        ({"counting": Counting.NONE}, Gap.COUNTING),
        ({"structures": STRUCTURES - {"regex"}}, Gap.STRUCTURES),
        ({"bans": Bans.TOKENS}, Gap.PATTERNS),
        ({"adapters": False}, Gap.ADAPTERS),
        ({"adapter_loading": False}, Gap.ADAPTER_LOADING),
        ({"cache_salt": False}, Gap.CACHE_SALT),
        ({"priority": False}, Gap.PRIORITY),
        ({"queue_places": False}, Gap.QUEUE_PLACES),
        ({"scoring": Scoring.NONE}, Gap.SCORING),
        ({"embeddings": False}, Gap.EMBEDDINGS),
    ],
)
def test_each_thing_that_is_lacking_is_told_with_what_it_means(lack: dict, gap: Gap) -> None:
    able = replace(WHOLE, **lack)
    assert set(find_gaps(able)) == {gap}
    told = map_gaps(able)
    assert told[0].mark is Mark.WARNING
    assert f"it lacks {gap}: {MEANINGS[gap].partition('{')[0]}" in told[0].what


def test_every_gap_has_its_meaning_and_no_name_is_left_open() -> None:
    assert set(MEANINGS) == set(Gap)
    told = [str(finding) for finding in map_gaps(Capabilities())]
    assert not [line for line in told if "{" in line]
    assert any("dry_multiplier" in line for line in told)
    assert any("json_schema" in line for line in told)


def test_bans_by_spelling_are_called_what_they_are() -> None:
    told = [finding.what for finding in map_gaps(replace(WHOLE, bans=Bans.TOKENS))]
    assert any("usual spelling only" in line for line in told)


async def test_the_program_and_its_version_are_named() -> None:
    app = app_with(version=answering({"version": "0.32.0"}))
    async with serving(app) as url:
        found = await check_capabilities(EngineSettings(_env_file=None), url)
    assert (found[0].mark, found[0].what) == (Mark.OK, "it is vLLM 0.32.0")
    assert any("it lacks samplers" in finding.what for finding in found[1:])


async def test_our_own_server_elsewhere_is_asked_too() -> None:
    async with serving(FakeModelServer(ScriptedModel()).app()) as url:
        found = await check_capabilities(EngineSettings(_env_file=None), url)
    assert found[0].what == "it is Scriptorium"
    assert not any("samplers" in finding.what for finding in found[1:])


async def test_a_server_that_breaks_when_asked_is_a_problem() -> None:
    async def chat(_: web.Request) -> web.Response:
        return refusal(503, "loading")

    other = answering({"data": [{"id": "m"}]})
    async with serving(app_with(models=other, openapi=answering(1), chat=chat)) as url:
        found = await check_capabilities(EngineSettings(_env_file=None), url)
    assert [finding.mark for finding in found] == [Mark.PROBLEM]
