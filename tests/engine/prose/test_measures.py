import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.prose.measures import (
    compression_ratio,
    distinct_n,
    longest_overlap,
    repetition,
    self_bleu,
)

TEXTS = st.lists(st.text("abc", max_size=12), max_size=4)


def test_distinct_n_is_the_share_of_different_ngrams() -> None:
    assert distinct_n([["a", "b", "a", "b"]], 2) == pytest.approx(2 / 3)
    assert distinct_n([["a"], []], 2) == 0.0


def test_texts_that_say_the_same_have_a_self_bleu_of_one() -> None:
    words = ["the", "whale", "rose", "beside", "the", "ship", "and", "sank", "again"]
    others = ["nobody", "in", "town", "had", "ever", "seen", "such", "rain", "before"]
    assert self_bleu([words, words, words]) == pytest.approx(1.0)
    assert self_bleu([words, others]) < 0.2
    assert self_bleu([words]) == 0.0


def test_a_repeated_trigram_counts_only_when_it_comes_back_soon() -> None:
    once = [str(number) for number in range(100)]
    assert repetition(once) == 0.0
    assert repetition(["a", "b", "c"] * 10) > 0.8
    assert repetition([*once, "0", "1", "2"]) == 0.0


def test_texts_alike_compress_better() -> None:
    letters = random.Random(1)
    noise = ["".join(letters.choices("abcdefghijklmnop", k=80)) for _ in range(5)]
    assert compression_ratio(noise[:1] * 5) > 2 * compression_ratio(noise)


def brute_force(samples: list[str], sources: list[str]) -> int:
    runs = {s[i:j] for s in samples for i in range(len(s)) for j in range(i + 1, len(s) + 1)}
    return max((len(run) for run in runs if any(run in source for source in sources)), default=0)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_the_longest_overlap_is_that_of_comparing_every_run(
    samples: list[str], sources: list[str]
) -> None:
    assert longest_overlap(samples, sources) == brute_force(samples, sources)
