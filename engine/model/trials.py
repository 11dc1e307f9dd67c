"""What a server does with fields that it does not describe: a few short requests tell.

Servers that take every field in silence are judged by their texts alone: a sampler counts when it
changes what is written as it must. About fifteen requests of a few tokens each, once a start.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from engine.model.capabilities import JsonForm
from engine.model.openapi import under

SHORT = 8  # tokens
SONG = "Sing one line: la la la la la la la la la la la"
STORY = "Tell a story about a ship, a storm and a lighthouse."
WORD = "qx7"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": [WORD]}},
    "required": ["answer"],
    "additionalProperties": False,
}
HOT = {"temperature": 2.0}
COLD = {"temperature": 0.0}
# Each leaves one token possible, whatever the temperature.
GREEDY: dict[str, dict[str, float]] = {
    "top_k": {"top_k": 1},
    "top_p": {"top_p": 0.01},
    "min_p": {"min_p": 1.0},
}
# Each keeps a song from repeating itself as it would.
PENALTIES: dict[str, dict[str, float]] = {
    "repetition_penalty": {"repetition_penalty": 1.9},
    "presence_penalty": {"presence_penalty": 2.0},
    "frequency_penalty": {"frequency_penalty": 2.0},
}


class Complete(Protocol):
    """Answers a short chat: the text, or None when the server refuses the request."""

    def __call__(self, text: str, **fields: Any) -> Awaitable[str | None]:
        """Ask for a reply to `text`."""
        ...


async def find_samplers(complete: Complete) -> frozenset[str]:
    """Return the samplers that have an effect, by their names in `Sampling`."""
    found: set[str] = set()
    cold = await complete(STORY, **COLD)
    hot = [await complete(STORY, **HOT, seed=seed) for seed in (1, 2)]
    if None in {cold, *hot}:
        return frozenset()
    if hot[0] != hot[1] or cold not in hot:
        found.add("temperature")
        for name, fields in GREEDY.items():
            texts = {await complete(STORY, **HOT, **fields, seed=seed) for seed in (3, 4)}
            if len(texts) == 1 and None not in texts:
                found.add(name)
    sung = await complete(SONG, **COLD, max_tokens=2 * SHORT)
    for name, fields in PENALTIES.items():
        text = await complete(SONG, **COLD, **fields, max_tokens=2 * SHORT)
        if text not in {None, sung}:
            found.add(name)
    return frozenset(found)


async def keeps_seed(complete: Complete) -> bool:
    """Tell whether a seed gives its text again, and another seed another text."""
    first, again, other = [await complete(STORY, temperature=1.0, seed=s) for s in (5, 5, 6)]
    return first is not None and first == again != other


async def keeps_stop(complete: Complete) -> bool:
    """Tell whether a stop string ends a reply."""
    whole = await complete(STORY, **COLD)
    words = (whole or "").split()
    if len(words) < 3:
        return False
    cut = await complete(STORY, **COLD, stop=[words[2]])
    return cut is not None and words[2] not in cut


async def find_json_form(complete: Complete) -> JsonForm | None:
    """Return how a JSON schema has to be asked for so that the reply keeps to it."""
    wrapped = {"name": "reply", "schema": SCHEMA, "strict": True}
    forms: tuple[tuple[JsonForm, dict[str, Any]], ...] = (
        (JsonForm.SCHEMA, {"type": "json_schema", "json_schema": wrapped}),
        (JsonForm.OBJECT, {"type": "json_object", "schema": SCHEMA}),
    )
    for form, response_format in forms:
        text = await complete("Say hello.", response_format=response_format, max_tokens=32)
        if is_expected(text):
            return form
    return None


def is_expected(text: str | None) -> bool:
    """Tell whether a text is the one that the schema allows."""
    try:
        return bool(json.loads(text or "") == {"answer": WORD})
    except (ValueError, RecursionError):
        return False


async def find_length_field(complete: Callable[..., Awaitable[str | None]]) -> str | None:
    """Return which name of the most tokens is taken; None when none is."""
    for name in ("max_tokens", "max_completion_tokens"):
        if await complete(STORY, length_field=name) is not None:
            return name
    return None


def text_of(answer: object) -> str | None:
    """Return the text of a whole chat answer."""
    choices = under(answer).get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    content = under(first, "message").get("content")
    return content if isinstance(content, str) else ""
