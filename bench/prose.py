"""How well the facts about prose tell flawed passages from clean ones: `python -m bench.prose`.

The labelled passages of the tests, with a flip of tense or viewpoint at every sentence; with
--clean DIR, also false alarms in the text files of that folder. Prints Markdown tables.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import process_time

from engine.prose import examine
from engine.prose.reading import read_text
from engine.prose.sentences import sentences_of
from engine.prose.tense import tense_of
from engine.prose.viewpoint import viewpoint_of
from tests.engine.prose.labelled import Labelled, clean, flawed

NEAR = 3  # sentences that a shift may stand away from the flaw


def shifts_of(text: str, language: str, kind: str) -> list[int]:
    """Return the numbers of the sentences where shifts of one kind are reported."""
    reading = read_text(text, language)
    found = tense_of(reading) if kind == "tense" else viewpoint_of(reading)
    starts = [sentence.start for sentence in sentences_of(text, language)]
    return [starts.index(shift.place.start) for shift in found.shifts] if found else []


def count(passages: Iterable[Labelled], language: str, kind: str) -> Counter[str]:
    """Count flaws found, missed and invented, over clean passages and those with this flaw."""
    counts: Counter[str] = Counter()
    for passage in passages:
        if passage.language != language or passage.kind not in (kind, "clean"):
            continue
        found = shifts_of(passage.text, language, kind.partition(",")[0])
        hits = [flip for flip in passage.flips if any(abs(at - flip) <= NEAR for at in found)]
        counts[passage.kind] += 1
        counts["flaws"] += len(passage.flips)
        counts["found"] += len(hits)
        counts["reported"] += len(found)
        counts["alarms in clean"] += bool(found) and passage.kind == "clean"
    return counts


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clean", type=Path, help="a folder of English text files")
    folder = parser.parse_args().clean
    for held_out, title in (("", "Passages at hand"), ("held-out-", "Passages held out")):
        print_passages(title, [*clean(held_out), *flawed(held_out)])
    texts = {path.name: path.read_text() for path in sorted(folder.glob("*.txt"))} if folder else {}
    if texts:
        print_clean(texts)
    print_times(texts)


def print_passages(title: str, passages: list[Labelled]) -> None:
    """Print how each kind of flaw is told in one set of passages."""
    print(f"\n{title}\n\n| flaw | texts | found (recall) | reported | right (precision)", end="")
    print(" | clean texts | alarms in them |\n|---|---|---|---|---|---|---|")
    for what, language in (("tense", "en"), ("viewpoint", "en"), ("viewpoint", "zh-CN")):
        for how in ("for good", "there and back"):
            kind = f"{what}, {how}"
            counts = count(passages, language, kind)
            found, reported = counts["found"], counts["reported"]
            print(
                f"| {kind}, {language} | {counts[kind]} | {found} ({found / counts['flaws']:.0%}) "
                f"| {reported} | {found} ({found / max(1, reported):.0%}) "
                f"| {counts['clean']} | {counts['alarms in clean']} |"
            )


def print_clean(texts: dict[str, str]) -> None:
    """Print the shifts that each long text is said to have."""
    print("\n| text | characters | tense shifts | viewpoint shifts | per 10,000 words |")
    print("|---|---|---|---|---|")
    for name, text in texts.items():
        reading = read_text(text, "en")
        tense, view = tense_of(reading), viewpoint_of(reading)
        shifts = len(tense.shifts if tense else ()), len(view.shifts)
        rate = sum(shifts) / len(reading.words) * 10_000
        print(f"| {name} | {len(text)} | {shifts[0]} | {shifts[1]} | {rate:.1f} |")


def print_times(texts: dict[str, str]) -> None:
    """Print what the facts of long texts cost in processor time, of real ones too if given."""
    examine("A first text, so that the checker is loaded.", "en")
    print("\n| text | characters | seconds of processor time |\n|---|---|---|")
    units = {
        (language, "passages, again and again"): "\n".join(
            one.text for one in clean() if one.language == language
        )
        for language in ("en", "zh-CN")
    }
    units |= {("en", name): text for name, text in texts.items()}
    for (language, name), unit in units.items():
        for size in (25_000, 50_000, 100_000):
            text = (unit * (size // len(unit) + 1))[:size]
            started = process_time()
            examine(text, language)
            print(f"| {language}, {name} | {size} | {process_time() - started:.2f} |")


if __name__ == "__main__":
    main()
