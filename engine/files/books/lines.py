"""Where lines may end: between words, and between Chinese signs, but not before a full stop."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

# Signs that no line begins with, and that none ends with: GB/T 15834, JIS X 4051.
_NO_BEGINNING = "。，、；：？！）》〉」』】〕”’…—·％,.;:?!)]}%"
_NO_END = "（《〈「『【〔“‘([{"
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff"
_UNBREAKABLE = re.compile(
    rf"[{re.escape(_NO_END)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_NO_END)}]+)"
    rf"[{re.escape(_NO_BEGINNING)}]*|[{re.escape(_NO_END)}]+|\s+"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one face that stand in one line together."""

    text: str
    face: str = ""


def unbreakable(text: str) -> Iterator[str]:
    """Yield the parts between which lines may end: words, blanks, Chinese signs with stops."""
    return (match.group() for match in _UNBREAKABLE.finditer(text))


def fill_lines(
    pieces: Sequence[Piece],
    first_room: float,
    room: float,
    width_of: Callable[[Piece], float],
) -> Iterator[list[Piece]]:
    """Yield lines that fit, neighbours of one face joined; what is wider than a line is cut."""
    line: list[Piece] = []
    left = first_room
    for piece in pieces:
        for part in _cut(piece, room, width_of):
            width = width_of(part)
            if width > left and line:
                yield _joined(line)
                line, left = [], room
                if part.text.isspace():
                    continue
            line.append(part)
            left -= width
    yield _joined(line)


def _cut(piece: Piece, room: float, width_of: Callable[[Piece], float]) -> Iterator[Piece]:
    text = piece.text
    while len(text) > 1 and width_of(replace(piece, text=text)) > room:
        fits = 1
        while width_of(replace(piece, text=text[: fits + 1])) <= room:
            fits += 1
        yield replace(piece, text=text[:fits])
        text = text[fits:]
    yield replace(piece, text=text)


def _joined(line: Sequence[Piece]) -> list[Piece]:
    return [
        Piece("".join(piece.text for piece in same), face)
        for face, same in groupby(line, key=lambda piece: piece.face)
    ]
