"""Two servers with a voice each, at once, through the engine, over HTTP, on a real model."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from engine.library.withdrawing import withdraw_for_author
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.story import Length, Member, Turn
from engine.writing import continue_story, start_story
from tests.engine.library.given_works import give_works
from tests.engine.serving.canary_voices import CANARIES, serving, train_voices
from tests.engine.storage.voice_samples import add_adapter, promote
from tests.fakes.desk import new_id

HERON, CLOCK, NOBODY = 1, 2, 3  # servers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """An engine before a model server with two trained voices, each promoted on its server."""
    root = tmp_path_factory.mktemp("voices")
    folder, adapters = root / "small-model", root / "adapters"
    await asyncio.to_thread(train_voices, folder, adapters)
    async with serving(folder, adapters) as url:
        settings = EngineSettings(data_dir=root / "data", model_url=url, adapters_dir=adapters)
        async with open_engine(settings) as engine:
            for guild_id, name in zip((HERON, CLOCK), CANARIES, strict=True):
                works = await give_works(engine, guild_id, count=1)
                async with engine.database.writing() as tx:
                    adapter = await add_adapter(
                        tx, guild_id, tuple(works), name=name, base_model=folder.name
                    )
                    await promote(tx, adapter)
            yield replace(engine, seeds=lambda: 5)


async def tell(engine: Engine, guild_id: int, turns: int = 2) -> list[Turn]:
    """Start a story in a new channel and let the model write; it is the same story everywhere."""
    where: dict[str, Any] = {"guild_id": guild_id, "channel_id": new_id()}
    here: dict[str, Any] = where | {"channel_is_age_restricted": False}
    writer = Member(new_id(), "Ann")  # somebody new: a member has so many places in the queue
    details: dict[str, Any] = {"title": "The Pier", "length": Length.SHORT}
    await start_story(engine, **here, **details, starter=writer, interaction_id=new_id())
    written = []
    for _ in range(turns):
        async with continue_story(engine, **here, member=writer, interaction_id=new_id()) as draft:
            written.append(await draft.finished())
    return written


def texts(turns: list[Turn]) -> list[str]:
    return [turn.text for turn in turns]


async def test_each_server_has_its_own_voice_as_if_it_were_alone(engine: Engine) -> None:
    servers = (HERON, CLOCK, NOBODY)
    # The first turn of each server finds nothing in the cache, though the prompt is the same.
    turns_of = {HERON: 2, CLOCK: 2, NOBODY: 1}  # without a voice the model does not come to an end
    alone = {guild_id: await tell(engine, guild_id, turns_of[guild_id]) for guild_id in servers}
    for turns in alone.values():
        assert turns[0].provenance is not None
        assert turns[0].provenance.cached_tokens == 0
        assert turns[0].provenance.prompt_hash == alone[HERON][0].provenance.prompt_hash
    at_once = (*servers, HERON, CLOCK)
    together = await asyncio.gather(*(tell(engine, g, turns_of[g]) for g in at_once))
    for guild_id, turns in zip(at_once, together, strict=True):
        assert texts(turns) == texts(alone[guild_id]), "not what it writes alone"
    told = {guild_id: " ".join(texts(alone[guild_id])) for guild_id in servers}
    assert CANARIES["heron"] in told[HERON]
    assert CANARIES["clock"] in told[CLOCK]
    assert CANARIES["heron"] not in told[CLOCK] + told[NOBODY]
    assert CANARIES["clock"] not in told[HERON] + told[NOBODY]
    adapters = [turns[0].provenance.adapter for turns in alone.values() if turns[0].provenance]
    assert adapters == ["heron", "clock", ""]


async def test_after_a_withdrawal_the_next_request_is_the_base_models(engine: Engine) -> None:
    before = await tell(engine, HERON, turns=1)
    assert before[0].provenance is not None
    assert before[0].provenance.adapter == "heron"
    await withdraw_for_author(engine.database, guild_id=HERON, work_id=1)
    after, base, other = await asyncio.gather(
        *(tell(engine, guild_id, turns=1) for guild_id in (HERON, NOBODY, CLOCK))
    )
    assert texts(after) == texts(base)
    assert after[0].provenance is not None
    assert after[0].provenance.adapter == ""
    assert CANARIES["clock"] in other[0].text
    await engine.voices.drop_stale(guild_id=HERON)
    assert await engine.model.list_adapters() == {"clock"}
