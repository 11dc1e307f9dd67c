"""DRY against its definition, written out token by token; breakers in the text, not the tokens."""

from collections.abc import Sequence

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.serving.drawing.dry import Dry, end_lengths
from engine.serving.drawing.sampling import Sampling

PIECES = ["a", "b", "ab", "x:", "y", ":", ". ", "\n", ".\n", "雾", "<", "|", "|>", "end"]
TOKEN_BYTES = {token: piece.encode() for token, piece in enumerate(PIECES)}
HALVES = {len(PIECES): "灯".encode()[:2], len(PIECES) + 1: "灯".encode()[2:]}
TOKEN_BYTES |= HALVES
TOKENS = st.integers(0, len(TOKEN_BYTES) - 1) | st.integers(0, 1)
BREAKERS = st.lists(
    st.sampled_from(["\n", ":", ". ", "<|end|>", "雾", "灯", "ba", "aba"]), max_size=3
)


def text_of(tokens: Sequence[int]) -> bytes:
    """Return the bytes of tokens."""
    return b"".join(TOKEN_BYTES[token] for token in tokens)


def ends_a_breaker(before: Sequence[int], token: int, breakers: Sequence[str]) -> bool:
    """Tell whether a breaker ends within the token."""
    text, start = text_of([*before, token]), len(text_of(before))
    for breaker in (breaker.encode() for breaker in breakers):
        at = text.find(breaker)
        while at >= 0:
            if at + len(breaker) > start:
                return True
            at = text.find(breaker, at + 1)
    return False


def penalties(sampling: Sampling, tokens: list[int]) -> dict[int, float]:
    """The definition: for each token, the longest run at the end that it would go on repeating."""
    if sampling.dry_penalty_last_n > 0:
        tokens = tokens[-sampling.dry_penalty_last_n :]
    breakers = sampling.dry_sequence_breakers
    reach = 0  # tokens since a breaker
    for i in range(len(tokens)):
        reach = 0 if ends_a_breaker(tokens[:i], tokens[i], breakers) else reach + 1
    longest: dict[int, int] = {}
    for i in range(1, len(tokens)):
        run = 0
        while run < min(i, reach) and tokens[i - 1 - run] == tokens[-1 - run]:
            run += 1
        longest[tokens[i]] = max(longest.get(tokens[i], 0), run)
    least = sampling.dry_allowed_length
    return {
        token: sampling.dry_multiplier * sampling.dry_base ** (run - least)
        for token, run in longest.items()
        if run >= least and not ends_a_breaker(tokens, token, breakers)
    }


def found(sampling: Sampling, prompt: list[int], reply: list[int]) -> dict[int, float]:
    """Return what our DRY takes from each token after the reply was written step by step."""
    dry = Dry(sampling, prompt, TOKEN_BYTES)
    for token in reply:
        dry.add(token)
    row = torch.zeros(len(TOKEN_BYTES), dtype=torch.float64)
    dry.penalise(row)
    return {token: -value for token, value in enumerate(row.tolist()) if value}


SAMPLINGS = st.builds(
    Sampling,
    dry_multiplier=st.floats(0.1, 3),
    dry_base=st.floats(1, 2),
    dry_allowed_length=st.integers(1, 4),
    dry_penalty_last_n=st.sampled_from([-1, -1, 1, 5, 20]),
    dry_sequence_breakers=BREAKERS.map(tuple),
)
LOOP = Sampling(dry_multiplier=0.8, dry_sequence_breakers=("\n",))


@settings(max_examples=300, deadline=None)
@given(
    sampling=SAMPLINGS,
    prompt=st.lists(TOKENS, min_size=1, max_size=40),
    reply=st.lists(TOKENS, max_size=30),
)
@example(sampling=LOOP, prompt=[0] * 40, reply=[0] * 30)
@example(sampling=LOOP, prompt=[0, 1, 7, 0, 1, 4, 7], reply=[0, 1])
def test_what_would_repeat_a_run_is_penalised_as_defined(
    sampling: Sampling, prompt: list[int], reply: list[int]
) -> None:
    expected = penalties(sampling, prompt + reply)
    ours = found(sampling, prompt, reply)
    assert ours == pytest.approx({t: min(value, 1e30) for t, value in expected.items()})


@settings(deadline=None)
@given(tokens=st.lists(st.integers(0, 2), max_size=60))
def test_the_linear_way_finds_the_same_runs_as_the_plain_one(tokens: list[int]) -> None:
    def run(end: int) -> int:
        length = 0
        while length <= end and tokens[end - length] == tokens[-1 - length]:
            length += 1
        return length

    assert end_lengths(tokens) == [run(end) for end in range(len(tokens))]


A, B, COLON, Y, NEWLINE, DOT_NEWLINE = 0, 1, 5, 4, 7, 8
LOWER = Sampling(dry_multiplier=1.0, dry_base=2.0, dry_allowed_length=2)


def with_breakers(*breakers: str) -> Sampling:
    """Return settings with breakers."""
    return Sampling(1.0, dry_multiplier=1.0, dry_base=2.0, dry_sequence_breakers=breakers)


def test_a_longer_run_costs_more() -> None:
    assert found(LOWER, [A, B, Y, A, Y], [A, B]) == {Y: 1.0}
    assert found(LOWER, [B, A, B, Y], [B, A, B]) == {Y: 2.0}
    assert found(LOWER, [A, Y], [A]) == {}


def test_a_run_does_not_reach_back_over_a_breaker() -> None:
    text = [A, B, COLON, A, B, Y, COLON]
    assert found(LOWER, text, [A, B]) == {Y: 2.0, COLON: 1.0}
    assert found(with_breakers(":"), text, [A, B]) == {Y: 1.0}


def test_a_breaker_may_be_a_part_of_a_token_or_spread_over_several() -> None:
    text = [A, B, DOT_NEWLINE, A, B]
    assert found(LOWER, text, []) == {DOT_NEWLINE: 1.0}
    assert found(with_breakers("\n"), text, []) == {}
    spread = [10, 11, 13, 12]  # <|end|>
    run = [Y, *spread, A]
    assert found(LOWER, [*run, Y, *run], []) == {Y: 2.0**4}
    assert found(with_breakers("<|end|>"), [*run, Y, *run], []) == {}
    assert found(with_breakers("<|end|>"), [*run, B, Y, *spread[:3]], []) == {}  # its own end
    lamp = list(HALVES)
    assert found(with_breakers("灯"), [A, B, *lamp, A, B, *lamp, Y, B], []) == {}


def test_the_longest_repetitions_cost_no_more_than_numbers_allow() -> None:
    sampling = Sampling(dry_multiplier=100.0, dry_base=10.0)
    assert found(sampling, [A] * 500, [A] * 500) == {A: pytest.approx(1e30)}
