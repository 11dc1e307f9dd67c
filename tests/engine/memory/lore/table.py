"""The table of rules, and how one row of it is scanned."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.files.lore_entries import read_entry
from engine.memory.lore import scan
from engine.story import (
    BookForm,
    Lorebook,
    LoreEntry,
    LoreLine,
    LoreScene,
    LoreScope,
    LoreSettings,
    LoreStrategy,
    LoreText,
    Scan,
    ShelvedBook,
)

TABLE = Path(__file__).parent / "rules.toml"


@dataclass(frozen=True)
class Case:
    """One row."""

    rule: str
    case: str
    chat: list[Any]
    entries: list[dict[str, Any]]
    active: list[int] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)
    dropped_any: bool = False  # what is dropped is not of this row's matter
    head: int | None = None  # the last turn's id; else its place
    then_quiet: int = 0  # so many turns more that say nothing
    settings: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    scene: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    form: str = "world"
    prompt: int = 1_000_000
    key: dict[str, int] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    sweeps: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    stands: list[list[Any]] = field(default_factory=list)
    over_time: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.rule} {self.case}"


CASES = [Case(**row) for row in tomllib.loads(TABLE.read_text())["case"]]


def scan_case(case: Case, *, length: int | None = None) -> Scan:
    """Scan a row, or the first turns of it."""
    lines = [_line(at, said) for at, said in enumerate(case.chat, 1)]
    lines += [LoreLine(len(lines) + at, "Ann", "quiet") for at in range(1, case.then_quiet + 1)]
    lines = lines[:length]
    if case.head is not None:
        lines[-1] = LoreLine(case.head, lines[-1].name, lines[-1].text)
    scene = {"characters", "character_tags", "notes"}
    told = {name: tuple(v) if name in scene else v for name, v in case.scene.items()}
    settings = dict(case.settings)
    if "strategy" in settings:
        settings["strategy"] = LoreStrategy(settings["strategy"])
    return scan(
        _shelf(case),
        LoreScene(
            tuple(lines), texts={LoreText(name): text for name, text in case.texts.items()}, **told
        ),
        settings=LoreSettings(**settings),
        budget_tokens=case.prompt,
        count=lambda text: len(text.split()),
    )


def _line(at: int, said: str | Sequence[str]) -> LoreLine:
    name, text = ("Ann", said) if isinstance(said, str) else said
    return LoreLine(at, "" if name == "*" else name, text, is_model=name == "*")


def _shelf(case: Case) -> list[ShelvedBook]:
    """Return the entries in books: those that name a scope in a book of their own each."""
    form = BookForm.CHARACTER_BOOK if case.form == "card" else BookForm.WORLD_INFO
    together: list[LoreEntry] = []
    books = []
    for number, row in enumerate(case.entries, 1):
        fields = dict(row)
        scope, book_id = fields.pop("scope", None), fields.pop("book_id", 0)
        fields.setdefault("content", f"entry {number}")
        read = read_entry(fields, form, number=number)
        assert not read.odd
        if scope is None:
            together.append(read.entry)
        else:
            books.append(ShelvedBook(LoreScope(scope), Lorebook(id=book_id, entries=(read.entry,))))
    if together:
        book = Lorebook(entries=tuple(together), **case.book)
        books.append(ShelvedBook(LoreScope.STORY, book))
    return books
