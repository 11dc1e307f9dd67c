"""Words of English, Chinese and both, and n-grams of them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.prose.words import ngrams, plain, words_in, words_of


def test_english_words_keep_their_apostrophes_and_hyphens() -> None:
    text = "“Don’t,” she'd said—a well-known dogs' cry: café, cafe\u0301, 3.14!"
    assert words_of(text, "en") == (
        ["don't", "she'd", "said", "a", "well-known", "dogs", "cry", "café", "café", "3.14"]
    )


def test_chinese_is_cut_into_words_and_letters_beside_it_stay_words() -> None:
    assert words_of("她推开门，走进黑暗的房间。ＡＢ版2023年 OK", "zh-CN") == (
        ["她", "推开", "门", "走进", "黑暗", "的", "房间", "ab", "版", "2023", "年", "ok"]
    )


@given(text=st.text(max_size=60), language=st.sampled_from(["en", "zh-CN"]))
@settings(max_examples=300)
def test_every_word_is_what_stands_at_its_place(text: str, language: str) -> None:
    words = list(words_in(text, language))
    assert [word.text for word in words] == [plain(text[word.start : word.end]) for word in words]
    assert all(one.end <= two.start for one, two in pairwise(words))


def test_ngrams_are_all_runs_in_order() -> None:
    assert ngrams(["a", "b", "c"], 2) == [("a", "b"), ("b", "c")]
    assert ngrams(["a"], 2) == []
    with pytest.raises(ValueError, match="at least one"):
        ngrams(["a"], 0)
