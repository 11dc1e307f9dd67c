"""The rules of memory in the documentation against the code."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from engine.memory import compose, sealing, sharing
from engine.memory.prompt import BlockKind
from engine.writing import remembering, summarizing

TEXT = (Path(__file__).parents[2] / "docs" / "memory.md").read_text("utf-8")
NAMES = {
    "author's note": BlockKind.NOTE,
    "pins": BlockKind.PIN,
    "canon": BlockKind.CANON,
    "lore": BlockKind.LORE,
    "recalled turns": BlockKind.RECALLED,
    "samples": BlockKind.SAMPLE,
}


def table(heading: str) -> list[list[str]]:
    """Return the cells of the rows below a table's heading."""
    rows = TEXT[TEXT.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def part(cell: str) -> float:
    return float(Fraction(re.findall(r"\d+/\d+", cell)[0]))


def test_the_rooms_are_those_of_the_code() -> None:
    stable, beside, summaries, turns = table("| What | At most, of the window |")
    assert part(stable[1]) == sharing.STABLE_PART
    assert part(stable[2]) == 1 / sharing.STEPS
    assert part(beside[1]) == sharing.BESIDE_PART
    assert part(summaries[1]) == sharing.SUMMARY_PART
    assert part(turns[1]) == 1 - sharing.STABLE_PART - sharing.BESIDE_PART


def test_the_kinds_are_served_in_the_order_and_shares_of_the_code() -> None:
    rows = table("| Order | Kind | Share of the window |")
    assert [int(row[0]) for row in rows] == list(range(1, len(sharing.ORDER) + 1))
    assert tuple(NAMES[row[1]] for row in rows) == sharing.ORDER
    assert {NAMES[row[1]]: part(row[2]) for row in rows} == sharing.KIND_PARTS


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("has {} tokens reserved", compose.INSTRUCTION_TOKENS),
        ("has fewer than {} tokens | It is all", sharing.LEAST_SHARED_TOKENS),
        ("have fewer than {} tokens | No prompt", compose.LEAST_WINDOW_TOKENS),
        ("and {} for the whole", compose.PROMPT_TOKENS),
        ("at least {} bytes of text", sealing.LEAST_BYTES),
        ("between that and {} the words", sealing.MOST_BYTES),
        ("{} a story with the turns below", remembering.MOST_PINS),
        ("turns below, {} characters", remembering.MOST_PIN_CHARACTERS),
        ("One a story, {} characters", remembering.MOST_NOTE_CHARACTERS),
        ("(0 to {}, else", remembering.MOST_DEPTH),
        ("{} a server and language", remembering.MOST_SAMPLES),
        ("and language, {} characters", remembering.MOST_SAMPLE_CHARACTERS),
    ],
)
def test_the_numbers_are_those_of_the_code(words: str, number: int) -> None:
    assert words.format(f"{number:,}") in TEXT


def test_the_numbers_in_words_are_those_of_the_code() -> None:
    assert "twelve tokens more" in TEXT
    assert compose.MESSAGE_TOKENS == 12
    assert "Six blocks of one level are one of the next, three levels" in TEXT
    assert (sealing.FANOUT, sealing.MOST_LEVEL) == (6, 3)
    assert "a quarter of the model's context" in TEXT
    assert summarizing.READY_PART == 4
    assert "at most four at a time" in TEXT
    assert summarizing.MOST_AT_ONCE == 4
    assert "is asked for once more" in TEXT
    assert summarizing.TRIES == 2
