"""How hard a text is to read, by published formulas that count letters and words only.

English: the Automated Readability Index (Smith and Senter 1967), 4.71 letters/words + 0.5
words/sentences - 21.43, and the Coleman-Liau index (1975), 5.88 letters/words - 29.6
sentences/words - 15.8. Both are American school grades. Chinese has no accepted grade without
graded lists; reported are characters a sentence, and the share of its characters that are among
the 3,755 everyday ones of GB 2312, level 1. That list is of simplified characters, so a text in
traditional ones has no share.
"""

import re
from dataclasses import dataclass

from engine.prose.reading import Reading, length_of
from engine.prose.words import HAN

_LETTER = re.compile(rf"(?![{HAN}])[^\W_]")
_HAN = re.compile(f"[{HAN}]")
_LEAST_WORDS = 100  # below, the formulas say little
_MOST_UNKNOWN = 0.1  # of the characters, for simplified text
_LEVEL_2 = b"\xd8"  # the first lead byte of the rarer characters


@dataclass(frozen=True, slots=True)
class Readability:
    """What the formulas give; None where they do not apply, or the text is shorter than 100 words.

    `common_share` is a share from 0 to 1, `sentence_length` in words or Han characters.
    """

    sentence_length: float
    ari: float | None = None
    coleman_liau: float | None = None
    common_share: float | None = None


def readability_of(reading: Reading) -> Readability:
    """Apply the formulas of the text's language."""
    words, sentences = length_of(reading.words), len(reading.sentences)
    mean = words / max(1, sentences)
    if words < _LEAST_WORDS:
        return Readability(mean)
    if reading.is_chinese:
        return Readability(mean, common_share=_common_share(reading.text))
    letters = len(_LETTER.findall(reading.text)) / words
    return Readability(
        mean,
        ari=4.71 * letters + 0.5 * mean - 21.43,
        coleman_liau=5.88 * letters - 29.6 / mean - 15.8,
    )


def _common_share(text: str) -> float | None:
    characters = [match[0] for match in _HAN.finditer(text)]
    leads: list[bytes] = [character.encode("gb2312", "ignore")[:1] for character in characters]
    if not characters or leads.count(b"") > _MOST_UNKNOWN * len(characters):
        return None
    return sum(b"" < lead < _LEVEL_2 for lead in leads) / len(characters)
