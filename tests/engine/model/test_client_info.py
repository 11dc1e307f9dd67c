import pytest
from aiohttp import web

from engine.errors import ModelUnavailable, PromptRefused
from engine.model.client import ServedModel
from engine.model.connection import Endpoint
from engine.model.request import ModelInfo
from tests.fakes.endpoint import Opener, answering, app_with, read, serving
from tests.fakes.model_server import FakeModelServer, refusal
from tests.fakes.scripted_model import ScriptedModel


async def test_the_model_describes_itself(client_of: Opener) -> None:
    scripted = ScriptedModel(
        context_tokens=2048, special_tokens=("<s>",), name="tiny", tokenizer="abc123"
    )
    model = await client_of(FakeModelServer(scripted))
    assert await model.info() == ModelInfo("tiny", 2048, "abc123", ("<s>",))


async def test_a_foreign_server_is_described_with_care(client_of: Opener) -> None:
    model = await client_of(app_with())
    assert await model.info() == ModelInfo("plain", 4096, "plain", ())


async def test_the_model_is_chosen_by_its_name(client_of: Opener) -> None:
    models = answering(
        {
            "data": [
                {"id": "a", "owned_by": "vllm"},
                {"id": "b", "owned_by": "vllm", "max_model_len": 99},
            ]
        }
    )
    chosen = await client_of(app_with(models=models), name="b")
    assert (await chosen.info()).context_tokens == 99
    assert (await (await client_of(app_with(models=models))).info()).name == "a"
    with pytest.raises(ModelUnavailable):
        await (await client_of(app_with(models=models), name="c")).info()


@pytest.mark.parametrize("body", ["", "[]", '{"data": []}', '{"data": [{"id": 5}]}', "<html>"])
async def test_an_unreadable_list_of_models_is_unavailable(client_of: Opener, body: str) -> None:
    async def models(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    with pytest.raises(ModelUnavailable):
        await (await client_of(app_with(models=models))).info()


async def test_our_server_counts_all_texts_at_once(client_of: Opener) -> None:
    model = await client_of(FakeModelServer(ScriptedModel()))
    assert await model.count_tokens(["", "abc", "abcd", "雨"]) == [0, 1, 2, 1]
    assert await model.count_tokens([]) == []


async def test_a_long_past_is_counted_in_requests_of_a_bearable_size(client_of: Opener) -> None:
    sizes: list[int] = []

    async def tokenize(request: web.Request) -> web.Response:
        sizes.append(len(await request.read()))
        texts = (await request.json())["prompt"]
        return web.json_response({"counts": [len(text) for text in texts]})

    app = app_with(
        models=answering({"data": [{"id": "m", "owned_by": "scriptorium", "tokenizer": "t"}]}),
        tokenize=tokenize,
    )
    texts = ["雨" * (n % 3000) for n in range(1000)]
    counts = await (await client_of(app)).count_tokens(texts)
    assert counts == [len(text) for text in texts]
    assert max(sizes) < 1 << 20
    assert len(sizes) < 20


async def test_vllm_counts_one_text_at_a_time(client_of: Opener) -> None:
    async def tokenize(request: web.Request) -> web.Response:
        body = await request.json()
        assert body["add_special_tokens"] is False
        count = len(body["prompt"].split())
        return web.json_response({"count": count, "max_model_len": 9, "tokens": [0] * count})

    model = await client_of(app_with(tokenize=tokenize))
    assert await model.count_tokens(["one two", "three", ""]) == [2, 1, 0]


async def test_where_nobody_counts_the_bytes_are_the_bound(
    client_of: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    model = await client_of(app_with())
    assert await model.count_tokens(["abc", "雨"]) == [4, 4]
    assert await model.count_tokens(["d"]) == [2]
    assert capsys.readouterr().out.count("token_counts_estimated") == 1


@pytest.mark.parametrize("answer", [{"counts": [1]}, {"counts": [1, -2]}, {"count": 3}, [], "x"])
async def test_wrong_counts_are_not_believed(client_of: Opener, answer: object) -> None:
    models = answering({"data": [{"id": "ours", "owned_by": "scriptorium", "tokenizer": "t"}]})
    model = await client_of(app_with(models=models, tokenize=answering(answer)))
    with pytest.raises(ModelUnavailable):
        await model.count_tokens(["a", "b"])


async def test_the_model_is_asked_once_and_again_after_a_failure(client_of: Opener) -> None:
    names = ["first", "second"]

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": names.pop(0), "owned_by": "vllm"}]})

    async def chat(_: web.Request) -> web.Response:
        return refusal(404, "model_not_found")  # a restarted server serves another model

    model = await client_of(app_with(models=models, chat=chat))
    assert [(await model.info()).name for _ in range(3)] == ["first"] * 3
    with pytest.raises(PromptRefused):
        await read(model)
    assert (await model.info()).name == "second"


async def test_the_client_follows_a_server_that_starts_again_elsewhere() -> None:
    first, second = (FakeModelServer(ScriptedModel(name=name)) for name in ("first", "second"))
    async with serving(first.app()) as url_1, serving(second.app()) as url_2:
        endpoints = [Endpoint(url_1)]
        model = ServedModel(lambda: endpoints[-1], seconds_between_tokens=5)
        assert (await model.info()).name == "first"
        endpoints.append(Endpoint(f"{url_2}/v1/", starts=1))
        assert (await model.info()).name == "second"
        assert (await read(model))[-1].finish == "stop"
        await model.close()


async def test_the_same_address_after_a_restart_is_another_server() -> None:
    app = FakeModelServer(ScriptedModel(name="first")).app()
    async with serving(app) as url:
        starts = [0]
        model = ServedModel(lambda: Endpoint(url, starts=starts[-1]), seconds_between_tokens=5)
        assert (await model.info()).name == "first"
    port = int(url.rpartition(":")[2])
    async with serving(FakeModelServer(ScriptedModel(name="second")).app(), port):
        starts.append(1)
        assert (await model.info()).name == "second"
        await model.close()


async def test_a_server_that_is_not_ready_is_not_asked() -> None:
    def endpoint() -> Endpoint:
        raise ModelUnavailable("loading")

    model = ServedModel(endpoint, seconds_between_tokens=5)
    with pytest.raises(ModelUnavailable) as failure:
        await read(model)
    assert failure.value == ModelUnavailable("loading")
