"""What code can tell of a text: pure functions."""

from engine.prose.facts import ProseFacts, examine
from engine.prose.paragraphs import Span, paragraphs_of
from engine.prose.sentences import Sentence, sentences_of
from engine.prose.words import Word, ngrams, words_in, words_of

__all__ = [
    "ProseFacts",
    "Sentence",
    "Span",
    "Word",
    "examine",
    "ngrams",
    "paragraphs_of",
    "sentences_of",
    "words_in",
    "words_of",
]
