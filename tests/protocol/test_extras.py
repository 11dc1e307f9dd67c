"""What a server may lack: it works, or it is refused or reported, never ignored."""

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from engine.errors import PromptRefused, Unsupported
from engine.model.capabilities import PARTS, SAMPLERS, Bans, Capabilities, Dialect, Scoring
from engine.model.client import ServedModel
from engine.model.dialects import NEUTRAL
from engine.model.gaps import Gap, find_gaps
from engine.model.request import Banned, Priority, Sampling, Structure
from tests.protocol.conftest import Target, ask, drawn, pieces_of, text_of
from tests.protocol.two_adapters import NAMES

pytestmark = pytest.mark.timeout(180)  # the first waits for the server to start

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mood": {"type": "string", "enum": ["calm", "wild"]},
        "wet": {"type": "boolean"},
    },
    "required": ["mood", "wet"],
    "additionalProperties": False,
}
BOUNDED: dict[str, Any] = {
    "type": "object",
    "properties": {"waves": {"type": "integer", "minimum": 0, "maximum": 9}},
    "required": ["waves"],
    "additionalProperties": False,
}
STRUCTURES = {
    "json_schema": Structure(json_schema=SCHEMA),
    "choice": Structure(choice=("left", "right")),
    "regex": Structure(regex="[a-c]{3}-[0-9]{2}"),
    "grammar": Structure(grammar='start: "yes" | "no"'),
}
SET = Sampling(
    temperature=0.9,
    dynatemp_range=0.2,
    dynatemp_exponent=1.5,
    top_k=40,
    top_p=0.9,
    min_p=0.05,
    typical_p=0.9,
    repetition_penalty=1.1,
    presence_penalty=0.2,
    frequency_penalty=0.3,
    no_repeat_ngram_size=4,
    dry_multiplier=0.8,
    dry_base=1.6,
    dry_allowed_length=3,
    dry_penalty_last_n=64,
    dry_sequence_breakers=("\n", "."),
    xtc_probability=0.3,
    xtc_threshold=0.2,
)


def holds(kind: str, text: str) -> bool:
    """Tell whether a text has the form."""
    if kind == "json_schema":
        jsonschema.validate(json.loads(text), SCHEMA)
        return True
    pattern = {"choice": "left|right", "regex": "[a-c]{3}-[0-9]{2}", "grammar": "yes|no"}[kind]
    return re.fullmatch(pattern, text) is not None


@pytest.mark.parametrize("kind", STRUCTURES)
async def test_a_form_is_kept_or_refused(model: ServedModel, able: Capabilities, kind: str) -> None:
    request = ask("How is the sea today?", most_tokens=48, structure=STRUCTURES[kind])
    if kind in able.structures:
        for seed in range(2):
            text = await text_of(model, drawn(replace(request, seed=seed), temperature=1.0))
            assert holds(kind, text), text
    else:
        with pytest.raises(Unsupported):
            await text_of(model, request)
        assert kind in find_gaps(able)[Gap.STRUCTURES]


async def test_the_bounds_of_a_number_are_kept_or_refused(
    model: ServedModel, able: Capabilities
) -> None:
    request = ask("Count the waves.", most_tokens=24, structure=Structure(json_schema=BOUNDED))
    if able.dialect is Dialect.LLAMA_CPP_PYTHON:  # it reads over them
        with pytest.raises(Unsupported):
            await text_of(model, request)
        return
    for seed in range(2):
        text = await text_of(model, drawn(replace(request, seed=seed), temperature=1.0))
        jsonschema.validate(json.loads(text), BOUNDED)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
async def test_a_sampler_is_taken_or_left_out_by_name(
    model: ServedModel, able: Capabilities, name: str
) -> None:
    changed = {name: getattr(SET, name), "temperature": 0.9}
    if name in PARTS:
        changed[PARTS[name]] = getattr(SET, PARTS[name])
    request = drawn(ask(most_tokens=3), **changed)
    fitted = await model.fit(request)
    if name in able.samplers:
        assert getattr(fitted.sampling, name) == getattr(SET, name)
        assert await text_of(model, request)
    else:
        assert getattr(fitted.sampling, name) == getattr(NEUTRAL, name)
        assert PARTS.get(name, name) in find_gaps(able)[Gap.SAMPLERS]


async def test_all_samplers_go_together(model: ServedModel) -> None:
    assert await text_of(model, ask(sampling=SET, most_tokens=8))


@pytest.mark.parametrize("greedy", [{"top_k": 1}, {"min_p": 0.9999}, {"top_p": 0.0001}])
async def test_a_sampler_that_leaves_one_token_makes_a_hot_text_cold(
    model: ServedModel, able: Capabilities, greedy: dict[str, float]
) -> None:
    (name,) = greedy
    if name not in able.samplers:
        assert name in find_gaps(able)[Gap.SAMPLERS]
        return
    cold = await text_of(model, ask())
    texts = [await text_of(model, drawn(ask(seed=s), temperature=1.5, **greedy)) for s in (1, 2)]
    assert {text[:4] for text in texts} == {cold[:4]}  # then two tokens may be equally likely


