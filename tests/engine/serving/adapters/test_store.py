"""Adapters come, change and go while requests run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
import torch

from engine.serving.adapters.lora import LoraStacks
from engine.serving.faults import ApiError
from engine.serving.job import Job
from engine.serving.loop.batch import Batch
from engine.serving.replies.writing import Usage, write
from tests.engine.serving.adapter_files import weights_of, write_adapter
from tests.engine.serving.small_model import GREEDY, Rules, load_small_model, opened, tokens_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

RANK = 4
LAYERS = {
    f"model.layers.{i}.self_attn.{q}_proj": (576, w)
    for i in range(6)
    for q, w in (("q", 576), ("v", 192))
}
STORY = "The harbour was quiet, the nets were dry, and the old boats slept."
NAMES = ("one", "two", "three", "four")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four adapters and some that are no good."""
    folder = tmp_path_factory.mktemp("adapters")
    for seed, name in enumerate(NAMES):
        write_adapter(folder / name, weights_of(LAYERS, RANK, seed, strength=0.3), RANK)
    high = weights_of(LAYERS, RANK, 9, strength=1e36)  # finite, and its products are not
    high = {name: t * 1e6 if "lora_A" in name else t for name, t in high.items()}
    write_adapter(folder / "high", high, RANK)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch(folder: Path) -> AsyncIterator[Batch]:
    """A batch where two adapters are ready at a time."""
    settings = {"adapters_dir": folder, "most_adapters": 2, "most_adapter_rank": 8}
    async with opened(load_small_model(), Rules(), 16_384, **settings) as batch:
        yield batch


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_adapters_left(batch: Batch) -> AsyncIterator[None]:
    """Every test begins and ends without adapters, and with every slot free."""
    yield
    for name in list(batch.adapters.named):
        batch.adapters.unload(name)
    assert len(batch.adapters._slots.free) == 3


def job(batch: Batch, adapter: str | None, tokens: int) -> Job:
    """Return a greedy request."""
    return Job(
        prompts=(tokens_of(batch, STORY),),
        choices=1,
        most_tokens=tokens,
        sampling=GREEDY,
        stops=(),
        ignore_stop_tokens=True,
        cache_salt="",
        adapter=adapter,
    )


async def text(batch: Batch, adapter: str | None, tokens: int = 12) -> str:
    """Return a greedy reply, asked for as the server does."""
    written = ""
    async with aclosing(write(batch, job(batch, adapter, tokens), Usage())) as pieces:
        async for piece in pieces:
            written += piece.text
    return written


async def started(batch: Batch, adapter: str | None, tokens: int) -> "asyncio.Task[str]":
    """Return a request that is writing."""
    begun = asyncio.Event()

    async def run() -> str:
        written = ""
        async with aclosing(write(batch, job(batch, adapter, tokens), Usage())) as pieces:
            async for piece in pieces:
                written += piece.text
                begun.set()
        return written

    task = asyncio.create_task(run())
    await begun.wait()
    return task


async def refusal(batch: Batch, name: str, path: str) -> tuple[int, str]:
    """Return how a load is refused."""
    with pytest.raises(ApiError) as raised:
        await batch.adapters.load(name, path, replace=True)
    return raised.value.status, raised.value.code


async def test_more_adapters_than_slots_are_read_again_when_they_are_used(batch: Batch) -> None:
    expected = {}
    for name in NAMES:
        await batch.adapters.load(name, name)
        expected[name] = await text(batch, name)
    assert len({*expected.values(), await text(batch, None)}) == 5
    assert [named.adapter is not None for named in batch.adapters.named.values()] == [
        False,
        False,
        True,
        True,
    ]
    asked = NAMES * 2
    written = await asyncio.gather(*(text(batch, name) for name in asked))
    assert written == [expected[name] for name in asked]


async def test_the_weights_of_who_comes_next_never_reach_who_still_writes(batch: Batch) -> None:
    for name in NAMES:
        await batch.adapters.load(name, name)
    alone = [await text(batch, name, 24) for name in NAMES]
    running = [await started(batch, name, 24) for name in NAMES[2:]]
    waiting = [asyncio.create_task(text(batch, name, 24)) for name in NAMES[:2]]
    assert await asyncio.gather(*waiting, *running) == alone


