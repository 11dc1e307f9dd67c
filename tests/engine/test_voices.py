"""Which adapter writes for a server, and that no other one ever does."""

import asyncio
from pathlib import Path

import pytest

from engine.errors import ModelUnavailable, PromptRefused, VoiceFault, VoiceUnavailable
from engine.storage import Database, voices
from engine.story import VoiceChangeKind
from engine.voices import Voices
from tests.engine.storage.samples import GUILD, NOW
from tests.engine.storage.voice_samples import WORK, add_adapter, promote
from tests.fakes.scripted_model import ScriptedModel

OTHER = GUILD + 1
FOLDER = Path("/voices")


class ChoosyModel(ScriptedModel):
    """Counts loads; refuses the next one with `code`; `before_answer` runs while it loads."""

    def __init__(self, name: str = "scripted") -> None:
        super().__init__(name=name)
        self.loads: list[str] = []
        self.code = ""
        self.loading: asyncio.Event | None = None

    async def load_adapter(self, name: str, path: str) -> None:
        self._check()
        self.loads.append(name)
        if self.loading:
            await self.loading.wait()
        if self.code:
            raise PromptRefused(400, f"HTTP 400: {self.code}")
        await super().load_adapter(name, path)


@pytest.fixture
def model() -> ChoosyModel:
    return ChoosyModel()


@pytest.fixture
async def both(sqlite_database: Database) -> tuple[str, str]:
    """Two servers with a promoted voice each; the names of the adapters."""
    async with sqlite_database.writing() as tx:
        names = []
        for guild_id in (GUILD, OTHER):
            adapter = await add_adapter(tx, guild_id)
            await promote(tx, adapter)
            names.append(adapter.name)
    return (names[0], names[1])


async def withdraw(database: Database, guild_id: int = GUILD) -> None:
    async with database.writing() as tx:
        await voices.mark_stale(tx, guild_id=guild_id, work_id=WORK)


async def test_a_server_without_a_voice_has_the_base_model_and_asks_nobody(
    sqlite_database: Database, model: ChoosyModel
) -> None:
    model.down = ModelUnavailable("away")
    assert await Voices(sqlite_database, model, FOLDER).ready(GUILD) is None


async def test_each_server_has_its_own_voice_loaded_once(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    held = Voices(sqlite_database, model, FOLDER)
    asked = [held.ready(guild) for guild in (GUILD, OTHER, GUILD, OTHER)]
    assert await asyncio.gather(*asked) == [*both, *both]
    assert sorted(model.loads) == sorted(both)
    assert model.adapters == {name: str(FOLDER / name) for name in both}
    assert await held.ready(OTHER + 1) is None


async def test_a_voice_is_loaded_again_after_the_model_server_was_started_again(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    held = Voices(sqlite_database, model, FOLDER)
    await held.ready(GUILD)
    model.adapters.clear()
    assert await held.ready(GUILD) == both[0]
    assert model.loads == [both[0]] * 2


async def test_promoting_another_voice_and_switching_off_hold_at_once(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    held = Voices(sqlite_database, model, FOLDER)
    await held.ready(GUILD)
    async with sqlite_database.writing() as tx:
        second = await add_adapter(tx)
        await promote(tx, second)
    assert await held.ready(GUILD) == second.name
    async with sqlite_database.writing() as tx:
        off = VoiceChangeKind.OFF
        where = {"guild_id": GUILD, "kind": off, "member_id": 1, "now_ms": NOW}
        await voices.change_voice(tx, adapter_id=None, **where)
    assert await held.ready(GUILD) is None
    assert await held.ready(OTHER) == both[1]


async def test_a_stale_voice_is_unloaded_at_once_and_never_loaded_again(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    held = Voices(sqlite_database, model, FOLDER)
    await asyncio.gather(held.ready(GUILD), held.ready(OTHER))
    await withdraw(sqlite_database)
    await held.drop_stale(guild_id=GUILD)
    assert set(model.adapters) == {both[1]}
    assert await held.ready(GUILD) is None
    assert model.loads.count(both[0]) == 1


async def test_a_work_that_is_withdrawn_while_its_voice_loads_is_not_heard(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    model.loading = asyncio.Event()
    held = Voices(sqlite_database, model, FOLDER)
    asking = asyncio.create_task(held.ready(GUILD))
    while not model.loads:
        await asyncio.sleep(0)
    await withdraw(sqlite_database)
    await held.drop_stale(guild_id=GUILD)
    model.loading.set()
    assert await asking is None
    assert both[0] not in model.adapters


async def test_what_could_not_be_unloaded_is_unloaded_before_the_next_request(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    held = Voices(sqlite_database, model, FOLDER)
    await held.ready(GUILD)
    await withdraw(sqlite_database)
    model.down = ModelUnavailable("away")
    await held.drop_stale(guild_id=GUILD)
    model.down = None
    assert both[0] in model.adapters
    assert await held.ready(GUILD) is None
    assert both[0] not in model.adapters


@pytest.mark.parametrize(
    ("code", "fault", "reason"),
    [
        ("adapter_wrong_base", VoiceFault.OTHER_BASE, "scripted"),
        ("adapter_damaged", VoiceFault.REFUSED, "adapter_damaged"),
    ],
)
@pytest.mark.usefixtures("both")
async def test_a_voice_that_does_not_load_raises_and_nothing_takes_its_place(
    sqlite_database: Database, model: ChoosyModel, code: str, fault: VoiceFault, reason: str
) -> None:
    model.code = code
    with pytest.raises(VoiceUnavailable) as raised:
        await Voices(sqlite_database, model, FOLDER).ready(GUILD)
    assert (raised.value.number, raised.value.fault, raised.value.reason) == (1, fault, reason)


async def test_a_voice_of_another_base_model_is_not_even_tried(
    sqlite_database: Database, both: tuple[str, str]
) -> None:
    del both
    model = ChoosyModel(name="larger-model")
    with pytest.raises(VoiceUnavailable) as raised:
        await Voices(sqlite_database, model, FOLDER).ready(GUILD)
    assert raised.value.fault is VoiceFault.OTHER_BASE
    assert model.loads == []


async def test_a_model_server_that_is_away_is_waited_for_and_not_called_a_fault_of_the_voice(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    del both
    model.down = ModelUnavailable("away")
    with pytest.raises(ModelUnavailable):
        await Voices(sqlite_database, model, FOLDER).ready(GUILD)


async def test_the_longest_unused_voice_makes_room(
    sqlite_database: Database, model: ChoosyModel, both: tuple[str, str]
) -> None:
    held = Voices(sqlite_database, model, FOLDER, most_loaded=2)
    async with sqlite_database.writing() as tx:
        third = await add_adapter(tx, OTHER + 1)
        await promote(tx, third)
    for guild_id in (GUILD, OTHER, GUILD, OTHER + 1):
        await held.ready(guild_id)
    assert set(model.adapters) == {both[0], third.name}
    assert await held.ready(OTHER) == both[1]
