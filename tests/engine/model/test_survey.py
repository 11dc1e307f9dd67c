"""What is found out of each kind of server, and that nothing is believed that is not so."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from engine.errors import ModelUnavailable, PromptRefused
from engine.model.capabilities import SAMPLERS, STRUCTURES, Bans, Counting, Dialect, JsonForm
from engine.model.gaps import Gap, find_gaps
from engine.model.trials import WORD
from tests.fakes.endpoint import Opener, answering, app_with, read
from tests.fakes.model_server import OUR_FIELDS, FakeModelServer, event, manifest, refusal
from tests.fakes.scripted_model import ScriptedModel


def models(owner: str | None) -> Any:
    return answering({"data": [{"id": "m", "owned_by": owner} if owner else {"id": "m"}]})


@dataclass
class Hosted:
    """An API without a description, of which a test says what it does with each field.

    It takes what it `knows`, obeys what it `obeys`, and takes or refuses the rest.
    """

    obeys: frozenset[str] = frozenset()
    refuses_unknown: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        known = {"model", "messages", "stream"} | self.obeys
        if self.refuses_unknown and set(body) - known:
            return refusal(400, "unknown_field")
        if body.get("stream"):
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            choice = {"delta": {"content": self.reply(body)}, "finish_reason": "stop"}
            await response.write(event({"choices": [choice]}))
            return response
        message = {"role": "assistant", "content": self.reply(body)}
        return web.json_response({"choices": [{"message": message}]})

    def reply(self, body: dict[str, Any]) -> str:
        told = {name: value for name, value in body.items() if name in self.obeys}
        if told.get("response_format", {}).get("type") == "json_schema":
            return json.dumps({"answer": WORD})
        words = ["the", "sea", "was", "calm", "and", "cold"]
        is_hot = told.get("temperature", 1.0) > 0.0
        is_narrow = told.get("top_k") == 1 or told.get("top_p") == 0.01 or told.get("min_p") == 1.0
        if is_hot and not is_narrow:
            # Without a seed that is obeyed, each reply is another one.
            words.append(f"by {told['seed'] if 'seed' in told else len(self.asked)}")
        for name, neutral in (
            ("repetition_penalty", 1.0), ("presence_penalty", 0.0), ("frequency_penalty", 0.0)
        ):  # fmt: skip
            if told.get(name, neutral) != neutral:
                words.append(name)
        text = " ".join(words)
        for stop in told.get("stop", ()):
            text = text.partition(stop)[0]
        return text


ALL_OPENAI = frozenset(
    {
        "max_tokens", "temperature", "top_p", "seed", "stop", "presence_penalty",
        "frequency_penalty", "response_format", "stream_options",
    }
)  # fmt: skip


async def test_our_server_is_believed_what_it_describes(client_of: Opener) -> None:
    able = await (await client_of(FakeModelServer(ScriptedModel()))).capabilities()
    assert able.dialect is Dialect.SCRIPTORIUM
    assert able.samplers == SAMPLERS
    assert able.structures == STRUCTURES
    assert able.bans is Bans.FULL
    assert able.counting is Counting.MANY
    assert able.priority
    assert able.queue_places
    assert not able.adapters  # the fake has no route for them


async def test_a_field_that_holds_only_its_neutral_value_is_none(client_of: Opener) -> None:
    document = manifest(OUR_FIELDS)
    fields = document["components"]["schemas"]["Chat"]["properties"]
    fields["min_p"] = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 0}, {"type": "null"}]}
    fields["top_k"] = {"anyOf": [{"type": "integer", "minimum": -1}, {"type": "null"}]}
    app = app_with(models=models("scriptorium"), openapi=answering(document))
    able = await (await client_of(app)).capabilities()
    assert "min_p" not in able.samplers
    assert "top_k" in able.samplers


async def test_vllm_is_read_off_its_description(client_of: Opener) -> None:
    fields = {"temperature", "top_k", "min_p", "bad_words", "structured_outputs", "cache_salt"}
    app = app_with(
        openapi=answering(manifest(fields, **{"/v1/load_lora_adapter": {}})),
        version=answering({"version": "0.32.0"}),
    )
    able = await (await client_of(app)).capabilities()
    assert (able.dialect, able.version) == (Dialect.VLLM, "0.32.0")
    assert able.samplers == {"temperature", "top_k", "min_p"}
    assert able.bans is Bans.TOKENS
    assert able.structures == STRUCTURES
    assert able.adapter_loading
    assert able.cache_salt
    assert not able.seed


async def test_older_vllm_has_its_structures_by_other_names(client_of: Opener) -> None:
    app = app_with(openapi=answering(manifest({"guided_json", "guided_regex"})))
    able = await (await client_of(app)).capabilities()
    assert able.guided
    assert able.structures == STRUCTURES


async def test_llama_server_tells_its_context_and_adapters(client_of: Opener) -> None:
    app = app_with(
        models=models("llamacpp"),
        props=answering({"build_info": "b9", "default_generation_settings": {"n_ctx": 2048}}),
        lora=answering([{"id": 0, "path": "/x/poe.gguf", "scale": 1.0}, {"id": 1, "path": "b"}]),
    )
    model = await client_of(app)
    able = await model.capabilities()
    assert (able.dialect, able.version) == (Dialect.LLAMA_SERVER, "b9")
    assert able.adapter_ids == {"poe": 0, "b": 1}
    assert (await model.info()).context_tokens == 2048
    assert "dry_multiplier" in able.samplers
    assert "no_repeat_ngram_size" not in able.samplers
    assert Gap.ADAPTER_LOADING in find_gaps(able)


async def test_llama_cpp_python_is_known_by_its_title(client_of: Opener) -> None:
    document = manifest(
        {"temperature", "repeat_penalty", "response_format", "grammar", "seed"},
        **{"/extras/tokenize/count": {}},
    )
    document["info"] = {"title": "🦙 llama.cpp Python API"}
    app = app_with(
        models=models("me"), openapi=answering(document), counted=answering({"count": 4})
    )
    model = await client_of(app)
    able = await model.capabilities()
    assert able.dialect is Dialect.LLAMA_CPP_PYTHON
    assert able.samplers == {"temperature", "repetition_penalty"}
    assert able.json_form is JsonForm.OBJECT
    assert able.structures == {"json_schema", "choice"}
    assert await model.count_tokens(["a b", "c"]) == [4, 4]


async def test_transformers_serve_is_not_believed_its_penalty(client_of: Opener) -> None:
    document = {"paths": {"/v1/chat/completions": {"post": {}}, "/load_model": {"post": {}}}}
    app = app_with(models=models("HuggingFaceTB"), openapi=answering(document))
    able = await (await client_of(app)).capabilities()
    assert able.dialect is Dialect.TRANSFORMERS
    assert able.samplers == {"temperature", "top_p"}
    assert not able.structures


async def test_an_api_without_a_description_is_tried(client_of: Opener) -> None:
    hosted = Hosted(ALL_OPENAI, refuses_unknown=True)
    app = app_with(models=models(None), openapi=answering("none"), chat=hosted.chat)
    able = await (await client_of(app)).capabilities()
    assert able.dialect is Dialect.OTHER
    assert able.samplers == {"temperature", "top_p", "presence_penalty", "frequency_penalty"}
    assert able.seed
    assert able.stop
    assert able.usage
    assert able.structures == {"json_schema"}
    assert able.counting is Counting.NONE
    assert len(hosted.asked) < 25


async def test_a_server_that_takes_every_field_in_silence_is_not_believed(
    client_of: Opener,
) -> None:
    hosted = Hosted(frozenset({"max_tokens", "temperature"}))
    app = app_with(models=models(None), openapi=answering("none"), chat=hosted.chat)
    able = await (await client_of(app)).capabilities()
    assert able.samplers == {"temperature"}
    assert not able.seed
    assert not able.stop
    assert not able.structures


async def test_an_api_that_wants_the_newer_name_gets_it(client_of: Opener) -> None:
    hosted = Hosted(frozenset({"max_completion_tokens", "temperature"}), refuses_unknown=True)
    app = app_with(models=models(None), openapi=answering("none"), chat=hosted.chat)
    model = await client_of(app)
    await read(model)
    assert hosted.asked[-1]["max_completion_tokens"] == 64
    assert "top_k" not in hosted.asked[-1]


async def test_trials_are_made_once_even_after_failures(client_of: Opener) -> None:
    hosted = Hosted(ALL_OPENAI)
    fails = False

    async def chat(request: web.Request) -> web.StreamResponse:
        return refusal(400, "no") if fails else await hosted.chat(request)

    app = app_with(models=models(None), openapi=answering("none"), chat=chat)
    model = await client_of(app)
    await model.capabilities()
    tried, fails = len(hosted.asked), True
    with pytest.raises(PromptRefused):
        await read(model)
    fails = False
    await read(model)
    assert len(hosted.asked) == tried + 1


async def test_a_server_that_breaks_while_it_is_tried_is_unavailable(client_of: Opener) -> None:
    async def chat(_: web.Request) -> web.Response:
        return refusal(503, "loading")

    app = app_with(models=models(None), openapi=answering("none"), chat=chat)
    with pytest.raises(ModelUnavailable):
        await (await client_of(app)).capabilities()