async def test_a_penalty_keeps_a_song_from_repeating(
    model: ServedModel, able: Capabilities
) -> None:
    request = ask("Tell of rain, rain, rain, and of nothing but rain.", most_tokens=32)
    sung = await text_of(model, request)
    for name in ("repetition_penalty", "presence_penalty", "frequency_penalty"):
        if name in able.samplers:
            assert await text_of(model, drawn(request, **{name: 1.9})) != sung
        else:
            assert name in find_gaps(able)[Gap.SAMPLERS]


async def test_an_adapter_answers_by_its_name_or_is_refused(
    target: Target, model: ServedModel, able: Capabilities
) -> None:
    if not able.adapters:
        with pytest.raises(Unsupported):
            await text_of(model, ask(adapter="s1"))
        assert Gap.ADAPTERS in find_gaps(able)
        return
    if able.adapter_loading:
        await load_both(target, model)
    names = (None, *NAMES)
    request = ask(most_tokens=32)
    first = [await text_of(model, replace(request, adapter=name)) for name in names]
    again = [await text_of(model, replace(request, adapter=name)) for name in reversed(names)]
    assert len(set(first)) == 3
    assert [text[:4] for text in again] == [text[:4] for text in reversed(first)]


async def test_an_adapter_comes_and_goes_while_the_server_runs(
    target: Target, model: ServedModel, able: Capabilities
) -> None:
    if not able.adapter_loading:
        with pytest.raises(Unsupported):
            await model.load_adapter("s1", "/nowhere")
        assert {Gap.ADAPTERS, Gap.ADAPTER_LOADING} & set(find_gaps(able))
        return
    await load_both(target, model)
    await model.unload_adapter("s2")
    with pytest.raises(PromptRefused) as refusal:
        await text_of(model, ask(adapter="s2"))
    assert refusal.value.status == 404
    with pytest.raises(PromptRefused):
        await model.load_adapter("s3", "/nowhere")
    await model.load_adapter("s2", str(target.adapters and target.adapters / "s2"))
    assert await text_of(model, ask(adapter="s2", most_tokens=2))


async def load_both(target: Target, model: ServedModel) -> None:
    """Load what is not loaded yet."""
    assert target.adapters is not None
    for name in NAMES:
        try:
            await text_of(model, ask(adapter=name, most_tokens=1))
        except PromptRefused:
            await model.load_adapter(name, str(target.adapters / name))


async def test_a_priority_is_taken_or_left_out(model: ServedModel, able: Capabilities) -> None:
    request = ask(priority=Priority.BACKGROUND, channel="general", most_tokens=2)
    assert await text_of(model, request)
    if not able.priority:
        assert (await model.fit(request)).priority is Priority.INTERACTIVE
        assert Gap.PRIORITY in find_gaps(able)


async def test_a_banned_phrase_stays_out_or_the_gap_is_told(
    model: ServedModel, able: Capabilities
) -> None:
    whole = await text_of(model, ask())
    phrase = " ".join(re.findall(r"[A-Za-z]+ [A-Za-z]+", whole)[0].split())
    request = ask(banned=Banned(phrases=(phrase,)))
    text = await text_of(model, request)
    if able.bans is Bans.NONE:
        assert (await model.fit(request)).banned == Banned()
        assert Gap.BANS in find_gaps(able)
    else:
        assert phrase.lower() not in text.lower()


async def test_a_banned_pattern_stays_out_or_the_gap_is_told(
    model: ServedModel, able: Capabilities
) -> None:
    request = ask(most_tokens=12, banned=Banned(patterns=("[aeiou]{2}",)))
    text = await text_of(model, request)
    if able.bans is Bans.FULL:
        assert not re.search("[aeiou]{2}", text, re.IGNORECASE)
    else:
        assert (await model.fit(request)).banned.patterns == ()
        assert Gap.PATTERNS in find_gaps(able)


async def test_the_likelier_text_scores_higher_or_scoring_is_refused(
    model: ServedModel, able: Capabilities
) -> None:
    prompt, candidates = "The capital of France is", [" Paris", " banana", " Paris."]
    if able.scoring is Scoring.NONE:
        with pytest.raises(Unsupported):
            await model.score(prompt, candidates)
        assert Gap.SCORING in find_gaps(able)
        return
    paris, banana, sentence = await model.score(prompt, candidates)
    assert 0 > paris > banana
    assert paris > sentence  # more tokens are never likelier


async def test_equal_texts_lie_in_one_place_or_embeddings_are_refused(
    model: ServedModel, able: Capabilities
) -> None:
    if not able.embeddings:
        with pytest.raises(Unsupported):
            await model.embed(["a"])
        assert Gap.EMBEDDINGS in find_gaps(able)
        return
    first, other, again = await model.embed(["The sea.", "A tax form.", "The sea."])
    assert first == pytest.approx(again, abs=1e-3)
    assert first != pytest.approx(other, abs=1e-3)


async def test_the_last_piece_closes_every_stream(model: ServedModel) -> None:
    finishes = [piece.finish for piece in await pieces_of(model, ask(most_tokens=2))]
    assert finishes[:-1] == [None] * (len(finishes) - 1)
    assert finishes[-1] is not None
