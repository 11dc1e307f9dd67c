"""Which notes of a model reach the author: only those that quote the text and speak of it.

A reply quotes by the number of a sentence, so its quotes are verbatim by construction; they are
compared with the text all the same, and another model server may keep a form less well.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.prose import ngrams, words_of
from engine.story import Dropped, Note, Praise, Quote
from engine.writing.critique.empty_words import EMPTY_WORDS
from engine.writing.critique.lenses import Lens
from engine.writing.critique.passages import Passage, Places
from engine.writing.reply import cut_to_sentence

ECHO_SHARE = 0.5  # of the runs of words: from then on it is somebody else's sentence
LEAST_WORDS = 5
LEAST_OWN_WORDS = 3  # that a note adds to the quote
MOST_STRANGE_WORDS = 1  # of the example, and not of this text
FULL = {"en": 215, "zh-CN": 118}  # characters: a reason that long was cut off by its form
ENDS = (".", "!", "?", "”", "。", "！", "？", "…")
RUN = {"en": 3, "zh-CN": 2}  # words that make a run; words are longer in Chinese

Runs = frozenset[tuple[str, ...]]


@dataclass
class Sifted:
    """What is left of the replies, in their order."""

    notes: list[Note] = field(default_factory=list)
    praise: list[Praise] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)  # as the replies named them, with repeats
    dropped: Counter[Dropped] = field(default_factory=Counter)


class Sieve:
    """Sifts the replies about one text. Asks of each note what code can tell."""

    def __init__(
        self,
        text: str,
        language: str,
        lens: Lens,
        *,
        told: Iterable[str],
        known_wordings: Iterable[str] = (),
    ) -> None:
        self.sifted = Sifted()
        self._language = language
        self._causes = lens.names(language)
        self._places = Places(text, language)
        self._text_words = self._contents(text)
        self._text_runs = self._runs(words_of(text, language))
        self._sources = [self._runs(words_of(each, language)) for each in told]
        example = lens.wordings[language].example
        words = (example.text, example.why, example.question, example.praise)
        self._strange_words = self._contents(" ".join(words)) - self._text_words
        self._strange_names = [name for name in example.names if name not in text]
        self._wordings = {self._key(wording) for wording in known_wordings}

    def sift(self, reply: str | None, passage: Passage) -> None:
        """Take what stands up out of the reply on a passage; count what does not."""
        read = read_reply(reply)
        if read is None:
            self.sifted.dropped[Dropped.UNREADABLE] += 1
            return
        self.sifted.causes += [self._causes[c] for c in read["root_causes"] if c in self._causes]
        for note in read["notes"]:
            question = question_of(note["question"])
            quote, why = self._checked(note, question, passage)
            if quote and note["cause"] in self._causes:
                self.sifted.notes.append(Note(self._causes[note["cause"]], quote, why, question))
        for each in read["praise"]:
            quote, why = self._checked(each, None, passage)
            if quote:
                self.sifted.praise.append(Praise(quote, why))

    def _checked(
        self, note: Mapping[str, str], question: str | None, passage: Passage
    ) -> tuple[Quote | None, str]:
        """Return where the quote stands and the note's words, or None for a note that falls."""
        why = " ".join(note["why"].split())
        is_full = len(why) >= FULL[self._language]
        why = cut_to_sentence(why[:-1] if is_full else why)  # its last mark may be the form's
        if is_full and not why.endswith(ENDS):
            why = ""
        quote = self._quoted(note["sentence"], passage)
        fault = Dropped.NOT_VERBATIM if quote is None else self._fault_of(why, quote.text, question)
        if fault is not None:
            self.sifted.dropped[fault] += 1
            return None, ""
        self._wordings.add(self._key(why))
        return quote, why

    def _quoted(self, number: str, passage: Passage) -> Quote | None:
        """Return what the number stands for, if the text has exactly these words there."""
        quotable = passage.quotable
        if not number.isdecimal() or not 1 <= int(number) <= len(quotable):
            return None
        return self._places.quote(quotable[int(number) - 1])

    def _fault_of(self, why: str, quoted: str, question: str | None) -> Dropped | None:
        if question == "":
            return Dropped.NO_QUESTION
        words = words_of(why, self._language)
        if self._is_echo(why) or (question is not None and self._is_echo(question)):
            return Dropped.ECHO
        if len(set(words) - set(words_of(quoted, self._language))) < LEAST_OWN_WORDS:
            return Dropped.ECHO
        named = self._contents(why)
        if len(words) < LEAST_WORDS or named.isdisjoint(self._text_words):
            return Dropped.EMPTY
        if question and self._contents(question).isdisjoint(named | self._text_words):
            return Dropped.EMPTY
        return Dropped.REPEATED if self._key(why) in self._wordings else None

    def _is_echo(self, wording: str) -> bool:
        """Whether the wording says again what the model was told or read, or goes in circles."""
        if any(name in wording for name in self._strange_names):
            return True
        if len(self._contents(wording) & self._strange_words) > MOST_STRANGE_WORDS:
            return True
        runs = ngrams(words_of(wording, self._language), RUN[self._language])
        most = ECHO_SHARE * len(runs)
        if runs and any(
            sum(run in known for run in runs) >= most for known in (*self._sources, self._text_runs)
        ):
            return True
        # Round in circles: names may come again, other runs of words do so in no good note.
        return any(count > 1 and run not in self._text_runs for run, count in Counter(runs).items())

    def _runs(self, words: Sequence[str]) -> Runs:
        return frozenset(ngrams(words, RUN[self._language]))

    def _contents(self, text: str) -> set[str]:
        """Return the words that name something: none that every text and every note has."""
        least = 2 if self._language == "zh-CN" else 3
        words = words_of(text, self._language)
        return {word for word in words if len(word) >= least} - EMPTY_WORDS[self._language]

    def _key(self, wording: str) -> str:
        return " ".join(words_of(wording, self._language))


def question_of(wording: str) -> str:
    """Return the first question of a wording on one line, "" when it asks nothing."""
    line = " ".join(wording.split())
    ends = [at for at in map(line.find, "?？") if at > 0]
    return line[: min(ends) + 1] if ends else ""


def read_reply(reply: str | None) -> dict[str, Any] | None:
    """Return a reply as it was asked for, None when it is not in the form."""
    try:
        read = json.loads(reply or "")
        notes = [
            {key: str(note[key]) for key in ("sentence", "cause", "why", "question")}
            for note in read["notes"]
        ]
        praise = [{key: str(each[key]) for key in ("sentence", "why")} for each in read["praise"]]
        return {
            "notes": notes,
            "praise": praise,
            "root_causes": list(map(str, read["root_causes"])),
        }
    except (json.JSONDecodeError, KeyError, TypeError):
        return None
