"""Adapters over HTTP, with vLLM's routes and on the real model."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.engine.serving.adapter_files import weights_of, write_adapter
from tests.engine.serving.conftest import Client

SHAPES = {
    f"model.layers.{i}.self_attn.{name}_proj": (576, width)
    for i in range(30)
    for name, width in (("q", 576), ("v", 192))
}
BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"
STORY = "The harbour was quiet, the nets were dry, and the old boats slept under their tarpaulin."


@pytest.fixture(scope="module")
def adapters(adapters_dir: Path) -> Path:
    """Two adapters that change every text a little, one that ruins it."""
    for seed, (name, strength) in enumerate({"one": 0.1, "two": 0.1, "noise": 30.0}.items()):
        tensors = weights_of(SHAPES, 4, seed, strength)
        write_adapter(adapters_dir / name, tensors, 4, base_model_name_or_path=BASE)
    return adapters_dir


async def load(client: Client, name: str, path: str, **options: Any) -> tuple[int, str]:
    """Return status, and the answer or the code of the refusal."""
    body = {"lora_name": name, "lora_path": path} | options
    async with client.http.post(client.url + "/v1/load_lora_adapter", json=body) as response:
        return response.status, await said(response)


async def unload(client: Client, name: str) -> tuple[int, str]:
    """Return status, and the answer or the code of the refusal."""
    url = client.url + "/v1/unload_lora_adapter"
    async with client.http.post(url, json={"lora_name": name}) as response:
        return response.status, await said(response)


async def said(response: aiohttp.ClientResponse) -> str:
    """Return the text of an answer, or the code of a refusal."""
    if response.ok:
        return await response.text()
    return str((await response.json())["error"]["code"])


async def test_an_adapter_is_loaded_listed_used_and_unloaded(
    client: Client, adapters: Path
) -> None:
    ask: dict[str, Any] = {"max_tokens": 10, "temperature": 0, "cache_salt": "a"}
    answer = "Success: LoRA adapter 'voice' added successfully."
    assert await load(client, "voice", "one") == (200, answer)
    assert await load(client, "other", str(adapters / "two")) == (
        200,
        answer.replace("voice", "other"),
    )
    # After the first load: the fused INT8 decoder steps aside then, and rounds a little otherwise.
    plain = await client.text(STORY, **ask)
    base, *listed = (await client.get("/v1/models"))[1]["data"]
    assert [(e["id"], e["root"], e["parent"]) for e in listed] == [
        ("voice", "one", base["id"]),
        ("other", "two", base["id"]),
    ]
    voiced = await client.complete(STORY, model="voice", **ask)
    other = await client.complete(STORY, model="other", **ask)
    assert voiced["model"] == "voice"
    assert len({plain, *(a["choices"][0]["text"] for a in (voiced, other))}) == 3
    again = await client.complete(STORY, model="voice", **ask)
    assert again["choices"] == voiced["choices"]
    cached = [a["usage"]["prompt_tokens_details"]["cached_tokens"] for a in (voiced, other, again)]
    assert cached == [0, 0, 16]
    elsewhere = await client.complete(STORY, model="voice", **ask | {"cache_salt": "b"})
    assert elsewhere["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    removed = "Success: LoRA adapter 'voice' removed successfully."
    assert await unload(client, "voice") == (200, removed)
    status, refused = await client.post("/v1/completions", prompt=STORY, model="voice")
    assert (status, refused["error"]["code"]) == (404, "model_not_found")
    assert await unload(client, "voice") == (404, "model_not_found")
    # Under another salt: read from the cache, a near tie may fall the other way.
    assert await client.text(STORY, **ask | {"cache_salt": "c"}) == plain
    assert (await unload(client, "other"))[0] == 200


async def test_a_chat_is_written_with_an_adapter(client: Client, adapters: Path) -> None:
    del adapters
    assert (await load(client, "voice", "one"))[0] == 200
    chat = {"messages": [{"role": "user", "content": STORY}], "max_tokens": 5}
    status, answer = await client.post("/v1/chat/completions", model="voice", **chat)
    assert (status, answer["model"]) == (200, "voice")
    assert (await unload(client, "voice"))[0] == 200


async def test_loads_are_refused_with_a_code(client: Client, adapters: Path) -> None:
    del adapters
    assert (await load(client, "voice", "one"))[0] == 200
    before = await client.text(STORY, model="voice", max_tokens=5, temperature=0)
    assert await load(client, "voice", "one") == (400, "adapter_already_loaded")
    inplace = {"load_inplace": True}
    for path, status, code in (
        ("noise", 400, "adapter_absurd"),
        ("../one", 403, "adapter_outside"),
        ("nothing", 404, "adapter_not_found"),
    ):
        assert await load(client, "voice", path, **inplace) == (status, code)
    assert await load(client, "", "one") == (400, "invalid_value")
    assert await load(client, "x", "one", lora_int_id=3) == (400, "invalid_value")
    assert await client.text(STORY, model="voice", max_tokens=5, temperature=0) == before
    assert (await load(client, "voice", "two", **inplace))[0] == 200
    assert await client.text(STORY, model="voice", max_tokens=5, temperature=0) != before
    assert (await unload(client, "voice"))[0] == 200
