import random

import aiohttp
import pytest
from aiohttp import web

from bench.evening import (
    MOST_WORDS,
    Channel,
    Evening,
    Turn,
    main,
    paragraph,
    percentile,
    replay,
    report,
)
from tests.fakes.endpoint import app_with, serving, streaming
from tests.fakes.model_server import FakeModelServer, event
from tests.fakes.scripted_model import ScriptedModel


async def play(url: str, **more: object) -> list[Turn]:
    """Play two seconds of a very busy evening."""
    evening = Evening(url, "m", minutes=2 / 60, turns_per_minute=900, channels=3, **more)
    async with aiohttp.ClientSession() as http:
        return await replay(evening, http)


async def test_stories_grow_and_each_prompt_begins_with_the_one_before() -> None:
    server = FakeModelServer(ScriptedModel(seconds_per_piece=0.001))
    async with serving(server.app()) as url:
        turns = await play(url)
    assert len(turns) > 10
    assert [turn.error for turn in turns] == [""] * len(turns)
    stories: dict[str, list[dict[str, str]]] = {}
    grown = 0
    for body in server.bodies:
        messages = body["messages"]
        before = stories.get(messages[1]["content"], [])
        assert messages[: len(before)] == before
        grown += bool(before)
        stories[messages[1]["content"]] = messages
    assert grown > 5
    assert len(stories) == 3


async def test_first_tokens_counts_and_the_cached_share_are_told() -> None:
    usage = {
        "prompt_tokens": 80,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 60},
    }
    parts = [event({"choices": [{"delta": {"content": word}}]}) for word in ("One ", "two ")]
    chat = streaming(*parts, event({"choices": [], "usage": usage}), b"data: [DONE]\n\n")
    async with serving(app_with(chat=chat)) as url:
        turns = await play(url)
    lines = "\n".join(report(Evening(url, "m"), turns, 2.0))
    assert all(turn.tokens == 3 and turn.first for turn in turns)
    assert "80 tokens in the mean, 75 % cached" in lines
    assert "| time to first token, ms |" in lines
    assert "Errors: none." in lines


async def test_errors_are_counted_and_do_not_end_the_evening() -> None:
    async def chat(_: web.Request) -> web.Response:
        return web.json_response({"error": {"message": "full"}}, status=429)

    async with serving(app_with(chat=chat)) as url:
        turns = await play(url)
    assert len(turns) > 10
    lines = "\n".join(report(Evening(url, "m"), turns, 2.0))
    assert f"Errors: {len(turns)} HTTP 429." in lines
    assert "| time to first token, ms | - | - | - | - |" in lines


def test_a_seed_gives_the_same_evening_again() -> None:
    assert paragraph(random.Random(3)) == paragraph(random.Random(3)) != paragraph(random.Random(4))


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (95, 95), (99, 99)])
def test_a_percentile_is_a_value_that_was_measured(percent: int, value: int) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == value
    assert percentile([7.0], percent) == 7.0


def test_a_story_that_is_too_long_loses_its_older_half() -> None:
    channel = Channel(0)
    for n in range(60):
        channel.append("user" if n % 2 == 0 else "assistant", f"turn{n} " + "word " * 50)
    words = sum(len(turn["content"].split()) for turn in channel.turns)
    assert words <= MOST_WORDS
    assert channel.turns[-1]["content"].startswith("turn59 ")


def test_the_command_needs_no_model_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.__doc__
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert "--turns-per-minute" in capsys.readouterr().out
