"""A request as each kind of server wants it, and what of it a server cannot do.

Nothing is dropped in silence: what a request stands or falls with is refused, what is a matter
of taste becomes neutral and is named.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Unsupported
from engine.model.capabilities import PARTS, Bans, Capabilities, Dialect, JsonForm
from engine.model.request import Banned, ModelRequest, Priority, Sampling, Structure

NEUTRAL = Sampling(temperature=1.0, top_k=0, top_p=1.0, frequency_penalty=0.0)

LLAMA = frozenset({Dialect.LLAMA_SERVER, Dialect.LLAMA_CPP_PYTHON})
LLAMA_NAMES = {"repetition_penalty": "repeat_penalty"}
LLAMA_LOOKS_BACK = 4096  # tokens; unless it is told, llama.cpp's penalties see the last 64
ALL = -1
VLLM_TOP_K_OFF = -1  # before 0.9 it knew no 0

# Of JSON Schema: read over, so that replies would not keep to them.
NUMBER_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
LLAMA_IGNORES = {"multipleOf", "uniqueItems", "minProperties", "maxProperties", "contains", "not"}
IGNORED_KEYWORDS: dict[Dialect, set[str]] = {
    Dialect.LLAMA_CPP_PYTHON: LLAMA_IGNORES | NUMBER_BOUNDS,
    Dialect.LLAMA_SERVER: LLAMA_IGNORES,
}

# What stands for a channel at the server: no id of Discord's, and another one after a restart.
CHANNEL_KEY = secrets.token_bytes(16)


def fit(able: Capabilities, request: ModelRequest) -> tuple[ModelRequest, tuple[str, ...]]:
    """Return the request as this server can carry it out, and the names of what it leaves out.

    Raises:
        Unsupported: it asks for a form or an adapter that the server cannot give.
    """
    if request.structure:
        check_structure(able, request.structure)
    if request.adapter is not None and not able.adapters:
        raise Unsupported("adapter", able.dialect)
    if able.adapter_ids and request.adapter not in {None, *able.adapter_ids}:
        raise Unsupported(f"adapter {request.adapter}", able.dialect)
    missing = [name for name in set_samplers(request.sampling) if name not in able.samplers]
    sampling = replace(request.sampling, **{name: getattr(NEUTRAL, name) for name in missing})
    banned = request.banned
    if banned.phrases and able.bans is Bans.NONE:
        missing.append("banned phrases")
        banned = replace(banned, phrases=())
    if banned.patterns and able.bans is not Bans.FULL:
        missing.append("banned patterns")
        banned = replace(banned, patterns=())
    if request.stop and not able.stop:
        missing.append("stop")
    if request.cache_salt and not able.cache_salt:
        missing.append("cache_salt")
    if request.priority is not Priority.INTERACTIVE and not able.priority:
        missing.append("priority")
    fitted = replace(
        request,
        sampling=sampling,
        banned=banned,
        stop=request.stop if able.stop else (),
        cache_salt=request.cache_salt if able.cache_salt else "",
        priority=request.priority if able.priority else Priority.INTERACTIVE,
        channel=request.channel if able.fair_shares else "",
    )
    return fitted, tuple(missing)


def set_samplers(sampling: Sampling) -> list[str]:
    """Name what is not neutral; the parts of a sampler that is off count as neutral."""
    changed = [
        name for name in sampling.__slots__ if getattr(sampling, name) != getattr(NEUTRAL, name)
    ]
    return [
        name
        for name in changed
        if name not in PARTS or getattr(sampling, PARTS[name]) != getattr(NEUTRAL, PARTS[name])
    ]


def check_structure(able: Capabilities, structure: Structure) -> None:
    """Refuse a form that this server would not keep, or keep in part only."""
    kind = kind_of(structure)
    if kind not in able.structures:
        raise Unsupported(kind, able.dialect)
    if structure.json_schema is not None:
        ignored = keywords_in(structure.json_schema) & IGNORED_KEYWORDS.get(able.dialect, set())
        if ignored:
            raise Unsupported(f"json_schema with {', '.join(sorted(ignored))}", able.dialect)


def keywords_in(schema: object) -> set[str]:
    """Return the names of all fields at any depth: those of a property count as well."""
    if isinstance(schema, Mapping):
        return set(schema).union(*map(keywords_in, schema.values()))
    return set().union(*map(keywords_in, schema)) if isinstance(schema, list) else set()


def kind_of(structure: Structure) -> str:
    """Name the one of the four forms that is asked for."""
    if structure.json_schema is not None:
        return "json_schema"
    if structure.choice:
        return "choice"
    return "regex" if structure.regex is not None else "grammar"


def write_body(model: str, able: Capabilities, request: ModelRequest) -> dict[str, Any]:
    """Return the body of `POST /v1/chat/completions` for a request that `fit` returned."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.text} for m in request.messages],
        able.length_field: request.most_tokens,
        "stream": True,
        **sampling_fields(able, request.sampling),
        **banned_fields(able, request.banned),
        **routing_fields(able, request),
    }
    if able.seed:
        body["seed"] = request.seed
    if able.usage:
        body["stream_options"] = {"include_usage": True}
    if able.thinking:  # models that can think aloud would spend the turn's tokens on it
        body["chat_template_kwargs"] = {"enable_thinking": False}
    if request.stop:
        body["stop"] = list(request.stop)
    if request.structure:
        body |= structure_fields(able, request.structure)
    return body


