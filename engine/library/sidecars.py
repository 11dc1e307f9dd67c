"""A folder of works handed to the operator: texts, and TOML files that say whose they are.

Either one `works.toml` with a `[[work]]` for each text, or beside each text a file of the same
name that ends in `.toml`, without the `[[work]]` and without `file`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from engine.errors import ImportRefused
from engine.files.documents import SUFFIXES
from engine.story import Licence, Source

WORKS_FILE = "works.toml"
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Evidence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Language = Literal["en", "zh-CN"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HandedConsent(_Form):
    """What an author agreed to outside Discord, and where the operator keeps the proof."""

    version: int
    language: Language
    given: date
    evidence: Annotated[Evidence, StringConstraints(min_length=1)]
    listed: bool = False  # title and name may be shown in /library browse


class HandedAuthor(_Form):
    """An author; with `member`, a Discord id, they see the work in /library mine."""

    name: Line
    member: Annotated[int, Field(gt=0)] | None = None
    consent: HandedConsent | None = None


class HandedWork(_Form):
    """What a sidecar says of one text."""

    file: Line
    title: Line
    source: Source
    licence: Licence
    language: Language
    evidence: Evidence = ""
    author: tuple[HandedAuthor, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A work of the folder and where it is described."""

    described_at: str  # "works.toml:12"
    path: Path  # of the text
    work: HandedWork


def read_sidecars(folder: Path) -> list[Entry]:
    """Return what the folder's TOML files say, in the order of the texts' names.

    Raises:
        ImportRefused: a file is no TOML, lacks or misspells something, names a text that is not
            there, or a text is described by none or by two.
    """
    faults: list[str] = []
    entries = list(_entries(folder, faults))
    texts = set(_texts(folder))
    described = [entry.path for entry in entries]
    for entry in entries:
        if entry.path not in texts:
            faults.append(f"{entry.described_at}: there is no text {entry.work.file!r} beside it")
        elif described.count(entry.path) > 1:
            faults.append(f"{entry.described_at}: {entry.work.file!r} is described twice")
    if not faults:  # else it may be that the file that describes them is broken
        undescribed = sorted(texts - set(described))
        faults += [f"{path.name}: no TOML file describes this text" for path in undescribed]
    if not faults and not entries:
        faults.append(f"{folder.name}: there are no works in this folder")
    if faults:
        raise ImportRefused(tuple(faults))
    return sorted(entries, key=lambda entry: entry.path)


def _texts(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file() and path.suffix.casefold() in SUFFIXES:
            yield path


def _entries(folder: Path, faults: list[str]) -> Iterator[Entry]:
    by_stem = {path.stem: path.name for path in _texts(folder)}
    for sidecar in sorted(folder.glob("*.toml")):
        read = _read_toml(sidecar, faults)
        if read is None:
            continue
        lines, values = read
        found: list[tuple[tuple[str | int, ...], dict[str, Any]]]
        if sidecar.name == WORKS_FILE:
            works = values.get("work")
            if not isinstance(works, list) or set(values) != {"work"}:
                faults.append(f"{sidecar.name}:1: it has a [[work]] for each text, nothing else")
                continue
            found = [(("work", number), each) for number, each in enumerate(works)]
        elif sidecar.stem not in by_stem:
            faults.append(f"{sidecar.name}: there is no text of this name beside it")
            continue
        else:
            found = [((), values | {"file": by_stem[sidecar.stem]})]
        for place, each in found:
            at = f"{sidecar.name}:{line_of(lines, place)}"
            work = _read_work(sidecar.name, lines, place, each, faults)
            if work is not None:
                yield Entry(at, folder / work.file, work)


def _read_toml(sidecar: Path, faults: list[str]) -> tuple[list[str], dict[str, Any]] | None:
    try:
        text = sidecar.read_text("utf-8-sig")
        return text.splitlines(), tomllib.loads(text)
    except UnicodeDecodeError:
        faults.append(f"{sidecar.name}: it is not in UTF-8")
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        faults.append(f"{sidecar.name}:{found[1] if found else 1}: it is no TOML: {error}")
    return None


def _read_work(
    name: str,
    lines: Sequence[str],
    place: tuple[str | int, ...],
    values: Mapping[str, Any],
    faults: list[str],
) -> HandedWork | None:
    try:
        return HandedWork.model_validate(values)
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_context=False):
            where = (*place, *fault["loc"])
            key = ".".join(str(part) for part in fault["loc"] if isinstance(part, str))
            faults.append(f"{name}:{line_of(lines, where)}: {key}: {fault['msg']}")
        return None


def line_of(lines: Sequence[str], place: tuple[str | int, ...]) -> int:
    """Return the line, from 1, of a value in a TOML file; of what it stands in if it is missing."""
    at, end, names = 0, len(lines), list[str]()
    for part in place:
        dotted = re.escape(".".join(names if isinstance(part, int) else [*names, part]))
        if isinstance(part, int):
            heads = _matches(lines, rf"^\s*\[\[\s*{dotted}\s*\]\]", at, end)
            if part < len(heads):
                at, end = heads[part], [*heads, end][part + 1]
        else:
            names.append(part)
            pattern = rf"(^|[\s{{,]){re.escape(part)}\s*=|^\s*\[\[?\s*{dotted}\s*\]"
            at = next(iter(_matches(lines, pattern, at, end)), at)
    return at + 1


def _matches(lines: Sequence[str], pattern: str, start: int, end: int) -> list[int]:
    return [number for number in range(start, end) if re.search(pattern, lines[number])]
