"""Consent texts are versions: what somebody agreed to is never changed afterwards."""

import hashlib

import pytest

from engine.library.wording import LANGUAGES, NEWEST_VERSION, consent_wording
from engine.settings import EngineSettings

MOST_CHARACTERS = 1_600  # of Discord's 2,000: title, licence and a note stand beside it

# Of the texts as they were released. A new wording is a new file and a new line here.
RELEASED = {
    (1, "en"): "c6c52b614e06ffec",
    (1, "zh-CN"): "bfbd97fc7671cd86",
}
UNNAMED = EngineSettings(operator_name=None)


@pytest.mark.parametrize(("version", "language"), list(RELEASED))
def test_a_released_text_is_never_changed(version: int, language: str) -> None:
    wording = consent_wording(EngineSettings(operator_name="{operator}"), version, language)
    assert hashlib.sha256(wording.text.encode()).hexdigest()[:16] == RELEASED[version, language]


def test_the_newest_version_is_there_in_every_language() -> None:
    assert {(NEWEST_VERSION, language) for language in LANGUAGES} <= RELEASED.keys()


@pytest.mark.parametrize(("version", "language"), list(RELEASED))
def test_a_text_names_the_operator_and_fits_a_message(version: int, language: str) -> None:
    named = consent_wording(EngineSettings(operator_name="Olga, o@example.org"), version, language)
    unnamed = consent_wording(UNNAMED, version, language)
    assert "Olga, o@example.org" in named.text
    assert "{" not in named.text + unnamed.text
    assert named.digest != unnamed.digest
    assert len(unnamed.text) < MOST_CHARACTERS


def test_other_languages_read_english_and_other_versions_do_not_exist() -> None:
    assert consent_wording(UNNAMED, 1, "fr").language == "en"
    with pytest.raises(LookupError):
        consent_wording(UNNAMED, 99, "en")