def sampling_fields(able: Capabilities, sampling: Sampling) -> dict[str, Any]:
    """Return every sampler that the server has by its name there.

    Neutral values are sent too: a server's own defaults may be others. Parts of a sampler that is
    off are not.
    """
    names = [
        name
        for name in sampling.__slots__
        if name in able.samplers
        and (name not in PARTS or getattr(sampling, PARTS[name]) != getattr(NEUTRAL, PARTS[name]))
    ]
    fields: dict[str, Any] = {name: getattr(sampling, name) for name in names}
    if "dry_sequence_breakers" in fields:
        fields["dry_sequence_breakers"] = list(sampling.dry_sequence_breakers)
    if able.dialect is Dialect.VLLM and fields.get("top_k") == 0:
        fields["top_k"] = VLLM_TOP_K_OFF
    if able.dialect is Dialect.OTHER and fields.get("top_k") == 0:
        del fields["top_k"]  # there is no agreed value for "all"
    if able.dialect in LLAMA:
        fields = {LLAMA_NAMES.get(name, name): value for name, value in fields.items()}
    if able.dialect is Dialect.LLAMA_SERVER:
        fields["repeat_last_n"] = able.context_tokens or LLAMA_LOOKS_BACK
        if fields.get("dry_penalty_last_n") == ALL:  # its newest versions take no -1
            fields["dry_penalty_last_n"] = able.context_tokens or LLAMA_LOOKS_BACK
    return fields


def banned_fields(able: Capabilities, banned: Banned) -> dict[str, Any]:
    """Return what keeps phrases and patterns out."""
    if able.bans is Bans.TOKENS:
        return {"bad_words": spellings(banned.phrases)} if banned.phrases else {}
    fields = {"banned_strings": banned.phrases, "banned_regex": banned.patterns}
    return {name: list(values) for name, values in fields.items() if values}


def spellings(phrases: tuple[str, ...]) -> list[str]:
    """Return each phrase as it is, in small letters, and with a capital; vLLM knows case."""
    each = (
        spelling
        for phrase in phrases
        for spelling in (phrase, phrase.lower(), phrase[:1].upper() + phrase[1:])
    )
    return list(dict.fromkeys(each))


def routing_fields(able: Capabilities, request: ModelRequest) -> dict[str, Any]:
    """Return whose request it is and which adapter answers it."""
    fields: dict[str, Any] = {}
    if able.adapter_ids:  # all that are not listed are off
        wanted = [] if request.adapter is None else [able.adapter_ids[request.adapter]]
        fields["lora"] = [{"id": number, "scale": 1.0} for number in wanted]
    elif request.adapter is not None:
        fields["model"] = request.adapter
    if request.cache_salt:
        fields["cache_salt"] = request.cache_salt
    if request.priority is not Priority.INTERACTIVE:
        fields["priority"] = int(request.priority)
    if request.channel:
        fields["user"] = disguise(request.channel)
    return fields


def disguise(channel: str) -> str:
    """Return a name that is the channel's as long as this process runs, and tells nothing."""
    return hashlib.blake2b(channel.encode(), digest_size=12, key=CHANNEL_KEY).hexdigest()


def structure_fields(able: Capabilities, structure: Structure) -> dict[str, Any]:
    """Return what holds the reply to a form."""
    kind = kind_of(structure)
    if kind == "json_schema":
        schema = dict(structure.json_schema or {})
        if able.json_form is JsonForm.OBJECT:
            return {"response_format": {"type": "json_object", "schema": schema}}
        wrapped = {"name": "reply", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": wrapped}}
    if able.dialect in LLAMA:
        return {"grammar": choice_grammar(structure.choice)}
    value = list(structure.choice) if kind == "choice" else getattr(structure, kind)
    return {f"guided_{kind}": value} if able.guided else {"structured_outputs": {kind: value}}


def choice_grammar(choices: tuple[str, ...]) -> str:
    """Return a grammar in llama.cpp's notation whose texts are the choices."""
    return "root ::= " + " | ".join(json.dumps(choice, ensure_ascii=False) for choice in choices)
