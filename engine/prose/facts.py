"""Everything that code can tell of a text, in one value."""

from dataclasses import dataclass

from engine.prose.dialogue import Dialogue, dialogue_of
from engine.prose.grammar import Grammar, grammar_of
from engine.prose.readability import Readability, readability_of
from engine.prose.reading import length_of, read_text
from engine.prose.repetition import Repetition, repetition_of
from engine.prose.rhythm import Rhythm, rhythm_of
from engine.prose.tense import TenseUse, tense_of
from engine.prose.viewpoint import Viewpoint, viewpoint_of


@dataclass(frozen=True, slots=True)
class ProseFacts:
    """What code can tell of a text; each fact is defined in its own module.

    `words` counts English words, or Han characters and other words. `tense` is None for Chinese,
    which has none; `grammar` is None where no checker is.
    """

    language: str
    characters: int
    words: int
    sentences: int
    paragraphs: int
    repetition: Repetition
    rhythm: Rhythm
    dialogue: Dialogue
    tense: TenseUse | None
    viewpoint: Viewpoint
    readability: Readability
    grammar: Grammar | None


def examine(text: str, language: str) -> ProseFacts:
    """Return the facts of a text; `language` is one of a story's ("en", "zh-CN").

    It computes for as long as the text is (about a second for 100,000 characters): call it in a
    thread. The same text gives the same facts.
    """
    reading = read_text(text, language)
    return ProseFacts(
        language,
        len(text),
        length_of(reading.words),
        len(reading.sentences),
        len(reading.paragraphs),
        repetition_of(reading),
        rhythm_of(reading),
        dialogue_of(reading),
        tense_of(reading),
        viewpoint_of(reading),
        readability_of(reading),
        grammar_of(reading),
    )
