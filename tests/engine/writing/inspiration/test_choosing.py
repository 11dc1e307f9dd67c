from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from engine.writing.inspiration.choosing import (
    LEAST_DISTANCE,
    SHOWN,
    Distance,
    choose,
    drop_near_duplicates,
)

PLACES = st.lists(st.floats(0, 100), min_size=1, max_size=16)


def on_a_line(places: list[float]) -> Distance:
    return lambda one, other: abs(places[one] - places[other])


def test_each_next_one_is_farthest_from_those_chosen() -> None:
    assert choose(5, 0, on_a_line([4.0, 0.1, 5.0, 20.0, 10.0]), most=3) == [3, 1, 4]


def test_what_is_known_is_kept_away_from_and_never_chosen() -> None:
    assert choose(3, 1, on_a_line([0.0, 5.0, 10.0, 0.5]), most=2) == [2, 1]


def test_a_single_candidate_is_chosen() -> None:
    assert choose(1, 0, on_a_line([3.0])) == [0]
    assert choose(0, 2, on_a_line([3.0, 4.0])) == []


@given(PLACES)
def test_no_more_than_five_are_chosen_and_none_twice(places: list[float]) -> None:
    chosen = choose(len(places), 0, on_a_line(places))
    assert len(chosen) == len(set(chosen)) == min(SHOWN, len(places))


def test_the_first_of_two_near_duplicates_stays() -> None:
    assert drop_near_duplicates(3, 0, on_a_line([1.0, 1.1, 9.0])) == [0, 2]


def test_a_near_duplicate_of_something_known_is_dropped() -> None:
    assert drop_near_duplicates(2, 1, on_a_line([1.0, 9.0, 1.2])) == [1]


@given(PLACES, st.integers(0, 16))
def test_what_stays_is_near_to_nothing_that_stays_or_is_known(
    places: list[float], known: int
) -> None:
    candidates = max(0, len(places) - known)
    distance = on_a_line(places)
    kept = drop_near_duplicates(candidates, len(places) - candidates, distance)
    others = range(candidates, len(places))
    assert all(distance(a, b) >= LEAST_DISTANCE for a, b in combinations(kept, 2))
    assert all(distance(a, b) >= LEAST_DISTANCE for a in kept for b in others)
