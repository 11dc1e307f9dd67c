"""The shipped lists and the number that says how much a text leans on them."""

import pytest

from engine.safety.cliches import LANGUAGES, shipped_cliches
from engine.safety.phrases import Phrases
from engine.safety.slop import slop_index


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_list_can_be_banned_as_it_is(language: str) -> None:
    phrases = shipped_cliches(language)
    assert len(phrases) > 50
    assert len(set(map(str.casefold, phrases))) == len(phrases)
    assert sum(map(len, phrases)) < 10_000  # half of what one request may ban
    Phrases(phrases)


def test_an_exempt_name_leaves_out_its_phrases_and_no_others() -> None:
    everything = shipped_cliches("en")
    left = shipped_cliches("en", exempt=["THORNE", "Willow", "the soft glow of", " "])
    assert set(everything) - set(left) == {"thorne", "willow creek", "the soft glow of"}


def test_a_language_without_a_list_has_no_phrases() -> None:
    assert shipped_cliches("fi") == ()


def test_the_index_weighs_hits_by_their_words() -> None:
    phrases = ["tapestry", "golden glow", "barely above a whisper"]
    slop = slop_index("A tapestry; a Golden glow,\nbarely  above a whisper. Don't.", phrases)
    assert slop.hits == ("tapestry", "Golden glow", "barely  above a whisper")
    assert slop.words == 10
    assert slop.index == 1000 * (1 + 2 + 8) / 10
    assert slop_index("", phrases).index == 0
