"""Whatever is drawn, a structured reply keeps its form and ends in time."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import torch
from torch import Tensor

from engine.serving.drawing.sampling import Sampling
from engine.serving.faults import ApiError
from engine.serving.http.protocol import Completion
from engine.serving.job import Job
from engine.serving.loop.batch import Batch
from engine.serving.replies.writing import Usage
from engine.serving.replies.writing import write as write_replies
from engine.serving.structure.compiling import Structure, Structures
from engine.serving.weights.loading import LoadedModel
from tests.engine.serving.small_model import DRAWN, Rules, load_small_model, opened, reply
from tests.engine.serving.structure_schemas import SCHEMAS, closed

Writer = Callable[[int], Tensor]  # from a number of tokens written to logits


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    """A model for its vocabulary; the logits are the tests' own."""
    return load_small_model()


@pytest.fixture(scope="module")
def structures(loaded: LoadedModel) -> Structures:
    """The compiler of the model."""
    return Structures(loaded)


def job(most_tokens: int) -> Job:
    """Return a request for so many tokens."""
    return Job(
        prompts=([5],),
        choices=1,
        most_tokens=most_tokens,
        sampling=Sampling(),
        stops=(),
        ignore_stop_tokens=False,
        cache_salt="",
    )


async def compiled(structures: Structures, most_tokens: int = 2000, **fields: Any) -> Structure:
    """Return what the fields of a body ask for."""
    body = Completion.model_validate({"prompt": "x"} | fields)
    structure = (await structures.prepare(job(most_tokens), body)).structure
    assert structure is not None
    return structure


async def schema_structure(structures: Structures, schema: dict[str, Any]) -> Structure:
    """Return the structure of a JSON schema."""
    named = {"name": "reply", "schema": schema}
    form = {"type": "json_schema", "json_schema": named}
    return await compiled(structures, response_format=form)


def write(loaded: LoadedModel, structure: Structure, most_tokens: int, writer: Writer) -> str:
    """Return a reply, written as the generation loop writes it."""
    rule = structure.rule(most_tokens)
    generator = torch.Generator().manual_seed(most_tokens)
    reply: list[int] = []
    while len(reply) < most_tokens:
        logits = writer(len(reply))
        rule(logits, reply)
        drawn = int(torch.multinomial(logits.softmax(0), 1, generator=generator))
        token = rule.check(drawn, reply)
        if token in loaded.stop_tokens:
            break
        reply.append(token)
    return loaded.decode(reply)


def writers(loaded: LoadedModel) -> dict[str, Writer]:
    """Return those who try to keep a reply from ending."""
    texts = [loaded.decode([i]) for i in range(loaded.vocabulary)]
    generator = torch.Generator().manual_seed(1)
    opens = torch.tensor([20.0 if t and set(t) <= set('[{":, ') else 0.0 for t in texts])
    blanks = torch.tensor([20.0 if t and not t.strip() else 0.0 for t in texts])
    words = torch.tensor([10.0 if t.strip().isalnum() else 0.0 for t in texts])
    noise = torch.randn(16, loaded.vocabulary, generator=generator)
    return {
        "noise": lambda n: 8 * noise[n % 16],
        "opens": lambda n: opens + noise[n % 16],
        "blanks": lambda n: blanks + noise[n % 16],
        "words": lambda n: words + noise[n % 16],
    }


@pytest.fixture(scope="module")
def adversaries(loaded: LoadedModel) -> dict[str, Writer]:
    """The writers, made once."""
    return writers(loaded)


@pytest.mark.parametrize("name", SCHEMAS)
async def test_a_reply_to_a_schema_parses_whatever_is_drawn_and_however_little_room_there_is(
    name: str, loaded: LoadedModel, structures: Structures, adversaries: dict[str, Writer]
) -> None:
    structure = await schema_structure(structures, SCHEMAS[name])
    shortest = len(structure.shortest)
    rooms = [shortest, shortest + 1, shortest + 6, shortest + 30]
    turn = list(SCHEMAS).index(name) % len(rooms)
    pairs = list(zip(adversaries.values(), rooms[turn:] + rooms[:turn], strict=True))
    for writer, most in pairs[turn % 2 :: 2]:
        text = write(loaded, structure, most, writer)
        jsonschema.validate(json.loads(text), SCHEMAS[name])


FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "choice": ({"choice": ["yes", "yes, but", 'no "\\ /\n', "灯塔"]}, ""),
    "regex": ({"regex": "[a-f]{4}-(x|yz)+!"}, "[a-f]{4}-(x|yz)+!"),
    "regex_without_end": ({"regex": "ab+"}, "ab+"),
    "chinese": ({"regex": "[一-龥]{5,9}。"}, "[一-龥]{5,9}。"),
    "grammar": (
        {"grammar": 'start: line line+\nline: "- " WORD "\\n"\nWORD: /[a-z]+/'},
        "(- [a-z]+\n){2,}",
    ),
    "nesting": ({"grammar": 'start: s\ns: "(" s ")" | "[" s "]" | "o"'}, ""),
}


@pytest.mark.parametrize("name", FORMS)
async def test_a_choice_a_pattern_and_a_grammar_end_in_time(
    name: str, loaded: LoadedModel, structures: Structures, adversaries: dict[str, Writer]
) -> None:
    asked, pattern = FORMS[name]
    structure = await compiled(structures, structured_outputs=asked)
    for writer in adversaries.values():
        for room in (0, 1, 30):
            text = write(loaded, structure, len(structure.shortest) + room, writer)
            if "choice" in asked:
                assert text in asked["choice"]
            elif name == "nesting":
                opened, closed_again = text.split("o")
                mirrored = opened[::-1].translate(str.maketrans("([", ")]"))
                assert mirrored == closed_again
            else:
                assert re.fullmatch(pattern, text)


async def test_a_reply_that_is_taken_back_goes_on_from_the_earlier_place(
    loaded: LoadedModel, structures: Structures, adversaries: dict[str, Writer]
) -> None:
    structure = await schema_structure(structures, SCHEMAS["tree"])
    rule = structure.rule(60)
    reply: list[int] = []
    again = [(30, 12), (40, 39), (50, 0), (20, 10)]  # at so many tokens, back to so many
    while len(reply) < 60:
        if again and len(reply) == again[0][0]:
            reply = reply[: again.pop(0)[1]]
        logits = adversaries["opens"](len(reply) + len(again))
        rule(logits, reply)
        token = rule.check(int(logits.argmax()), reply)
        if token in loaded.stop_tokens:
            break
        reply = [*reply, token]
    assert not again
    jsonschema.validate(json.loads(loaded.decode(reply)), SCHEMAS["tree"])


async def test_no_white_space_stands_between_values(
    loaded: LoadedModel, structures: Structures, adversaries: dict[str, Writer]
) -> None:
    schema = {"x-guidance": {"whitespace_flexible": True}} | closed(a={"enum": [1, 2]})
    structure = await schema_structure(structures, schema)
    text = write(loaded, structure, 40, adversaries["blanks"])
    assert text in ('{"a":1}', '{"a":2}')


