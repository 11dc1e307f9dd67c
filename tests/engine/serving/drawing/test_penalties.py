"""Penalties on what was written, against transformers' own and against plain definitions."""

from collections import Counter
from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import NoRepeatNGramLogitsProcessor, RepetitionPenaltyLogitsProcessor

from engine.serving.drawing.lookback import Lookback
from engine.serving.drawing.sampling import Sampling

VOCABULARY = 60
TOKENS = st.integers(0, VOCABULARY - 1) | st.integers(0, 3)  # some of them again and again
PROMPTS = st.lists(TOKENS, min_size=1, max_size=40)
REPLIES = st.lists(TOKENS, max_size=25)


def logits(seed: int) -> Tensor:
    """Return one row."""
    return 4 * torch.randn(VOCABULARY, generator=torch.Generator().manual_seed(seed))


def shaped(sampling: Sampling, prompt: list[int], reply: list[int], row: Tensor) -> Tensor:
    """Return the row as it is after the reply was written step by step."""
    lookback = Lookback(sampling, prompt, {})
    for length in range(len(reply)):
        lookback.apply(row.clone(), reply[:length])
    row = row.clone()
    lookback.apply(row, reply)
    return row


@settings(deadline=None)
@given(prompt=PROMPTS, reply=REPLIES, penalty=st.floats(0.5, 3), seed=st.integers(0, 9))
def test_the_repetition_penalty_is_that_of_transformers(
    prompt: list[int], reply: list[int], penalty: float, seed: int
) -> None:
    row = logits(seed)
    theirs = RepetitionPenaltyLogitsProcessor(penalty)
    expected = theirs(torch.tensor([prompt + reply]), row[None].clone())[0]
    ours = shaped(Sampling(repetition_penalty=penalty), prompt, reply, row)
    assert torch.allclose(ours, expected)


@settings(deadline=None)
@given(prompt=PROMPTS, reply=REPLIES, size=st.integers(1, 5), seed=st.integers(0, 9))
def test_no_run_of_tokens_is_written_twice_as_in_transformers(
    prompt: list[int], reply: list[int], size: int, seed: int
) -> None:
    row = logits(seed)
    theirs = NoRepeatNGramLogitsProcessor(size)
    expected = theirs(torch.tensor([prompt + reply]), row[None].clone())[0]
    ours = shaped(Sampling(no_repeat_ngram_size=size), prompt, reply, row)
    if torch.isfinite(expected).any():
        assert torch.equal(ours, expected)
    else:
        assert torch.equal(ours, row)


def test_a_form_wins_over_no_repeat_ngram_when_it_leaves_nothing_else() -> None:
    row = torch.full((VOCABULARY,), -torch.inf)
    row[4] = 1.0
    sampling = Sampling(no_repeat_ngram_size=2)
    assert shaped(sampling, [3, 4], [3], row)[4] == 1.0
    row[5] = 0.0
    assert shaped(sampling, [3, 4], [3], row)[[4, 5]].tolist() == [-torch.inf, 0.0]


@settings(deadline=None)
@given(
    prompt=PROMPTS,
    reply=REPLIES,
    presence=st.floats(-2, 2),
    frequency=st.floats(-2, 2),
    seed=st.integers(0, 9),
)
def test_presence_and_frequency_count_the_reply_and_not_the_prompt(
    prompt: list[int], reply: list[int], presence: float, frequency: float, seed: int
) -> None:
    row = logits(seed)
    expected = row.clone()
    for token, times in Counter(reply).items():
        expected[token] -= presence + frequency * times
    sampling = Sampling(presence_penalty=presence, frequency_penalty=frequency)
    assert torch.allclose(shaped(sampling, prompt, reply, row), expected, atol=1e-5)


@settings(deadline=None)
@given(
    biases=st.dictionaries(st.integers(0, VOCABULARY - 1), st.floats(-100, 100), min_size=1),
    seed=st.integers(0, 9),
)
def test_a_bias_is_added_to_the_logits_of_its_tokens(biases: dict[int, float], seed: int) -> None:
    row = logits(seed)
    expected = row.clone()
    for token, bias in biases.items():
        expected[token] += bias
    assert torch.allclose(
        shaped(Sampling(logit_bias=tuple(biases.items())), [1], [], row), expected
    )


EVERYTHING = Sampling(
    repetition_penalty=1.3,
    presence_penalty=0.5,
    frequency_penalty=0.25,
    no_repeat_ngram_size=3,
    dry_multiplier=0.8,
    logit_bias=((1, 5.0), (2, -3.0)),
)


def test_they_act_in_the_order_of_the_documentation() -> None:
    row = torch.zeros(VOCABULARY)
    row[1] = 1.0
    # Bias first, then repetition, then what the reply has: (1 + 5) / 1.3 - 0.5 - 2 * 0.25.
    ours = shaped(replace(EVERYTHING, no_repeat_ngram_size=0, dry_multiplier=0), [9], [1, 1], row)
    assert torch.isclose(ours[1], torch.tensor(6 / 1.3 - 1.0))


@settings(deadline=None)
@given(prompt=PROMPTS, reply=st.lists(TOKENS, min_size=3, max_size=20), data=st.data())
def test_a_reply_that_is_taken_back_is_forgotten(
    prompt: list[int], reply: list[int], data: st.DataObject
) -> None:
    token_bytes = {token: bytes([token + 40]) for token in range(VOCABULARY)}
    keep = data.draw(st.integers(0, len(reply) - 1))
    other = data.draw(st.lists(TOKENS, max_size=5))
    row = logits(0)
    lookback = Lookback(EVERYTHING, prompt, token_bytes)
    lookback.apply(row.clone(), reply)
    lookback.apply(row.clone(), reply[:keep])
    expected, ours = row.clone(), row.clone()
    lookback.apply(ours, reply[:keep] + other)
    Lookback(EVERYTHING, prompt, token_bytes).apply(expected, reply[:keep] + other)
    assert torch.equal(ours, expected)


@settings(deadline=None)
@given(prompt=PROMPTS, reply=REPLIES)
def test_neutral_values_change_nothing(prompt: list[int], reply: list[int]) -> None:
    neutral = Sampling(dry_base=3.0, dry_allowed_length=1, dry_sequence_breakers=("a",))
    assert not neutral.shapes_logits
    assert torch.equal(shaped(neutral, prompt, reply, logits(0)), logits(0))
