"""Whether what a story told long ago is in the prompt when it is asked for.

`python -m bench.memory` plants facts of five kinds into stories of 10,000, 50,000 and 100,000
words in English and Chinese, asks for each at 2,000 and 4,000 tokens, and prints tables: our
memory, a plain window, and keyword lore with an entry for every planted fact.
"""

import argparse
import asyncio
import json
import platform
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

from bench.memory.measure import METHODS, Result, ask
from bench.memory.place import Helpers, stored, unstored
from bench.memory.stories import KINDS, Question, plant, sentences_of_novel
from engine.serving.scoring.embeddings import Embedder

DISTANCES = (2_000, 10_000, 30_000, 60_000, 1_000_000)


async def run(
    languages: Sequence[str],
    *,
    lengths: Sequence[int],
    budgets: Sequence[int],
    stories: int,
    novel: Sequence[str],
    is_stored: bool,
    helpers: Helpers,
    keep: Callable[[Sequence[Result]], None],
) -> list[Result]:
    """Ask all questions of all stories; `keep` is called with what each question gave."""
    results = []
    for language in languages:
        for words in lengths:
            for seed in range(stories):
                planted = plant(language, words, seed, novel=novel)
                async with AsyncExitStack() as stack:
                    if is_stored:
                        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                        asked = await stack.enter_async_context(stored(planted, folder, helpers))
                    else:
                        asked = await unstored(planted, helpers)
                    for question in planted.questions:
                        given = await ask(asked, question, words=words, budgets=budgets)
                        keep(given)
                        results += given
    return results


def keep_in(file: Path | None) -> Callable[[Sequence[Result]], None]:
    """Return what appends results to a file, a line of JSON each."""

    def keep(results: Sequence[Result]) -> None:
        if file is not None:
            with file.open("a", encoding="utf-8") as lines:
                for each in results:
                    lines.write(json.dumps(asdict(each), ensure_ascii=False) + "\n")

    return keep


def read_kept(files: Sequence[Path]) -> list[Result]:
    """Read results that were kept."""
    rows = (json.loads(line) for file in files for line in file.read_text("utf-8").splitlines())
    return [Result(**{**row, "question": Question(**row["question"])}) for row in rows]


def print_tables(results: Sequence[Result]) -> None:
    """Print how often each method was right, by several divisions."""
    stated = [each for each in results if each.question.kind != "never"]
    updated = [each for each in results if each.question.kind == "updated"]
    never = [each for each in results if each.question.kind == "never"]
    print("Fact in prompt (memory / window / lore), questions")
    _table("story and budget", stated, _place, lambda each: each.is_right)
    _table("kind", stated, _kind, lambda each: each.is_right)
    _table("words since", stated, _distance, lambda each: each.is_right)
    _table("looked at while tuning", stated, _held_out, lambda each: each.is_right)
    _table("asked by", stated, _way, lambda each: each.is_right)
    print("Newest value wins")
    _table("story and budget", updated, _place, lambda each: each.is_newest)
    _table("looked at while tuning", updated, _held_out, lambda each: each.is_newest)
    print("Never told: no value of it in the prompt")
    _table("story and budget", never, _place, lambda each: each.is_right)
    print("What the search says (memory only)")
    searched = [each for each in results if each.method == "memory"]
    _table("kind: established", searched, _kind, lambda each: each.is_established)
    _table(
        "never told: not established, and no value in the prompt",
        [each for each in searched if each.question.kind == "never"],
        _place,
        lambda each: each.is_right and not each.is_established,
    )
    for words in sorted({each.words for each in searched}):
        spent = [each.milliseconds for each in searched if each.words == words]
        print(f"{words:,} words: {statistics.median(spent):.0f} ms a prompt, median")


def _place(result: Result) -> str:
    return f"{result.language}, {result.words // 1000:3},000 words, {result.budget_tokens:,} tokens"


def _kind(result: Result) -> str:
    return f"{KINDS.index(result.question.kind) + 1} {result.question.kind}"


def _distance(result: Result) -> str:
    most = next(each for each in DISTANCES if result.words_since < each)
    return f"{DISTANCES.index(most) + 1}: less than {most:,}"


def _held_out(result: Result) -> str:
    return f"{'no' if result.question.is_held_out else 'yes'} ({result.language})"


def _way(result: Result) -> str:
    return "direction" if result.question.is_direction else "last turn"


def _table(
    title: str,
    results: Sequence[Result],
    part: Callable[[Result], str],
    is_good: Callable[[Result], bool],
) -> None:
    methods = [each for each in METHODS if any(one.method == each for one in results)]
    print(f"\n| {title} | " + " | ".join((*methods, "n")) + " |")
    print("|---|" + "---|" * (len(methods) + 1))
    for name in [*sorted({part(each) for each in results}), "all"]:
        mine = [each for each in results if name in ("all", part(each))]
        cells = []
        for method in methods:
            these = [each for each in mine if each.method == method]
            cells.append(f"{100 * sum(map(is_good, these)) / len(these):.1f} %")
        print(f"| {name} | {' | '.join(cells)} | {len(mine) // len(methods)} |")
    print()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default="en,zh-CN")
    parser.add_argument("--words", default="10000,50000,100000")
    parser.add_argument("--budgets", default="2000,4000")
    parser.add_argument("--stories", type=int, default=2, help="of each language and length")
    parser.add_argument("--novel", type=Path, help="an English text to plant the facts into")
    parser.add_argument("--without-database", action="store_true", help="quicker; the same texts")
    parser.add_argument("--tokenizer", type=Path, help="a tokenizer.json that counts instead")
    parser.add_argument("--embedding-model", help="a folder or a hub id: passages by meaning too")
    parser.add_argument("--query-prefix", default="", help="which that model wants")
    parser.add_argument("--passage-prefix", default="")
    parser.add_argument("--keep", type=Path, help="append all results to this file")
    parser.add_argument("--tables", type=Path, nargs="+", help="only print what was kept")
    options = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}\n")
    results = (
        read_kept(options.tables)
        if options.tables
        else asyncio.run(
            run(
                options.languages.split(","),
                lengths=[int(each) for each in options.words.split(",")],
                budgets=[int(each) for each in options.budgets.split(",")],
                stories=options.stories,
                novel=sentences_of_novel(options.novel.read_text("utf-8")) if options.novel else (),
                is_stored=not options.without_database,
                helpers=Helpers(
                    options.tokenizer,
                    Embedder(options.embedding_model) if options.embedding_model else None,
                    options.query_prefix,
                    options.passage_prefix,
                ),
                keep=keep_in(options.keep),
            )
        )
    )
    print_tables(results)


if __name__ == "__main__":
    main()
