"""The samplers that a request names: what is refused, with the name of it, and what comes of it."""

import json
from dataclasses import fields
from typing import Any

import pytest

from engine.serving.drawing.sampling import Sampling
from engine.serving.faults import ApiError
from engine.serving.http.checks import completion_job, parse
from engine.serving.http.protocol import ChatCompletion, Completion
from engine.serving.http.sampler_fields import Samplers
from engine.serving.job import Served

VOCABULARY = 2000
SERVED = Served("model", None, VOCABULARY, 100)
NAN, INFINITY = float("nan"), float("inf")


def sampling(**asked: Any) -> Sampling:
    """Return what a request's samplers come to."""
    body = parse(Completion, json.dumps({"prompt": [1], "seed": 1} | asked).encode())
    return completion_job(SERVED, body).sampling


# The least and the most of every number; beside them it is refused.
RANGES: dict[str, tuple[float, float, float]] = {
    "temperature": (0, 5, 0.1),
    "dynatemp_range": (0, 5, 0.1),
    "dynatemp_exponent": (0, 10, 0.1),
    "top_k": (-1, 2**31 - 1, 1),
    "top_p": (0.001, 1, 0.01),
    "min_p": (0, 1, 0.01),
    "typical_p": (0.001, 1, 0.01),
    "repetition_penalty": (0.1, 10, 0.01),
    "presence_penalty": (-2, 2, 0.01),
    "frequency_penalty": (-2, 2, 0.01),
    "no_repeat_ngram_size": (0, 100, 1),
    "dry_multiplier": (0, 100, 0.1),
    "dry_base": (1, 10, 0.1),
    "dry_allowed_length": (1, 1000, 1),
    "dry_penalty_last_n": (-1, 2**31 - 1, 1),
    "xtc_probability": (0, 1, 0.01),
    "xtc_threshold": (0, 0.5, 0.01),
}


@pytest.mark.parametrize("name", RANGES)
def test_a_number_beyond_its_range_is_refused_by_name(name: str) -> None:
    least, most, step = RANGES[name]
    for value in (least, most):
        assert getattr(sampling(**{name: value}), name) is not None
    hostile = [least - step, most + step, NAN, INFINITY, -INFINITY, 10**400, "many", [1], {}]
    for value in hostile:
        with pytest.raises(ApiError) as caught:
            sampling(**{name: value})
        assert caught.value.status == 400
        assert str(caught.value.param).split(".")[0] == name


LISTS: dict[str, list[Any]] = {
    "logit_bias": [
        {str(VOCABULARY): 1},
        {"-1": 1},
        {"five": 1},
        {"5.0": 1},
        {"05": 1},
        {"5\n": 1},
        {"9" * 30: 1},
        {"5": 100.5},
        {"5": -101},
        {"5": NAN},
        {"5": INFINITY},
        {"5": None},
        {str(i): 1 for i in range(1025)},
        [[5, 1]],
    ],
    "dry_sequence_breakers": ["\n", [""], ["x" * 65], ["x"] * 65, [5], {"\n": 1}],
    "stop_token_ids": [[VOCABULARY], [-1], [1.5], ["5"], [5] * 65, [2**70], 5],
    "logprobs": [-1, 21, 1.5, True, "5"],
    "seed": [2**63, -(2**63) - 1, 0.5],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_hostile_list_is_refused_by_name(name: str) -> None:
    for value in LISTS[name]:
        with pytest.raises(ApiError) as caught:
            sampling(**{name: value})
        assert caught.value.status == 400
        assert str(caught.value.param).split(".")[0] == name, value


def test_the_longest_lists_that_are_allowed_are_taken() -> None:
    taken = sampling(
        logit_bias={str(i): 100 for i in range(1024)},
        dry_sequence_breakers=["x" * 64] * 64,
        stop_token_ids=[5] * 64,
        logprobs=20,
    )
    assert len(taken.logit_bias) == 1024
    assert len(taken.dry_sequence_breakers) == 64


def test_what_has_no_effect_is_refused_by_name() -> None:
    chat = {"messages": [{"role": "user", "content": "Hi"}], "top_logprobs": 3}
    assert parse(ChatCompletion, json.dumps(chat | {"logprobs": True}).encode()).likeliest == 3
    for logprobs in ({}, {"logprobs": False}):
        with pytest.raises(ApiError, match="top_logprobs"):
            _ = parse(ChatCompletion, json.dumps(chat | logprobs).encode()).likeliest
    for name in ("xtc_probability", "dynatemp_range"):
        assert getattr(sampling(temperature=0, **{name: 0}), name) == 0
        with pytest.raises(ApiError) as caught:
            sampling(temperature=0, **{name: 0.5})
        assert caught.value.param == name


def test_a_request_that_names_nothing_gets_neutral_values() -> None:
    neutral = Sampling(seed=1, dry_sequence_breakers=("\n", ":", '"', "*"))
    assert sampling() == neutral
    assert sampling(**dict.fromkeys(Samplers.model_fields)).seed >= 0
    assert sampling(top_k=-1) == neutral
    assert not neutral.shapes_logits


def test_every_sampler_of_a_request_reaches_the_draw() -> None:
    asked: dict[str, Any] = {
        name: (least + most) / 2 if step < 1 else 3 for name, (least, most, step) in RANGES.items()
    }
    asked |= {"dry_sequence_breakers": ["."], "logit_bias": {"7": -4.5}, "seed": 11}
    assert set(asked) == set(Samplers.model_fields) == {field.name for field in fields(Sampling)}
    got = sampling(**asked)
    asked |= {"dry_sequence_breakers": (".",), "logit_bias": ((7, -4.5),)}
    assert got == Sampling(**asked)


def test_temperature_0_is_greedy() -> None:
    for temperature in (0, 1e-30):
        assert sampling(temperature=temperature, top_k=50).top_k == 1
