"""Sixteen requests as different as can be, in one batch: each gets what it would get alone.

Four adapters, four presets, two JSON schemas, bans and seeds, sent by the bot's own client over
HTTP. The model computes in fp32, where a text does not depend on its neighbours.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import jsonschema
import pytest
from aiohttp import web

from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.presets import load_presets
from engine.model.request import Banned, Message, ModelRequest, Structure
from engine.serving.http.app import create_app
from engine.serving.server import Server, State
from engine.serving.weights.loading import LoadedModel, load
from engine.settings import Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER
from tests.engine.serving.peft_adapters import KINDS, save_adapters

PRESETS = ("steady", "balanced", "adventurous", "verse")
SCHEMAS = (
    {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    },
    {
        "type": "array",
        "items": {"enum": ["sea", "storm", "harbour"]},
        "minItems": 1,
        "maxItems": 4,
    },
)
BANNED = Banned(phrases=("the", "was"), patterns=(r"\bsh[eo]\b",))
PROMPTS = (
    "Tell of a keeper and a storm.",
    "A letter arrives too late. Begin.",
    "Describe the harbour at night.",
    "Two sisters quarrel over a boat.",
)


class PlainServer(Server):
    """The server, on a model in fp32."""

    def _load(self) -> LoadedModel:
        loaded = load(self.settings, self.progress.report)
        loaded.model.float()
        return loaded


@asynccontextmanager
async def served(adapters_dir: Path) -> AsyncIterator[ServedModel]:
    """Run the server with the adapters of the folder, and a client of it."""
    settings = ServingSettings(
        quantization=Quantization.NONE,
        models_dir=MODEL_FOLDER.parent,
        cache_tokens=16_384,
        running_requests=16,
        adapters_dir=adapters_dir,
    )
    server = PlainServer(settings)
    runner = web.AppRunner(create_app(server), handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running = asyncio.create_task(server.run())
    try:
        while server.state is not State.READY:
            assert not running.done(), running.exception()
            await asyncio.sleep(0.1)
        endpoint = Endpoint(f"http://127.0.0.1:{runner.addresses[0][1]}")
        model = ServedModel(lambda: endpoint, seconds_between_tokens=60)
        yield model
        await model.close()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if server.batch:
            server.batch.stop()
        await runner.cleanup()


def requests(adapters: list[str]) -> list[ModelRequest]:
    """Return sixteen requests, no two alike."""
    presets = load_presets()
    return [
        ModelRequest(
            messages=(Message("user", PROMPTS[i // 4]),),
            most_tokens=48,
            seed=1000 + i,
            sampling=presets[PRESETS[i % 4]].sampling,
            adapter=adapters[(i + i // 4) % 4] if i % 5 else None,
            structure=Structure(json_schema=SCHEMAS[i % 2]) if i % 4 == 3 else None,
            banned=BANNED if i % 3 == 0 and i % 4 != 3 else Banned(),
            cache_salt=str(i % 3),
            channel=str(i),
        )
        for i in range(16)
    ]


async def written(model: ServedModel, request: ModelRequest) -> tuple[str, int]:
    """Return the whole text and the number of tokens."""
    text, tokens = "", 0
    async with aclosing(model.stream(request)) as pieces:
        async for piece in pieces:
            text += piece.text
            tokens = piece.reply_tokens
    return text, tokens


@pytest.mark.timeout(600)
async def test_sixteen_different_requests_in_one_batch_are_each_what_they_are_alone(
    tmp_path: Path,
) -> None:
    kinds = KINDS | {"fourth": (8, ["o_proj", "down_proj"])}
    settings = ServingSettings(quantization=Quantization.NONE, models_dir=MODEL_FOLDER.parent)
    save_adapters(load(settings, lambda *_: None).model.float(), tmp_path, 0.03, kinds)
    names = sorted(kinds)
    async with served(tmp_path) as model:
        for name in names:
            await model.load_adapter(name, name)
        asked = requests(names)
        assert {r.adapter for r in asked} == {*names, None}
        together = await asyncio.gather(*(written(model, request) for request in asked))
        alone = [await written(model, request) for request in asked]
    assert together == alone
    assert len({text for text, _ in together}) >= 14  # a short list may come out the same twice
    for request, (text, _) in zip(asked, together, strict=True):
        if request.structure:
            jsonschema.validate(json.loads(text), request.structure.json_schema or {})
        if request.banned.phrases:
            words = text.lower().replace(".", " ").replace(",", " ").split()
            assert not {"the", "was", "she", "sho"} & set(words), text
