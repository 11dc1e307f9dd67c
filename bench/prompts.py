"""Measure how varied story prompts are beside those of the plain model, and print a table.

    python -m bench.prompts [--batches 20] [--save FILE]
    python -m bench.prompts --read FILE    # the table of texts that an earlier run saved

Three sets of the same size, for the same wishes, at the same temperature and bounds of length,
cleaned alike: the plain model (one request a prompt, which says what is wished and no more); our
requests (each begins from another side), unchosen; and what `/prompt` shows, chosen from those and
kept away from the hundred before. It starts the model server of the environment's settings.

Texts of one place are cut to the same number of words, because every measure depends on length.
Intervals: whole batches are drawn, paired, half of them without putting back (for a sample's
spread that equals a bootstrap; putting back would double texts, which is what is measured).
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, product
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from engine.model.presets import DEFAULT
from engine.model.request import Message, ModelRequest
from engine.prose.measures import compression_ratio, distinct_n, self_bleu
from engine.prose.words import words_of
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.story import Member, Style, Wish
from engine.writing.asking_all import ask_all
from engine.writing.inspiration.asking import WORDINGS, request_candidates
from engine.writing.inspiration.choosing import SHOWN
from engine.writing.inspiration.cleaning import clean_prompt
from engine.writing.inspiration.suggesting import REMEMBERED, pick_different
from engine.writing.style import ServerStyle

GENRES = ("fantasy", "mystery", "science fiction", "ghost story", "love story")
TONES = ("dark", "funny", "quiet", "adventurous")
DRAWS = 400
SECONDS_TO_START = 300
SETS = ("plain", "requests", "shown")
LANGUAGE = "en"


def split_all(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each text."""
    return [text.split() for text in texts]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a set of texts, and whether more of it means more variety."""

    name: str
    of: Callable[[Sequence[str]], float]
    more_is_better: bool


MEASURES = (
    Measure("compression ratio", compression_ratio, more_is_better=False),
    Measure("self-BLEU", lambda texts: self_bleu(split_all(texts)), more_is_better=False),
    Measure("distinct-4", lambda texts: distinct_n(split_all(texts), 4), more_is_better=True),
)


@dataclass(slots=True)
class Batch:
    """What came of one wish: five texts of each set."""

    texts: dict[str, list[str]]


def plainly(request: ModelRequest, wish: Wish) -> ModelRequest:
    """Return the same request without sides to begin from and without examples."""
    words = WORDINGS[wish.language]
    asked = words.request.format(size=words.sizes[wish.is_long], angle="").strip()
    wished = [words.genre.format(wish.genre), words.tone.format(wish.tone)]
    messages = (Message("system", words.task), Message("user", "\n".join([*wished, asked])))
    return replace(request, messages=messages)


async def ask(engine: Engine, requests: Sequence[ModelRequest], wish: Wish) -> list[str]:
    """Return the premises in the replies, in order; what is none is left out."""
    replies = await ask_all(engine, requests, guild_id=1, channel_id=1, member=Member(1, "Bench"))
    cleaned = [clean_prompt(reply.text, wish.language, is_long=False) for reply in replies if reply]
    return [text for text in cleaned if text]


async def write_batch(engine: Engine, wish: Wish, recent: Sequence[str], seed: int) -> Batch:
    """Ask for one wish until each set has five texts."""
    preset = engine.presets[DEFAULT]
    style = ServerStyle(Style(), preset, tuple(engine.presets.values()))
    specials = (await engine.model.info()).special_tokens
    texts: dict[str, list[str]] = {name: [] for name in SETS}
    for again in range(4):
        requests = request_candidates(
            wish,
            style,
            specials=specials,
            seed=1000 * seed + again,
            guild_id=1,
            channel_id=1,
        )
        if len(texts["shown"]) < SHOWN:
            candidates = await ask(engine, requests, wish)
            texts["requests"] += candidates
            before = [*recent, *texts["shown"]]
            texts["shown"] += await pick_different(engine, candidates, before, LANGUAGE)
        if len(texts["plain"]) < SHOWN:
            plain = [plainly(request, wish) for request in requests[: SHOWN + 3]]
            texts["plain"] += await ask(engine, plain, wish)
        if all(len(of_set) >= SHOWN for of_set in texts.values()):
            return Batch({name: of_set[:SHOWN] for name, of_set in texts.items()})
    raise SystemExit(f"wish {seed} has no {SHOWN} texts of each set")


def cut_alike(batches: Sequence[Batch]) -> list[Batch]:
    """Return the texts as words joined by spaces; those of one place have equally many."""
    cut = []
    for batch in batches:
        words = {
            name: [words_of(t, LANGUAGE) for t in of_set] for name, of_set in batch.texts.items()
        }
        rows = zip(*words.values(), strict=True)
        least = [min(len(text) for text in row) for row in rows]
        joined = {
            name: [" ".join(text[:most]) for text, most in zip(of_set, least, strict=True)]
            for name, of_set in words.items()
        }
        cut.append(Batch(joined))
    return cut


def gather(batches: Sequence[Batch], name: str) -> list[str]:
    """Return the texts of one set."""
    return [text for batch in batches for text in batch.texts[name]]


def intervals(batches: Sequence[Batch], draws: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the 95 % intervals of each measure's difference from the plain model."""
    dice = random.Random(0)
    found: dict[tuple[str, str], list[float]] = {
        (measure.name, name): [] for measure, name in product(MEASURES, SETS[1:])
    }
    for _ in range(draws):
        half = dice.sample(list(batches), len(batches) // 2)
        for measure in MEASURES:
            plain = measure.of(gather(half, "plain"))
            for name in SETS[1:]:
                found[measure.name, name].append(measure.of(gather(half, name)) - plain)
    return {key: _middle(values) for key, values in found.items()}


def _middle(values: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[round(0.025 * (len(ordered) - 1))], ordered[round(0.975 * (len(ordered) - 1))]


def table(batches: Sequence[Batch], draws: int = DRAWS) -> list[str]:
    """Return the lines of the table."""
    known = intervals(batches, draws)
    lines = [
        "| | plain model | our requests, unchosen | shown by `/prompt` | shown less plain, 95 % |",
        "| --- | --- | --- | --- | --- |",
    ]
    for measure in MEASURES:
        figures = [f"{measure.of(gather(batches, name)):.3f}" for name in SETS]
        low, high = known[measure.name, "shown"]
        is_better = low > 0 if measure.more_is_better else high < 0
        wanted = "more" if measure.more_is_better else "less"
        verdict = "better" if is_better else "not shown to be better"
        cells = [f"{measure.name} ({wanted} is better)", *figures]
        lines.append(f"| {' | '.join(cells)} | {low:+.3f} to {high:+.3f}: {verdict} |")
    words = statistics.fmean(len(text.split()) for text in gather(batches, "shown"))
    lines += [
        "",
        f"{len(gather(batches, 'shown'))} texts a set, {words:.0f} words each in the mean.",
    ]
    return lines


async def write_all(count: int) -> list[Batch]:
    """Write all batches with a server of our own."""
    wishes = cycle(Wish(LANGUAGE, genre, tone) for genre, tone in product(GENRES, TONES))
    batches: list[Batch] = []
    with TemporaryDirectory() as folder:
        settings = EngineSettings(data_dir=Path(folder))
        async with open_engine(settings) as engine:
            if engine.server is not None:
                await engine.server.ready(SECONDS_TO_START)
            for seed, wish in zip(range(count), wishes, strict=False):
                recent = gather(batches, "shown")[-REMEMBERED:]
                batches.append(await write_batch(engine, wish, recent, seed))
                print(f"{seed + 1} of {count}", file=sys.stderr, flush=True)
    return batches


def main() -> None:
    """Write the texts, measure them and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--batches", type=int, default=20, help="of five texts in each set")
    parser.add_argument("--save", type=Path, help="a file for the texts, as JSON")
    parser.add_argument("--read", type=Path, help="such a file, in place of writing")
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    started = time.monotonic()
    if options.read:
        texts = json.loads(options.read.read_text(encoding="utf-8"))
        batches = [Batch(of_batch) for of_batch in texts]
    else:
        batches = asyncio.run(write_all(options.batches))
        print(f"Written in {time.monotonic() - started:.0f} s.", file=sys.stderr)
    if options.save:
        texts = [batch.texts for batch in batches]
        options.save.write_text(json.dumps(texts, indent=1, ensure_ascii=False), encoding="utf-8")
    print("\n".join(table(cut_alike(batches))))


if __name__ == "__main__":
    main()
