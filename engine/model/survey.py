"""Finding out what a server can do: once for each start of it.

What a server says of itself is read first; a server that says nothing is tried out.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import structlog
from openai import APIStatusError

from engine.model import trials
from engine.model.capabilities import (
    SAMPLERS,
    STRUCTURES,
    Bans,
    Capabilities,
    Counting,
    Dialect,
    JsonForm,
    Scoring,
)
from engine.model.openapi import CHAT, Manifest, read_manifest, under
from engine.model.protocol import ModelEntry, TokenCount

log = structlog.get_logger()

SECONDS_FOR_A_TRIAL = 60.0
REFUSED = frozenset({400, 404, 405, 415, 422, 500, 501})  # 500: what it cannot do breaks some

# What vLLM has had since before 0.6, for one whose documentation is switched off.
VLLM_FIELDS = frozenset(
    {
        "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "presence_penalty",
        "frequency_penalty", "seed", "stop", "stream_options", "chat_template_kwargs",
    }
)  # fmt: skip
OUR_FIELDS = frozenset(
    {
        "temperature", "top_p", "top_k", "frequency_penalty", "seed", "stop", "stream_options",
        "chat_template_kwargs", "cache_salt",
    }
)  # fmt: skip
LLAMA_SERVER_LACKS = frozenset({"no_repeat_ngram_size"})


class Server(Protocol):
    """The server that is asked."""

    async def get(self, path: str) -> object:
        """Return the JSON at a path of the server's root."""
        ...

    async def post(self, path: str, body: Mapping[str, Any], *, seconds: float) -> object:
        """Return the JSON answer to a body."""
        ...

    async def begin(self, body: Mapping[str, Any], *, seconds: float) -> None:
        """Begin a streamed chat and leave it at once."""
        ...


async def survey(server: Server, entry: ModelEntry) -> Capabilities:
    """Find out what the server of this model can do. What it does not tell is tried."""
    manifest = read_manifest(await find(server, "/openapi.json"))
    dialect = tell_dialect(entry, manifest)
    match dialect:
        case Dialect.SCRIPTORIUM:
            found = read_ours(manifest)
        case Dialect.VLLM:
            found = read_vllm(manifest, version_of(await find(server, "/version")))
        case Dialect.LLAMA_SERVER:
            props = await find(server, "/props")
            found = read_llama_server(props, await find(server, "/lora-adapters"))
        case Dialect.LLAMA_CPP_PYTHON:
            found = read_llama_cpp_python(manifest)
        case Dialect.TRANSFORMERS:
            found = TRANSFORMERS_SERVE
        case Dialect.OTHER:
            found = await try_out(server, entry)
    log.info("model_server_surveyed", dialect=found.dialect.value, version=found.version)
    return found


async def find(server: Server, path: str) -> object:
    """Return the JSON at a path; None where the server has none there."""
    try:
        return await server.get(path)
    except APIStatusError as error:
        if error.status_code >= 500 and error.status_code not in REFUSED:
            raise
        return None
    except ValueError:
        return None


def tell_dialect(entry: ModelEntry, manifest: Manifest) -> Dialect:
    """Tell which program serves, by what it says of itself."""
    known = {
        "scriptorium": Dialect.SCRIPTORIUM,
        "vllm": Dialect.VLLM,
        "llamacpp": Dialect.LLAMA_SERVER,
    }
    if entry.owned_by in known:
        return known[entry.owned_by]
    if "llama.cpp Python" in manifest.title:
        return Dialect.LLAMA_CPP_PYTHON
    if {"/load_model", CHAT} <= manifest.paths:
        return Dialect.TRANSFORMERS
    return Dialect.OTHER


def version_of(answer: object) -> str:
    """Return the version that vLLM tells."""
    return str(under(answer).get("version", ""))


def read_ours(manifest: Manifest) -> Capabilities:
    """Read what our server says that it has; an older one says nothing."""
    fields = manifest.chat or OUR_FIELDS
    has_structures = "structured_outputs" in fields
    return Capabilities(
        dialect=Dialect.SCRIPTORIUM,
        **common(fields),
        structures=STRUCTURES if has_structures else frozenset(),
        bans=Bans.FULL if {"banned_strings", "banned_regex"} <= fields else Bans.NONE,
        adapters="/v1/load_lora_adapter" in manifest.paths,
        adapter_loading="/v1/load_lora_adapter" in manifest.paths,
        priority="priority" in fields,
        fair_shares="priority" in fields,  # they came together
        queue_places="priority" in fields,
        scoring=scoring_of(manifest),
        counting=Counting.MANY,
        embeddings="/v1/embeddings" in manifest.paths,
    )


def read_vllm(manifest: Manifest, version: str) -> Capabilities:
    """Read vLLM's fields. Its `priority` is left out: most run without, and it does not tell."""
    fields = manifest.chat or VLLM_FIELDS
    is_old = "guided_json" in fields and "structured_outputs" not in fields
    has_structures = is_old or "structured_outputs" in fields
    loads = "/v1/load_lora_adapter" in manifest.paths
    return Capabilities(
        dialect=Dialect.VLLM,
        version=version,
        **common(fields),
        structures=STRUCTURES if has_structures else frozenset(),
        guided=is_old,
        bans=Bans.TOKENS if "bad_words" in fields else Bans.NONE,
        adapters=True,  # by the names that it lists
        adapter_loading=loads,
        # With adapters in use, likelihoods of prompts end the engine for everybody: seen in the
        # CPU build of 0.32.0.
        scoring=Scoring.NONE if loads else scoring_of(manifest),
        counting=Counting.ONE,
        embeddings="/v1/embeddings" in manifest.paths,
    )


