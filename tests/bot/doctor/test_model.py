from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor.finding import Finding, Mark
from bot.doctor.model import check_model
from engine.settings import EngineSettings, ServingSettings

KEY = "sk-model-key"
OTHER_BODIES = {"html": "<h1>hello</h1>", "cut": '{"data": [', "list": "[1]", "none": '{"a": 1}'}


async def examine(*, engine: dict[str, Any] | None = None, **serving: Any) -> Finding:
    return await check_model(
        EngineSettings(_env_file=None, **(engine or {})), ServingSettings(_env_file=None, **serving)
    )


async def test_an_embedded_model_that_was_unpacked_is_fine(tmp_path: Path) -> None:
    (tmp_path / "smollm2-135m-b179c952").mkdir()
    (tmp_path / "smollm2-135m-b179c952" / "config.json").write_text("{}")
    assert (await examine(models_dir=tmp_path)).mark is Mark.OK


async def test_a_missing_embedded_model_comes_at_the_first_start(tmp_path: Path) -> None:
    found = await examine(models_dir=tmp_path)
    assert found.mark is Mark.WARNING
    assert "make run" in found.to_do


async def test_a_whole_model_folder_is_fine(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "model-00001-of-00001.safetensors"):
        (tmp_path / name).write_text("{}")
    assert (await examine(model=str(tmp_path))).mark is Mark.OK


async def test_a_folder_without_weights_is_a_problem_that_says_what_lacks(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_text("")
    found = await examine(model=str(tmp_path))
    assert found.mark is Mark.PROBLEM
    assert "a tokenizer, *.safetensors" in found.what


async def test_a_hub_model_is_looked_for_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert (await examine(model="Qwen/Qwen3-8B")).mark is Mark.WARNING
    snapshot = tmp_path / "hub" / "models--Qwen--Qwen3-8B" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert (await examine(model="Qwen/Qwen3-8B")).mark is Mark.OK


async def test_a_mistyped_model_is_a_problem() -> None:
    assert (await examine(model="./no/such/folder")).mark is Mark.PROBLEM


@pytest.fixture
async def remote() -> AsyncIterator[str]:
    """Run a server that lists two models to those who know the key."""

    async def models(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "who are you?"}}, status=401)
        return web.json_response({"object": "list", "data": [{"id": "tale"}, {"id": "poem"}]})

    async def other(request: web.Request) -> web.Response:
        kind = "text/html" if request.match_info["body"] == "html" else "application/json"
        return web.Response(text=OTHER_BODIES[request.match_info["body"]], content_type=kind)

    app = web.Application()
    app.router.add_get("/v1/models", models)
    app.router.add_get("/{body}/v1/models", other)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
async def test_a_remote_server_is_asked_for_its_models(remote: str, ending: str) -> None:
    found = await examine(engine={"model_url": remote + ending, "model_api_key": KEY})
    assert found.mark is Mark.OK
    assert found.what.endswith("serves tale")


async def test_a_remote_server_must_have_the_model_that_is_asked_for(remote: str) -> None:
    asked = {"model_url": remote, "model_api_key": KEY, "model_name": "novel"}
    found = await examine(engine=asked)
    assert found.mark is Mark.PROBLEM
    assert found.to_do == "MODEL_NAME=tale, or unset it"


async def test_a_wrong_key_is_a_problem_and_stays_unseen(remote: str) -> None:
    found = await examine(engine={"model_url": remote, "model_api_key": "sk-wrong"})
    assert found.mark is Mark.PROBLEM
    assert "sk-wrong" not in str(found)


@pytest.mark.parametrize("body", OTHER_BODIES)
async def test_a_server_of_another_kind_is_a_problem(remote: str, body: str) -> None:
    found = await examine(engine={"model_url": f"{remote}/{body}"})
    assert found.mark is Mark.PROBLEM


async def test_a_server_that_is_down_is_a_problem() -> None:
    found = await examine(engine={"model_url": "http://127.0.0.1:1"})
    assert found.mark is Mark.PROBLEM
    assert "unset MODEL_URL" in found.to_do
