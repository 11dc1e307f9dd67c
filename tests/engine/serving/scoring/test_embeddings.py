"""Vectors of texts, from a tiny BERT with random weights."""

import base64
import json
import struct
from pathlib import Path

import pytest
import torch
from aiohttp.test_utils import TestClient, TestServer
from transformers import AutoTokenizer, BertConfig, BertModel

from engine.errors import ModelUnusable
from engine.serving.http.app import create_app
from engine.serving.scoring.embeddings import Embedder, pools_first_token
from engine.serving.server import Server, State
from engine.settings import ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER

TEXTS = ["The sea.", "A tax form, in three copies, for the harbour office.", "Fog"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder."""
    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=49_152,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=40,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(MODEL_FOLDER)
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def embedder(folder: Path) -> Embedder:
    """The model, loaded."""
    return Embedder(str(folder))


async def test_a_vector_is_the_mean_of_its_tokens_whoever_stands_beside_it(
    embedder: Embedder,
) -> None:
    vectors = await embedder.embed(await embedder.read(TEXTS * 20))
    for text, vector in zip(TEXTS * 20, vectors, strict=True):
        ids = torch.tensor([embedder.tokenizer.encode(text)])
        with torch.no_grad():
            mean = embedder.model(ids).last_hidden_state[0].mean(0)
        assert torch.allclose(torch.tensor(vector), mean / mean.norm(), atol=1e-4)


def test_the_folder_says_how_the_model_pools(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    assert not pools_first_token(config)
    config.write_text(
        json.dumps({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    )
    assert pools_first_token(config)
    config.write_text(json.dumps({"pooling_mode_max_tokens": True}))
    with pytest.raises(ModelUnusable, match="max_tokens"):
        pools_first_token(config)


async def test_the_first_token_stands_for_the_text_where_the_folder_says_so(
    embedder: Embedder,
) -> None:
    mean = await embedder.embed(await embedder.read(TEXTS[:1]))
    embedder.takes_first = True
    try:
        first = await embedder.embed(await embedder.read(TEXTS[:1]))
    finally:
        embedder.takes_first = False
    assert first != mean
    assert sum(x * x for x in first[0]) == pytest.approx(1, abs=1e-4)


def test_what_is_no_model_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable):
        Embedder(str(tmp_path))


class ReadyServer(Server):
    """A server whose language model is not the point."""

    @property
    def state(self) -> State:
        """Return READY."""
        return State.READY

    def ready(self) -> tuple[None, None]:  # type: ignore[override]
        """Let every request in."""
        return None, None


@pytest.fixture
def server() -> ReadyServer:
    """A server without a language model."""
    return ReadyServer(ServingSettings(embedding_model="tiny-bert"))


async def test_the_route_answers_as_the_protocol_says(
    server: ReadyServer, embedder: Embedder
) -> None:
    async with TestClient(TestServer(create_app(server))) as client:
        off = await client.post("/v1/embeddings", json={"input": "a"})
        assert (off.status, (await off.json())["error"]["code"]) == (404, "embeddings_off")
        server.embedder = embedder
        answer = await (await client.post("/v1/embeddings", json={"input": TEXTS})).json()
        read = await embedder.read(TEXTS)
        wanted = await embedder.embed(read)
        assert [one["index"] for one in answer["data"]] == [0, 1, 2]
        for one, vector in zip(answer["data"], wanted, strict=True):
            assert one["embedding"] == pytest.approx(vector, abs=1e-5)
        assert answer["usage"]["prompt_tokens"] == sum(map(len, read))
        coded = await (
            await client.post("/v1/embeddings", json={"input": "Fog", "encoding_format": "base64"})
        ).json()
        raw = base64.b64decode(coded["data"][0]["embedding"])
        assert struct.unpack("<32f", raw) == pytest.approx(wanted[2], abs=1e-5)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"input": []}, 400, "invalid_value"),
        ({"input": ""}, 400, "invalid_value"),
        ({"input": "a", "dimensions": 8}, 400, "invalid_value"),
        ({"input": "word " * 50}, 400, "context_length_exceeded"),
        ({"input": "a", "model": "other"}, 404, "model_not_found"),
        ({"input": "\ud800"}, 400, "invalid_value"),
    ],
)
async def test_what_cannot_be_embedded_is_refused(
    server: ReadyServer, embedder: Embedder, body: dict[str, object], status: int, code: str
) -> None:
    server.embedder = embedder
    async with TestClient(TestServer(create_app(server))) as client:
        answer = await client.post("/v1/embeddings", json=body)
        assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


async def test_the_description_names_the_route_only_where_it_works(server: ReadyServer) -> None:
    for settings, there in ((server.settings, True), (ServingSettings(), False)):
        server.settings = settings
        async with TestClient(TestServer(create_app(server))) as client:
            paths = (await (await client.get("/openapi.json")).json())["paths"]
        assert ("/v1/embeddings" in paths) is there