def read_llama_server(props: object, lora: object) -> Capabilities:
    """Read what llama.cpp's own server tells; its samplers have been there since 2024."""
    settings = under(props, "default_generation_settings")
    context_tokens = settings.get("n_ctx")
    adapters = lora if isinstance(lora, list) else []
    ids = {name_of(each["path"]): int(each["id"]) for each in adapters if "path" in under(each)}
    return Capabilities(
        dialect=Dialect.LLAMA_SERVER,
        version=str(under(props).get("build_info", "")),
        samplers=SAMPLERS - LLAMA_SERVER_LACKS,
        seed=True,
        stop=True,
        usage=True,
        thinking=True,
        structures=frozenset({"json_schema", "choice"}),
        adapters=bool(ids),
        adapter_ids=ids,
        counting=Counting.CONTENT,
        context_tokens=context_tokens if isinstance(context_tokens, int) else None,
    )


def name_of(path: object) -> str:
    """Return the name of an adapter: that of its file, without the ending."""
    return str(path).replace("\\", "/").rpartition("/")[2].removesuffix(".gguf")


def read_llama_cpp_python(manifest: Manifest) -> Capabilities:
    """Read the fields of llama-cpp-python's server."""
    fields = set(manifest.chat)
    if "repeat_penalty" in fields:
        fields.add("repetition_penalty")
    has_json = "response_format" in fields
    kinds = {"json_schema": has_json, "choice": "grammar" in fields}
    return Capabilities(
        dialect=Dialect.LLAMA_CPP_PYTHON,
        **common(frozenset(fields)),
        structures=frozenset(kind for kind, is_there in kinds.items() if is_there),
        json_form=JsonForm.OBJECT,
        counting=Counting.EXTRAS if "/extras/tokenize/count" in manifest.paths else Counting.NONE,
    )


# It refuses fields that it does not know and drops some that it does; its `frequency_penalty` is
# another penalty, its seed is that of the whole process, and its batches ignore `stop`.
TRANSFORMERS_SERVE = Capabilities(
    dialect=Dialect.TRANSFORMERS,
    samplers=frozenset({"temperature", "top_p"}),
    thinking=True,
)


async def try_out(server: Server, entry: ModelEntry) -> Capabilities:
    """Find out what a server does that is known for nothing but the protocol."""

    async def complete(
        text: str,
        *,
        length_field: str = "max_tokens",
        max_tokens: int = trials.SHORT,
        **fields: Any,
    ) -> str | None:
        body = {"model": entry.id, "messages": [{"role": "user", "content": text}], **fields}
        body[length_field] = max_tokens
        try:
            answer = await server.post(CHAT, body, seconds=SECONDS_FOR_A_TRIAL)
        except APIStatusError as error:
            if error.status_code in REFUSED:
                return None
            raise
        return trials.text_of(answer)

    length_field = await trials.find_length_field(complete)
    if length_field is None:
        return Capabilities()

    async def ask(text: str, *, max_tokens: int = trials.SHORT, **fields: Any) -> str | None:
        return await complete(text, length_field=length_field, max_tokens=max_tokens, **fields)

    json_form = await trials.find_json_form(ask)
    return Capabilities(
        samplers=await trials.find_samplers(ask),
        seed=await trials.keeps_seed(ask),
        stop=await trials.keeps_stop(ask),
        usage=await takes_stream_options(server, entry, length_field),
        structures=frozenset({"json_schema"} if json_form else ()),
        json_form=json_form or JsonForm.SCHEMA,
        counting=await try_counting(server),
        length_field=length_field,
    )


async def takes_stream_options(server: Server, entry: ModelEntry, length_field: str) -> bool:
    """Tell whether a stream may be asked for its counts; whether they come is seen later."""
    body = {
        "model": entry.id,
        "messages": [{"role": "user", "content": trials.STORY}],
        length_field: 1,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    try:
        await server.begin(body, seconds=SECONDS_FOR_A_TRIAL)
    except APIStatusError as error:
        if error.status_code in REFUSED:
            return False
        raise
    return True


async def try_counting(server: Server) -> Counting:
    """Look for vLLM's `/tokenize`, which some others have too."""
    body = {"prompt": "one two", "add_special_tokens": False}
    try:
        answer = await server.post("/tokenize", body, seconds=SECONDS_FOR_A_TRIAL)
        TokenCount.model_validate(answer)
    except (APIStatusError, ValueError):
        return Counting.NONE
    return Counting.ONE


def common(fields: frozenset[str]) -> dict[str, Any]:
    """Return what is read off the names of fields alike everywhere."""
    return {
        "samplers": SAMPLERS & fields,
        "seed": "seed" in fields,
        "stop": "stop" in fields,
        "usage": "stream_options" in fields,
        "thinking": "chat_template_kwargs" in fields,
        "cache_salt": "cache_salt" in fields,
    }


def scoring_of(manifest: Manifest) -> Scoring:
    """Tell whether plain completions can give the likelihood of their prompt."""
    return Scoring.PROMPT if "prompt_logprobs" in manifest.completions else Scoring.NONE
