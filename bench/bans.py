"""Measure what bans cost at each token when nothing is hit, and print a markdown table.

    python -m bench.bans STORIES    # a file that `python -m bench.cliches write` made

So that nothing is ever hit, a word that does not exist stands behind each phrase of the shipped
list: the automaton is as large, and as much is held back. CPU time of turning tokens into text
that can be shown, medians of three runs; the model is not part of it.
"""

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from bench.ngrams import read_stories
from bench.slop import row
from engine.safety.cliches import shipped_cliches
from engine.serving.drawing.sampling import Sampling
from engine.serving.embedded import FOLDER
from engine.serving.job import Job
from engine.serving.loop.row import Row
from engine.serving.replies.bans import Bans, read_bans
from engine.serving.replies.writing import Reply

STORIES = 30


class Loaded:
    """Stands for the model, of which only the tokenizer is needed."""

    stop_tokens = (0,)

    def __init__(self) -> None:
        tokenizer = Tokenizer.from_file(str(Path(".models") / FOLDER / "tokenizer.json"))
        self.encode, self.decode = tokenizer.encode, tokenizer.decode
        self.loaded = self


def microseconds_a_token(model: Any, stories: list[list[int]], bans: Bans | None) -> float:
    """Return the CPU time of one token's text."""
    started = time.process_time()
    for tokens in stories:
        job = Job(
            prompts=([1],),
            choices=1,
            most_tokens=len(tokens) + 1,
            sampling=Sampling(),
            stops=(),
            ignore_stop_tokens=False,
            cache_salt="",
            bans=bans,
        )
        reply = Reply(model, job, Row(1, Sampling()))
        for i in range(len(tokens)):
            reply.extend(tokens[: i + 1])
            assert reply.keep is None
    return 1e6 * (time.process_time() - started) / sum(map(len, stories))


def main() -> None:
    """Measure and print the table."""
    model = Loaded()
    texts = read_stories(Path(sys.argv[1]))[:STORIES]
    stories = [model.encode(text).ids for text in texts]
    shipped = shipped_cliches("en")
    phrases = [f"{phrase} qwzx" for phrase in shipped]
    patterns = [rf"\b{phrase}\b[^.]{{1,40}}qwzx" for phrase in shipped[:30]]
    kinds = {
        "none": None,
        f"the shipped list ({len(shipped)})": read_bans(phrases, None),
        "the shipped list and 30 patterns": read_bans(phrases, patterns),
    }
    print(row("bans", "CPU microseconds a token"))
    print(row("---", "---"))
    for name, bans in kinds.items():
        middle = statistics.median(microseconds_a_token(model, stories, bans) for _ in range(3))
        print(row(name, f"{middle:.0f}"))


if __name__ == "__main__":
    main()
