"""Promoting, going back, switching off: who may, and what may never be promoted."""

from dataclasses import replace

import pytest

from engine.errors import (
    ModelUnavailable,
    NotAllowed,
    NoVoice,
    PromptRefused,
    VoiceInUse,
    VoiceNotFound,
    VoiceStale,
    VoiceUnusable,
)
from engine.library.voices import (
    promote_voice,
    read_voice,
    roll_back_voice,
    switch_voice_off,
)
from engine.runtime import Engine
from engine.storage import voices
from engine.story import Adapter, Member, VoiceChangeKind
from tests.engine.storage.samples import GUILD
from tests.engine.storage.voice_samples import WORK, add_adapter, promote, training_work
from tests.fakes.scripted_model import ScriptedModel

BOSS = Member(5, "Boss", is_moderator=True, may_manage_server=True)
MOD = replace(BOSS, may_manage_server=False)
WHERE = {"guild_id": GUILD, "member": BOSS}


@pytest.fixture
async def three(engine: Engine) -> list[Adapter]:
    """Three adapters, of one work each."""
    async with engine.database.writing() as tx:
        return [await add_adapter(tx, works=(WORK + n,)) for n in range(3)]


async def withdraw(engine: Engine, work_id: int) -> None:
    async with engine.database.writing() as tx:
        await voices.mark_stale(tx, guild_id=GUILD, work_id=work_id)


async def promoted(engine: Engine) -> int | None:
    status = await read_voice(engine, guild_id=GUILD)
    return status.promoted.number if status.promoted else None


async def test_a_promoted_voice_writes_from_the_next_request_on(
    engine: Engine, model: ScriptedModel, three: list[Adapter]
) -> None:
    await promote_voice(engine, **WHERE, number=2)
    assert await engine.voices.ready(GUILD) == three[1].name
    assert set(model.adapters) == {three[1].name}
    status = await read_voice(engine, guild_id=GUILD)
    assert status.promoted == three[1]
    assert status.since is not None
    assert (status.since.kind, status.since.member_id) == (VoiceChangeKind.PROMOTE, BOSS.id)
    assert status.works == (training_work(WORK + 1),)
    assert [adapter.number for adapter in status.adapters] == [3, 2, 1]
    with pytest.raises(VoiceInUse):
        await promote_voice(engine, **WHERE, number=2)


@pytest.mark.usefixtures("three")
async def test_only_who_may_manage_the_server_changes_its_voice(engine: Engine) -> None:
    where = {"guild_id": GUILD, "member": MOD}
    with pytest.raises(NotAllowed):
        await promote_voice(engine, **where, number=1)
    with pytest.raises(NotAllowed):
        await roll_back_voice(engine, **where)
    with pytest.raises(NotAllowed):
        await switch_voice_off(engine, **where)
    assert await promoted(engine) is None


@pytest.mark.usefixtures("three")
async def test_a_stale_voice_or_one_of_another_server_is_not_promoted(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        for _ in range(4):
            await add_adapter(tx, GUILD + 1)
    await withdraw(engine, WORK)
    with pytest.raises(VoiceStale):
        await promote_voice(engine, **WHERE, number=1)
    with pytest.raises(VoiceNotFound) as unknown:
        await promote_voice(engine, **WHERE, number=4)
    assert unknown.value.numbers == (2, 3)


@pytest.mark.usefixtures("three")
async def test_a_voice_whose_work_is_withdrawn_while_it_loads_does_not_stay_loaded(
    engine: Engine, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = model.load_adapter

    async def load_slowly(name: str, path: str) -> None:
        await withdraw(engine, WORK)
        await engine.voices.drop_stale(guild_id=GUILD)  # finds nothing to forget yet
        await load(name, path)

    monkeypatch.setattr(model, "load_adapter", load_slowly)
    with pytest.raises(VoiceStale):
        await promote_voice(engine, **WHERE, number=1)
    assert not model.adapters
    assert await promoted(engine) is None


@pytest.mark.usefixtures("three")
async def test_a_voice_that_does_not_load_is_not_promoted(
    engine: Engine, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(name: str, path: str) -> None:
        del name, path
        raise PromptRefused(400, "HTTP 400: adapter_absurd")

    monkeypatch.setattr(model, "load_adapter", refuse)
    with pytest.raises(VoiceUnusable):
        await promote_voice(engine, **WHERE, number=1)
    model.down = ModelUnavailable("away")
    with pytest.raises(ModelUnavailable):
        await promote_voice(engine, **WHERE, number=1)
    assert await promoted(engine) is None


@pytest.mark.usefixtures("three")
async def test_rolling_back_takes_each_step_back_once(engine: Engine) -> None:
    for number in (1, 3, 2):
        await promote_voice(engine, **WHERE, number=number)
    seen = []
    for _ in range(3):
        adapter = await roll_back_voice(engine, **WHERE)
        seen.append(adapter.number if adapter else None)
        assert await promoted(engine) == seen[-1]
    assert seen == [3, 1, None]
    with pytest.raises(NoVoice):
        await roll_back_voice(engine, **WHERE)


@pytest.mark.usefixtures("three")
async def test_rolling_back_passes_over_what_is_stale(engine: Engine) -> None:
    for number in (1, 3, 2):
        await promote_voice(engine, **WHERE, number=number)
    await withdraw(engine, WORK + 2)
    adapter = await roll_back_voice(engine, **WHERE)
    assert adapter is not None
    assert adapter.number == 1


@pytest.mark.usefixtures("three")
async def test_rolling_back_undoes_switching_off_but_not_a_withdrawal(engine: Engine) -> None:
    await promote_voice(engine, **WHERE, number=1)
    off = await switch_voice_off(engine, **WHERE)
    assert (off.number, await promoted(engine)) == (1, None)
    with pytest.raises(NoVoice):
        await switch_voice_off(engine, **WHERE)
    assert (await roll_back_voice(engine, **WHERE)) == off
    await withdraw(engine, WORK)
    assert await promoted(engine) is None
    with pytest.raises(NoVoice):
        await roll_back_voice(engine, **WHERE)


async def test_a_journal_of_old_changes_is_read_as_it_was_written(engine: Engine) -> None:
    async with engine.database.writing() as tx:
        first = await add_adapter(tx)
        second = await add_adapter(tx)
        for adapter in (first, second, first):
            await promote(tx, adapter)
    again = await roll_back_voice(engine, **WHERE)
    assert again == second
