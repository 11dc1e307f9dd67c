"""Runs of words that stand in more stories of a model than human fiction would predict."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST = 5  # words
LEAST_STORIES = 3
WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
SENTENCE_END = re.compile(r"[.!?;:\n\"“”—]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An n-gram, in how many stories of each side it stands, and how much too often that is."""

    words: str
    model: int
    human: int
    ratio: float


def read_stories(path: Path) -> list[str]:
    """Return the texts of a file of JSON lines."""
    return [json.loads(line)["text"] for line in path.open()]


def sections(folder: Path, words: int) -> list[str]:
    """Return human fiction in sections as long as the model's stories are on average."""
    found: list[str] = []
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text().split()
        found += [" ".join(text[i : i + words]) for i in range(0, len(text) - words, words)]
    return found


def ngrams(text: str) -> Iterator[str]:
    """Yield every run of one to five words that is within a clause."""
    for clause in SENTENCE_END.split(text.lower().replace("’", "'")):
        words = WORD.findall(clause)
        for length in range(1, LONGEST + 1):
            for start in range(len(words) - length + 1):
                yield " ".join(words[start : start + length])


def story_counts(stories: Iterable[str]) -> Counter[str]:
    """Count for each n-gram the stories in which it stands."""
    counts: Counter[str] = Counter()
    for story in stories:
        counts.update(set(ngrams(story)))
    return counts


def compare(model: Sequence[str], human: Sequence[str]) -> list[Candidate]:
    """Return what stands too often in the model's stories, worst first.

    The ratio is of the shares of stories, with one half story added on the human side, so that
    what no human section has is judged by how often the model says it. An n-gram that stands in
    nearly all the same stories as a longer one is left out: the longer one says more.
    """
    counts = {w: n for w, n in story_counts(model).items() if n >= LEAST_STORIES}
    seen = Counter(dict.fromkeys(counts, 0))
    for section in human:
        seen.update(counts.keys() & set(ngrams(section)))
    found = []
    for words, stories in counts.items():
        expected = (seen[words] + 0.5) / len(human)
        found.append(Candidate(words, stories, seen[words], stories / len(model) / expected))
    inner = {
        part
        for c in found
        for part in (c.words.split(" ", 1)[-1], c.words.rsplit(" ", 1)[0])
        if " " in c.words and c.model >= 0.8 * counts.get(part, 0)
    }
    return sorted((c for c in found if c.words not in inner), key=score, reverse=True)


def score(candidate: Candidate) -> float:
    """Weigh how much too often against how often at all."""
    return float(candidate.ratio * candidate.model**0.5)
