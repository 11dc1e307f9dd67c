"""Each row's token is drawn by its own settings, and from the right distribution."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.serving.draw import WIDTHS, draw
from engine.serving.sampling import Sampling

VOCABULARY = 3000


def logits(rows: int, seed: int = 0) -> torch.Tensor:
    """Return rows of logits with a few likely tokens and a long tail."""
    return 3 * torch.randn(rows, VOCABULARY, generator=torch.Generator().manual_seed(seed))


def allowed(row: torch.Tensor, sampling: Sampling) -> set[int]:
    """Return the tokens that may be drawn, by the plain definition: sort everything."""
    order = row.argsort(descending=True)
    if sampling.top_k:
        order = order[: sampling.top_k]
    probabilities = (row[order] / sampling.temperature).double().softmax(0)
    before = probabilities.cumsum(0) - probabilities
    return set(order[before < sampling.top_p - 1e-6].tolist())


SAMPLINGS = st.builds(
    Sampling,
    temperature=st.floats(0.001, 2),
    top_p=st.floats(0.01, 1),
    top_k=st.sampled_from([0, 1, 2, 50, *WIDTHS, WIDTHS[-1] + 1, VOCABULARY]),
)
NUMBERS = st.floats(0, 1, exclude_max=True)


@given(rows=st.lists(st.tuples(SAMPLINGS, NUMBERS), min_size=1, max_size=5), seed=st.integers(0, 9))
def test_nothing_is_drawn_that_top_k_and_top_p_exclude(
    rows: list[tuple[Sampling, float]], seed: int
) -> None:
    scores = logits(len(rows), seed)
    tokens = draw(scores, [s for s, _ in rows], [n for _, n in rows], [1.0] * len(rows))
    for row, token, (sampling, _) in zip(scores, tokens.tolist(), rows, strict=True):
        lenient = Sampling(sampling.temperature, sampling.top_p + 1e-4, sampling.top_k)
        assert token in allowed(row, lenient)


@given(rows=st.lists(st.tuples(SAMPLINGS, NUMBERS), min_size=2, max_size=5))
def test_a_row_draws_the_same_alone_as_beside_others(rows: list[tuple[Sampling, float]]) -> None:
    scores = logits(len(rows))
    together = draw(scores, [s for s, _ in rows], [n for _, n in rows], [1.0] * len(rows)).tolist()
    alone = [draw(scores[i : i + 1], [s], [n], [1.0]).item() for i, (s, n) in enumerate(rows)]
    assert together == alone


@given(number=NUMBERS)
def test_top_k_of_one_is_the_likeliest_token_whatever_the_number(number: float) -> None:
    scores = logits(3)
    assert (
        draw(scores, [Sampling(top_k=1)] * 3, [number] * 3, [1.0] * 3).tolist()
        == scores.argmax(1).tolist()
    )


def test_the_number_that_rounds_to_one_still_draws_a_possible_token() -> None:
    scores = torch.full((1, VOCABULARY), -torch.inf)
    scores[0, [5, 7]] = 0.0
    for sampling in (Sampling(top_k=50), Sampling(), Sampling(top_p=0.9), Sampling(top_k=2000)):
        assert draw(scores, [sampling], [1 - 2**-53], [1.0]).item() in {5, 7}


def test_tokens_come_as_often_as_their_probability_says() -> None:
    scores = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]]))
    numbers = [(i + 0.5) / 1000 for i in range(1000)]
    for sampling, shares in (
        (Sampling(), [0.5, 0.3, 0.15, 0.05]),
        (Sampling(top_k=2), [0.625, 0.375, 0, 0]),
        (Sampling(top_p=0.75), [0.625, 0.375, 0, 0]),
        (Sampling(top_p=0.9, top_k=4), [0.5263, 0.3158, 0.1579, 0]),
        (Sampling(temperature=0.5, top_k=4), [0.6849, 0.2466, 0.0616, 0.0068]),
        (Sampling(temperature=0.5), [0.6849, 0.2466, 0.0616, 0.0068]),
    ):
        drawn = draw(scores.expand(1000, 4), [sampling] * 1000, numbers, [1.0] * 1000)
        counted = torch.bincount(drawn, minlength=4) / 1000
        assert torch.allclose(counted, torch.tensor(shares), atol=0.0015), sampling


def test_a_nucleus_wider_than_the_quick_path_is_still_whole() -> None:
    flat = torch.zeros(1, VOCABULARY)  # 90 % of the mass take 2,700 of 3,000 equal tokens
    drawn = {draw(flat, [Sampling(top_p=0.9)], [i / 500], [1.0]).item() for i in range(500)}
    assert len(drawn) == 500


def test_the_numbers_of_a_seed_are_spread_evenly_and_never_the_same_again() -> None:
    numbers = [Sampling(seed=seed).number_at(i) for seed in range(100) for i in range(100)]
    assert len(set(numbers)) == 10_000
    assert abs(sum(numbers) / 10_000 - 0.5) < 0.01
    assert min(numbers) < 0.001
    assert max(numbers) > 0.999