async def test_a_reload_leaves_running_requests_their_version(batch: Batch, folder: Path) -> None:
    await batch.adapters.load("voice", "one")
    first = batch.adapters.get("voice").version
    before = await text(batch, "voice", 40)
    running = await started(batch, "voice", 40)
    await batch.adapters.load("voice", "two", replace=True)
    assert not running.done()
    assert batch.adapters.get("voice").version > first
    after = await text(batch, "voice", 40)
    assert await running == before != after
    await batch.adapters.load("two", "two")
    assert after == await text(batch, "two", 40)


async def test_a_name_in_use_is_taken_over_only_when_asked(batch: Batch) -> None:
    await batch.adapters.load("voice", "one")
    with pytest.raises(ApiError) as raised:
        await batch.adapters.load("voice", "two")
    assert raised.value.code == "adapter_already_loaded"
    for name, code in ((batch.loaded.name, "adapter_name_taken"), ("a b", "adapter_name_invalid")):
        with pytest.raises(ApiError) as raised:
            await batch.adapters.load(name, "one")
        assert raised.value.code == code


async def test_an_unloaded_adapter_is_refused_at_once_and_leaves_with_its_last_request(
    batch: Batch,
) -> None:
    await batch.adapters.load("voice", "one")
    alone = await text(batch, "voice", 40)
    running = await started(batch, "voice", 40)
    batch.adapters.unload("voice")
    with pytest.raises(ApiError) as raised:
        await text(batch, "voice")
    assert raised.value.status == 404
    assert len(batch.adapters._slots.free) == 2
    assert await running == alone
    assert len(batch.adapters._slots.free) == 3


async def test_what_fails_its_trial_is_refused_and_the_one_before_stays(batch: Batch) -> None:
    await batch.adapters.load("voice", "one")
    before = await text(batch, "voice")
    assert await refusal(batch, "voice", "high") == (400, "adapter_broken")
    assert await refusal(batch, "voice", "nothing") == (404, "adapter_not_found")
    assert await text(batch, "voice") == before
    assert batch.loop_is_up


async def test_files_that_changed_are_not_used_under_the_old_name(
    batch: Batch, folder: Path
) -> None:
    write_adapter(folder / "changing", weights_of(LAYERS, RANK, 5, strength=0.3), RANK)
    await batch.adapters.load("voice", "changing")
    write_adapter(folder / "changing", weights_of(LAYERS, RANK, 6, strength=0.3), RANK)
    before = await text(batch, "voice")  # it still lies in its slot
    for name in NAMES[:2]:
        await batch.adapters.load(name, name)
    with pytest.raises(ApiError) as raised:
        await text(batch, "voice")
    assert (raised.value.status, raised.value.code) == (500, "adapter_unavailable")
    await batch.adapters.load("voice", "changing", replace=True)
    assert await text(batch, "voice") not in ("", before)


async def test_without_a_folder_there_are_no_adapters(batch: Batch) -> None:
    async with opened(batch.loaded, Rules(), 2048) as closed:
        with pytest.raises(ApiError) as raised:
            await closed.adapters.load("voice", "one")
    assert (raised.value.status, raised.value.code) == (403, "adapters_disabled")


async def test_adapters_come_and_go_while_sixteen_write(batch: Batch) -> None:
    await batch.adapters.load("one", "one")
    alone = {name: await text(batch, name, 12) for name in (None, "one")}
    asked = [None, "one"] * 8
    writing = asyncio.gather(*(text(batch, name, 12) for name in asked))
    loads = 0
    while not writing.done():
        await batch.adapters.load("guest", ("two", "three")[loads % 2])
        guest = asyncio.create_task(text(batch, "guest", 2))
        await asyncio.sleep(0)
        batch.adapters.unload("guest")
        await asyncio.gather(guest, return_exceptions=True)
        loads += 1
    assert loads > 1
    assert await writing == [alone[name] for name in asked]


async def test_a_load_without_memory_is_refused_and_changes_nothing(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(LoraStacks, "fill", full)
    assert await refusal(batch, "voice", "one") == (503, "adapter_no_memory")
    assert batch.adapters.named == {}


async def test_a_request_that_goes_away_gives_its_adapter_back(batch: Batch) -> None:
    await batch.adapters.load("voice", "one")
    running = await started(batch, "voice", 200)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    batch.adapters.unload("voice")  # the fixture looks whether its slot is free