async def test_nobody_nests_so_deeply_that_no_parser_follows(
    loaded: LoadedModel, structures: Structures, adversaries: dict[str, Writer]
) -> None:
    structure = await schema_structure(structures, {"type": "array"})
    nested = torch.zeros(loaded.vocabulary)
    nested[loaded.tokenizer.encode("[[")] = 50.0
    text = write(loaded, structure, 260, lambda _: nested.clone())
    assert isinstance(json.loads(text), list)
    assert len(text) - len(text.lstrip("[")) < 200  # of 260


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "bad type": ({"json": {"type": "foo"}}, "invalid_structure"),
    "unknown keyword of JSON Schema": ({"json": {"uniqueItems": True}}, "invalid_structure"),
    "asks to be lenient": (
        {"json": {"x-guidance": {"lenient": True}, "not": {"type": "null"}}},
        "invalid_structure",
    ),
    "not JSON": ({"json": "{"}, "invalid_structure"),
    "nothing fits": (
        {"json": {"type": "integer", "minimum": 3, "maximum": 1}},
        "invalid_structure",
    ),
    "remote reference": ({"json": {"$ref": "http://example.org/a.json"}}, "invalid_structure"),
    "endless": (
        {"json": {"$ref": "#/$defs/a", "$defs": {"a": closed(a={"$ref": "#/$defs/a"})}}},
        "invalid_structure",
    ),
    "bad regex": ({"regex": "(a"}, "invalid_structure"),
    "look-ahead": ({"regex": "(?=a)b"}, "invalid_structure"),
    "huge regex": ({"regex": "(a{1000}){1000}{1000}"}, "invalid_structure"),
    "long regex": ({"regex": "a" * 5000}, "structure_too_large"),
    "bad grammar": ({"grammar": "start: missing"}, "invalid_structure"),
    "special token": ({"grammar": "start: <|im_end|>"}, "invalid_structure"),
    "large schema": ({"json": {"enum": ["x" * 70_000]}}, "structure_too_large"),
    "longer than max_tokens": (
        {"json": {"type": "array", "items": {"type": "null"}, "minItems": 60}},
        "structure_too_long",
    ),
    "two forms": ({"regex": "a", "choice": ["a"]}, "invalid_value"),
    "no form": ({}, "invalid_value"),
    "lone surrogate": ({"json": {"const": "\ud83c"}}, "invalid_text"),
    "more keys than are named": ({"json": {"minProperties": 2}}, "invalid_structure"),
    "names that are no list": ({"json": {"minProperties": 1, "required": 5}}, "invalid_structure"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_form_that_cannot_be_kept_is_refused_with_the_reason(
    name: str, structures: Structures
) -> None:
    asked, code = REFUSED[name]
    with pytest.raises(ApiError) as refusal:
        await compiled(structures, 60, structured_outputs=asked)
    assert (refusal.value.status, refusal.value.code) == (400, code)
    assert len(refusal.value.message) < 700


@pytest.mark.parametrize(
    "field",
    [{"stop": "."}, {"stop_token_ids": [5]}, {"ignore_eos": True}, {"banned_strings": ["x"]}],
)
async def test_what_would_end_a_reply_early_is_refused_beside_a_structure(
    field: dict[str, Any], structures: Structures
) -> None:
    with pytest.raises(ApiError) as refusal:
        await compiled(structures, structured_outputs={"choice": ["a"]}, **field)
    assert refusal.value.code == "structure_conflict"


async def test_structured_and_free_replies_share_a_batch_and_the_free_ones_do_not_change(
    loaded: LoadedModel, structures: Structures
) -> None:
    async with opened(loaded, Rules(), 4096) as batch:
        alone = await reply(batch, "The radio said", 20, DRAWN)
        names = ["critique", "array_in_array", "unicode", "tree"]
        made = [await schema_structure(structures, SCHEMAS[name]) for name in names]
        sampled = replace(DRAWN, no_repeat_ngram_size=2)  # forbids what a structure may need
        asked = [
            replace(job(34), prompts=([50 + i],), sampling=sampled, structure=structure)
            for i, structure in enumerate(made)
        ]
        (free, *texts) = await asyncio.gather(
            reply(batch, "The radio said", 20, DRAWN), *(written(batch, job) for job in asked)
        )
        assert free == alone
        for name, text in zip(names, texts, strict=True):
            jsonschema.validate(json.loads(text), SCHEMAS[name])
        assert await written(batch, asked[1]) == texts[1]  # by its seed


async def written(batch: Batch, job: Job) -> str:
    """Return the text of a reply, which must end by itself."""
    with batch.reserve(1):
        async with aclosing(write_replies(batch, job, Usage())) as pieces:
            got = [piece async for piece in pieces]
    assert got[-1].finish == "stop"
    return "".join(piece.text for piece in got)
