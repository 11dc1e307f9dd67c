"""The guide to /style against the presets, the bounds and the limits."""

from pathlib import Path

from engine.model.bounds import BOUNDS
from engine.model.presets import load_presets
from engine.story import LineKind
from engine.writing.style_lists import (
    MOST_LINE_CHARACTERS,
    MOST_LINES,
    MOST_LIST_CHARACTERS,
    MOST_PATTERNS,
)

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "style.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the rows below a table's heading."""
    rows = GUIDE[GUIDE.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_preset_is_described_as_in_the_menu() -> None:
    described = {row[0].strip("`"): row[1] for row in table("| Preset |")}
    assert described == {
        preset.key: preset.descriptions["en"] for preset in load_presets().values()
    }


def test_every_value_is_listed_with_its_bounds() -> None:
    listed = {row[0].strip("`"): (float(row[1]), float(row[2])) for row in table("| Value |")}
    assert listed == {name: (bound.least, bound.most) for name, bound in BOUNDS.items()}


def test_the_limits_of_the_lists_are_told() -> None:
    phrase, pattern, name = (MOST_LINE_CHARACTERS[kind] for kind in LineKind)
    assert f"At most {MOST_LINES} lines with {MOST_LIST_CHARACTERS} characters in all" in GUIDE
    assert f"at most {phrase} characters, an expression {pattern}" in GUIDE
    assert f"at most {MOST_PATTERNS} expressions" in GUIDE
    assert f"a name a line (at most {name} characters)" in GUIDE


def test_the_picture_is_there_and_small() -> None:
    assert 0 < (DOCS / "images/style-panel.png").stat().st_size < 300_000
