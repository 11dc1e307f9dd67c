"""A story as it is read: title, passages, colophon."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

# What XML 1.0 cannot hold: most control characters, lone surrogates, non-characters.
_UNFIT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BREAK = re.compile(r"(?:[*\-_~#⁂]\s*){3,}|⁂")
_EMPHASIS = re.compile(
    r"(?P<mark>\*{1,3})(?=\S)(?P<starred>.+?)(?<=\S)(?P=mark)"
    r"|(?<![^\W_])_(?=\S)(?P<underscored>[^_]+?)(?<=\S)_(?![^\W_])"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One turn. `speaker` is the character whose line it is."""

    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the colophon."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """All that a reader gets. Texts may hold anything that members can type."""

    title: str
    language: str  # a BCP 47 tag: "en", "zh-CN"
    byline: str  # whole, such as "by Ann and Bo"
    authors: tuple[str, ...]
    passages: tuple[Passage, ...]
    colophon: tuple[Section, ...]
    identifier: UUID
    written_ms: int  # when the newest passage was written


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one kind within a line."""

    text: str
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together. Without lines: a break between scenes."""

    lines: tuple[tuple[Run, ...], ...]


def fit_for_xml(text: str) -> str:
    """Return the text with U+FFFD in place of what no XML file can hold."""
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return a title or a name without line ends, fit for XML."""
    return " ".join(fit_for_xml(text).split())


def paragraphs_of(passage: Passage, language: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of a passage; a speaker stands before its first line.

    Emphasis is read as Discord shows it: `*so*`, `_so_`, `**so**`, `***so***`; other marks are
    plain letters.
    """
    is_first = True
    for block in re.split(r"\n[ \t]*\n", fit_for_xml(passage.text)):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if not lines:
            continue
        if len(lines) == 1 and _BREAK.fullmatch(lines[0]):
            yield Paragraph(())
            continue
        runs = [tuple(_runs(line)) for line in lines]
        if is_first and passage.speaker.strip():
            colon = "：" if language.startswith("zh") else ": "
            name = Run(f"{one_line(passage.speaker)}{colon}", is_bold=True)
            runs[0] = (name, *runs[0])
        is_first = False
        yield Paragraph(tuple(runs))


def _runs(line: str) -> Iterator[Run]:
    at = 0
    for match in _EMPHASIS.finditer(line):
        if match.start() > at:
            yield Run(line[at : match.start()])
        stars = len(match["mark"] or "_")
        inner = match["starred"] or match["underscored"]
        yield Run(inner, is_bold=stars >= 2, is_italic=stars != 2)
        at = match.end()
    if at < len(line):
        yield Run(line[at:])
