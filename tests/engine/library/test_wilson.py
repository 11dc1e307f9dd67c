import pytest

from engine.library.wilson import missing_votes, share_of


@pytest.mark.parametrize(
    ("wins", "votes", "low", "high"),
    # Newcombe (1998), table I; and no votes at all.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(wins: int, votes: int, low: float, high: float) -> None:
    share = share_of(wins, votes)
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@pytest.mark.parametrize(
    ("wins", "votes", "in_all"), [(55, 100, 400), (60, 100, 100), (13, 20, 46), (7, 10, 24)]
)
def test_the_missing_votes_are_those_that_the_rate_would_take(
    wins: int, votes: int, in_all: int
) -> None:
    missing = missing_votes(wins, votes)
    assert missing is not None
    assert votes + missing == pytest.approx(in_all, rel=0.1)
    assert missing_votes(votes - wins, votes) == missing, "it can be settled either way"


def test_a_settled_question_misses_no_votes_and_an_even_one_is_never_settled() -> None:
    assert missing_votes(80, 100) == 0
    assert missing_votes(50, 100) is None
    assert missing_votes(0, 0) is None
