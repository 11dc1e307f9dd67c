"""Each row's token is drawn by its own settings, and from the right distribution.

The reference is transformers' own warpers, one after the other, and XTC and the dynamic
temperature as llama.cpp has them, written out token by token.
"""

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import (
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from engine.serving.drawing.draw import WIDTHS, draw
from engine.serving.drawing.sampling import Sampling
from engine.serving.drawing.warpers import cut_typical

VOCABULARY = 3000
NO_IDS = torch.zeros(1, 1, dtype=torch.int64)


def logits(rows: int, seed: int = 0) -> Tensor:
    """Return rows of logits with a few likely tokens and a long tail."""
    return 3 * torch.randn(rows, VOCABULARY, generator=torch.Generator().manual_seed(seed))


def without_likeliest(scores: Tensor, threshold: float) -> Tensor:
    """XTC: drop all with so much of the mass, but not the least likely of them."""
    shares = scores.softmax(0).tolist()
    likely = [token for token, share in enumerate(shares) if share > 0 and share >= threshold]
    likely.sort(key=lambda token: shares[token])
    for token in likely[1:]:
        scores[token] = -torch.inf
    return scores


def dynamic(scores: Tensor, sampling: Sampling) -> Tensor:
    """The dynamic temperature of llama.cpp's sampler `temp_ext`."""
    shares = [share for share in scores.softmax(0).tolist() if share > 0]
    if len(shares) < 2:
        return scores
    entropy = -sum(share * math.log(share) for share in shares)
    low = max(0.0, sampling.temperature - sampling.dynatemp_range)
    high = sampling.temperature + sampling.dynatemp_range
    share = (entropy / math.log(len(shares))) ** sampling.dynatemp_exponent
    return scores / max(low + (high - low) * share, 0.001)


def expected(row: Tensor, sampling: Sampling, *, xtc_acts: bool) -> Tensor:
    """Return the probability of every token."""
    scores = row[None].double()
    if not sampling.dynatemp_range:
        scores = TemperatureLogitsWarper(sampling.temperature)(NO_IDS, scores)
    if sampling.top_k:
        scores = TopKLogitsWarper(sampling.top_k)(NO_IDS, scores)
    if sampling.top_p < 1:
        scores = TopPLogitsWarper(sampling.top_p)(NO_IDS, scores)
    if sampling.min_p:
        scores = MinPLogitsWarper(sampling.min_p)(NO_IDS, scores)
    if sampling.typical_p < 1:
        scores = TypicalLogitsWarper(sampling.typical_p)(NO_IDS, scores)
    scores = scores[0]
    if xtc_acts:
        scores = without_likeliest(scores, sampling.xtc_threshold)
    if sampling.dynatemp_range:
        scores = dynamic(scores, sampling)
    return scores.softmax(0)


def off_or(neutral: float, least: float, most: float) -> st.SearchStrategy[float]:
    """Switch a sampler off in half of all cases."""
    return st.just(neutral) | st.floats(least, most)


SAMPLINGS = st.builds(
    Sampling,
    temperature=st.floats(0.05, 3),
    top_p=off_or(1, 0.05, 0.999),
    top_k=st.sampled_from([0, 0, 2, 50, *WIDTHS, WIDTHS[-1] + 1, VOCABULARY]),
    min_p=off_or(0, 0.001, 0.5),
    typical_p=off_or(1, 0.05, 0.95),
    dynatemp_range=off_or(0, 0.01, 2),
    dynatemp_exponent=st.floats(0.2, 3),
    xtc_probability=st.just(0.5),
    xtc_threshold=st.floats(0.002, 0.5),
)
NUMBERS = st.floats(0, 1, exclude_max=True)
ROWS = st.lists(
    st.tuples(SAMPLINGS | st.just(Sampling(top_k=1)), NUMBERS, NUMBERS), min_size=2, max_size=6
)


@settings(max_examples=100, deadline=None)
@given(sampling=SAMPLINGS, xtc_acts=st.booleans(), seed=st.integers(0, 99))
def test_tokens_come_as_often_as_the_reference_says(
    sampling: Sampling, xtc_acts: bool, seed: int
) -> None:
    row = logits(1, seed)
    draws = 60
    numbers = [(i + 0.5) / draws for i in range(draws)]
    coins = [0.3 if xtc_acts else 0.6] * draws
    drawn = draw(row.expand(draws, -1), [sampling] * draws, numbers, coins)
    counted = torch.bincount(drawn, minlength=VOCABULARY) / draws
    likely = expected(row[0], sampling, xtc_acts=xtc_acts)
    assert (counted - likely).abs().max() < 1.2 / draws
    assert likely[drawn].min() > 0


@settings(deadline=None)
@given(rows=ROWS, seed=st.integers(0, 99))
def test_a_row_draws_the_same_alone_as_beside_others(
    rows: list[tuple[Sampling, float, float]], seed: int
) -> None:
    scores = logits(len(rows), seed)
    samplings, numbers, coins = (list(column) for column in zip(*rows, strict=True))
    together = draw(scores, samplings, numbers, coins).tolist()
    alone = [
        draw(scores[i : i + 1], [sampling], [number], [coin]).item()
        for i, (sampling, number, coin) in enumerate(rows)
    ]
    assert together == alone


@settings(deadline=None)
@given(number=NUMBERS)
def test_top_k_of_one_is_the_likeliest_token_whatever_the_number(number: float) -> None:
    scores = logits(3)
    drawn = draw(scores, [Sampling(top_k=1)] * 3, [number] * 3, [0.0] * 3)
    assert drawn.tolist() == scores.argmax(1).tolist()


def test_the_number_that_rounds_to_one_still_draws_a_possible_token() -> None:
    scores = torch.full((1, VOCABULARY), -torch.inf)
    scores[0, [5, 7]] = 0.0
    for sampling in (
        Sampling(top_k=50),
        Sampling(),
        Sampling(top_p=0.9),
        Sampling(top_k=2000),
        Sampling(min_p=0.1),
        Sampling(typical_p=0.9),
        Sampling(dynatemp_range=0.5),
    ):
        assert draw(scores, [sampling], [1 - 2**-53], [1.0]).item() in {5, 7}


def test_one_possible_token_is_drawn_whatever_is_asked() -> None:
    scores = torch.full((1, VOCABULARY), -torch.inf)
    scores[0, 9] = -40.0
    everything = Sampling(
        temperature=1.5,
        top_p=0.01,
        top_k=3,
        min_p=1.0,
        typical_p=0.01,
        dynatemp_range=1.5,
        xtc_probability=1.0,
        xtc_threshold=0.0,
    )
    for sampling in (everything, Sampling(xtc_probability=1.0, xtc_threshold=0.0)):
        assert draw(scores, [sampling], [0.7], [0.0]).item() == 9


def test_of_equally_likely_tokens_xtc_leaves_one() -> None:
    scores = torch.full((1, VOCABULARY), -torch.inf)
    scores[0, [5, 7, 8]] = 1.0
    for top_k in (0, 50):
        sampling = Sampling(top_k=top_k, xtc_probability=1.0, xtc_threshold=0.1)
        drawn = {draw(scores, [sampling], [i / 50], [0.0]).item() for i in range(50)}
        assert len(drawn) == 1


def test_a_flat_row_is_cut_where_it_should_be_however_wide_that_is() -> None:
    flat = torch.zeros(500, VOCABULARY)  # 90 % of the mass take 2,700 of 3,000 equal tokens
    numbers = [i / 500 for i in range(500)]
    for sampling in (Sampling(top_p=0.9), Sampling(typical_p=0.9), Sampling(min_p=0.9)):
        drawn = draw(flat, [sampling] * 500, numbers, [1.0] * 500)
        assert len(set(drawn.tolist())) == 500


def test_typical_p_alone_keeps_of_a_wide_row_what_transformers_keeps() -> None:
    for spread in (0.1, 0.5, 1, 2):  # from nearly flat to a few likely tokens
        rows = spread * logits(4).double()
        rows[0] = 0.01 * rows[0]
        rows[0, 0] = 7.0  # one likely token far from the many that are as surprising as expected
        for typical_p in (0.05, 0.5, 0.9, 0.99, 0.999):
            ours = cut_typical(rows, torch.full((4, 1), typical_p, dtype=torch.float64))
            theirs = TypicalLogitsWarper(typical_p)(NO_IDS, rows)
            assert torch.equal(ours, theirs), (spread, typical_p)


def test_neutral_values_change_nothing() -> None:
    scores = logits(200)
    numbers = [(i + 0.5) / 200 for i in range(200)]
    plain = draw(scores, [Sampling(top_k=40, top_p=0.9)] * 200, numbers, [1.0] * 200)
    neutral = Sampling(
        top_k=40, top_p=0.9, min_p=0, typical_p=1, dynatemp_range=0, dynatemp_exponent=3,
        xtc_probability=0, xtc_threshold=0.01,
    )  # fmt: skip
    assert draw(scores, [neutral] * 200, numbers, [0.0] * 200).tolist() == plain.tolist()


def test_the_numbers_of_a_seed_are_spread_evenly_and_never_the_same_again() -> None:
    samplings = [Sampling(seed=seed) for seed in range(100)]
    numbers = [sampling.number_at(i) for sampling in samplings for i in range(100)]
    coins = [sampling.coin_at(i) for sampling in samplings for i in range(100)]
    assert len({*numbers, *coins}) == 20_000
    for drawn in (numbers, coins):
        assert abs(sum(drawn) / 10_000 - 0.5) < 0.01
        assert min(drawn) < 0.001
        assert max(drawn) > 0.999
    pairs = torch.corrcoef(torch.tensor([numbers, coins]))
    assert abs(float(pairs[0, 1])) < 0.03
