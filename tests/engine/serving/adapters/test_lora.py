"""Adapters in one batch: each request is written as PEFT writes it alone."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
import torch
from peft import PeftModel

from engine.serving.adapters.lora import LoraLinear
from engine.serving.adapters.plan import Alone, Together, plan
from engine.serving.drawing.sampling import Sampling
from engine.serving.loop.batch import Batch
from engine.serving.loop.row import Adapter, Row
from tests.engine.serving.peft_adapters import KINDS, save_adapters, written_alone
from tests.engine.serving.small_model import GREEDY, Rules, load_small_model, opened, tokens_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOICES = (None, *KINDS)
PROMPTS = ("The lighthouse keeper", "Mara counted the coins and", "On a night of fog, " * 20)
STORY = "The harbour was quiet, the nets were dry, and the old boats slept under their tarpaulin."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of adapters."""
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="module")
def peft_model(folder: Path) -> PeftModel:
    """The reference."""
    return save_adapters(load_small_model().model, folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batch(folder: Path, peft_model: PeftModel) -> AsyncIterator[Batch]:
    """A batch with every kind of adapter loaded."""
    del peft_model  # it has saved them
    async with opened(load_small_model(), Rules(), 16_384, adapters_dir=folder) as batch:
        for name in KINDS:
            await batch.adapters.load(name, name)
        yield batch


async def written(
    batch: Batch, voice: str | None, prompt: str, tokens: int = 12, salt: str = ""
) -> tuple[list[int], int]:
    """Return a reply, and how much of its prompt was found in the cache."""
    ids = tokens_of(batch, prompt)
    async with batch.adapters.use(voice) as adapter:
        row = Row(len(ids), GREEDY, salt, adapter=adapter)
        outputs = batch.generate(ids, row, most_tokens=tokens, ignore_stop_tokens=True)
        reply: list[int] = []
        async with aclosing(outputs):
            async for so_far in outputs:
                reply = so_far
    return reply, row.cached_tokens


async def test_mixed_adapters_write_in_one_batch_what_peft_writes_with_each_alone(
    batch: Batch, peft_model: PeftModel
) -> None:
    asked = [(voice, prompt) for prompt in PROMPTS for voice in VOICES]
    together = await asyncio.gather(*(written(batch, *ask, tokens=8) for ask in asked))
    again = [await written(batch, *ask, tokens=8) for ask in asked]  # one by one, from the cache
    alone = [
        written_alone(peft_model, voice, tokens_of(batch, prompt), 8) for voice, prompt in asked
    ]
    assert len({tuple(tokens) for tokens in alone}) >= 8  # or equality would say little
    assert [tokens for tokens, _ in together] == alone
    assert [tokens for tokens, _ in again] == alone


async def test_neither_another_adapter_nor_another_salt_finds_what_is_cached(
    batch: Batch, peft_model: PeftModel
) -> None:
    first, _ = await written(batch, "rich", STORY, salt="one server")
    for voice, salt in ((None, "one server"), ("plain", "one server"), ("rich", "another")):
        tokens, cached = await written(batch, voice, STORY, salt=salt)
        assert cached == 0
        assert tokens == written_alone(peft_model, voice, tokens_of(batch, STORY), 12)
    tokens, cached = await written(batch, "rich", STORY, salt="one server")
    assert cached == 16
    assert tokens == first


async def test_without_the_key_one_adapter_would_read_the_cache_of_another(
    batch: Batch, peft_model: PeftModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Row, "chain_start", lambda _row: 4711)
    await written(batch, None, PROMPTS[-1])
    wrong = 0
    for voice in KINDS:
        tokens, cached = await written(batch, voice, PROMPTS[-1])
        assert cached > 0
        wrong += tokens != written_alone(peft_model, voice, tokens_of(batch, PROMPTS[-1]), 12)
    assert wrong > 0


async def test_a_plain_call_of_the_model_has_no_adapter(
    batch: Batch, peft_model: PeftModel
) -> None:
    await written(batch, "rich", STORY)
    ids = torch.tensor([tokens_of(batch, STORY)])
    with peft_model.disable_adapter():
        expected = peft_model(ids).logits
    torch.testing.assert_close(batch.loaded.model(ids).logits, expected)


async def test_a_layer_is_wrapped_when_the_first_adapter_changes_it(folder: Path) -> None:
    loaded = load_small_model()

    def wrapped() -> set[str]:
        modules = loaded.model.named_modules()
        return {path.split(".")[-1] for path, m in modules if isinstance(m, LoraLinear)}

    async with opened(loaded, Rules(), 2048, adapters_dir=folder) as batch:
        assert wrapped() == set()
        await batch.adapters.load("quiet", "quiet")
        assert wrapped() == {"q_proj", "v_proj"}
        text, _ = await written(batch, "quiet", STORY)
        await batch.adapters.load("plain", "plain")
        assert "up_proj" in wrapped()
        assert (await written(batch, "quiet", STORY))[0] == text


@pytest.mark.parametrize("seed", range(20))
async def test_any_mix_of_rows_is_multiplied_as_row_by_row(seed: int) -> None:
    draw = random.Random(seed)
    slots, most_rank, width_in, width_out = 9, 16, 24, 40
    torch.manual_seed(seed)
    a, b = torch.randn(slots, most_rank, width_in), torch.randn(slots, most_rank, width_out)
    adapters = []
    for slot in draw.sample(range(slots), draw.randint(1, slots)):
        rank = draw.choice([1, 4, 8, 16])
        a[slot, rank:], b[slot, rank:] = 0, 0
        adapters.append(Adapter(str(slot), slot, slot, rank))
    step = [
        (Row(1, Sampling(), adapter=draw.choice([None, *adapters])), draw.choice([1, 1, 1, 40]))
        for _ in range(draw.randint(1, 16))
    ]
    owners = [row.adapter for row, tokens in step for _ in range(tokens)]
    x, y = torch.randn(len(owners), width_in), torch.randn(len(owners), width_out)
    expected = y.clone()
    for i, owner in enumerate(owners):
        if owner:
            expected[i] += x[i] @ a[owner.slot].t() @ b[owner.slot]
    for part in plan(step, torch.device("cpu")):
        part.add(x, y, a, b)
    torch.testing.assert_close(y, expected, rtol=1e-4, atol=1e-4)


async def test_few_rows_of_many_adapters_are_one_product_and_many_rows_of_one_their_own() -> None:
    adapters = [Adapter(str(slot), slot, slot, 8) for slot in range(3)]
    few = [(Row(1, Sampling(), adapter=adapter), 1) for adapter in adapters]
    cpu = torch.device("cpu")
    assert [type(part) for part in plan(few, cpu)] == [Together]
    assert [type(part) for part in plan([*few, (few[0][0], 64)], cpu)] == [Alone, Together]
    assert [type(part) for part in plan(few[:1] * 16, cpu)] == [Alone]
    assert plan([(Row(1, Sampling()), 5)], cpu) == ()
