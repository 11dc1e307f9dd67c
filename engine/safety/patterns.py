"""Regular expressions found in text that still grows, and where one may have begun.

Members write them, so they are RE2's: time is linear in the text and programs are bounded. RE2
itself cannot tell whether a text could still become a match. So a pattern is taken apart, and a
second one is made of it that matches all beginnings of its matches; anchored at the end of the
text, that finds the earliest place where a match may be under way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import re2

from engine.safety.phrases import Span

LONGEST_MATCH = 400  # characters; a match that is longer is not seen
MOST_MEMORY = 1 << 20  # bytes of a compiled pattern, or of all patterns together
_REPEATS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class PatternRefused(ValueError):
    """A pattern cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a pattern, written three ways."""

    whole: str  # what it matches, as few characters as possible
    begun: str  # every beginning of what it matches, the empty one and the whole one included
    can_be_empty: bool
    looks_ahead: bool = False  # what follows a match may undo it


EMPTY = Node("", "", can_be_empty=True)


class Patterns:
    """A set of patterns, ready to be looked for. Unchanging and shared between texts.

    Raises:
        PatternRefused: one is not RE2's syntax, is too large, matches the empty text, or uses
            what cannot be taken apart.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        nodes = [read_pattern(pattern) for pattern in patterns]
        self.looks_ahead = any(node.looks_ahead for node in nodes)
        self._whole = compiled("|".join(f"(?:{node.whole})" for node in nodes))
        self._begun = compiled(f"(?:{'|'.join(f'(?:{node.begun})' for node in nodes)})\\z")

    def find(self, text: str, *, start: int, is_whole: bool) -> Span | None:
        """Return the leftmost match that begins at `start` or later.

        If the text is not whole, a match at its very end that what follows could undo is none.
        """
        match = self._whole.search(text, start)
        if not match or (self.looks_ahead and not is_whole and match.end() == len(text)):
            return None
        return Span(match.start(), match.end())

    def open_from(self, text: str, *, start: int) -> int:
        """Return the character, at `start` or later, from which on the text may become a match."""
        begun = self._begun.search(text, start)
        return int(begun.start()) if begun else len(text)


def compiled(pattern: str) -> Any:
    """Compile without regard to case."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise PatternRefused(reason) from error


def read_pattern(pattern: str) -> Node:
    """Take one pattern apart."""
    compiled(pattern)  # from here on its syntax is right
    node = Reader(pattern).read()
    if node.can_be_empty:
        raise PatternRefused("it matches the empty text")
    return node


class Reader:
    """Reads a pattern that RE2 has accepted."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def read(self) -> Node:
        """Return the pattern taken apart."""
        flags = ""
        if self.pattern.startswith("(?") and (end := self.pattern.find(")")) >= 0:
            inside = self.pattern[2:end]
            if inside and not inside.strip("imsU-"):
                flags, self.at = plain_flags(inside), end + 1
        return in_group(flags, self.alternatives())

    def alternatives(self) -> Node:
        """Read up to the end of a group, or of the pattern."""
        found = [self.sequence()]
        while self.take("|"):
            found.append(self.sequence())
        if len(found) == 1:
            return found[0]
        return Node(
            f"(?:{'|'.join(node.whole for node in found)})",
            f"(?:{'|'.join(node.begun for node in found)})",
            any(node.can_be_empty for node in found),
            any(node.looks_ahead for node in found),
        )

    def sequence(self) -> Node:
        """Read one alternative."""
        nodes: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            nodes.append(self.repeated(self.single()))
        result = EMPTY
        for node in reversed(nodes):
            result = Node(
                node.whole + result.whole,
                # Either this part is whole and the rest has begun, or this part has begun.
                f"(?:{node.whole}{result.begun}|{node.begun})",
                node.can_be_empty and result.can_be_empty,
                result.looks_ahead or (result.can_be_empty and node.looks_ahead),
            )
        return result

    def single(self) -> Node:
        """Read a character, a class, a group or an assertion."""
        start, char = self.at, self.pattern[self.at]
        if char == "(":
            return self.group()
        self.at += 1
        if char in "^$":
            return Node(char, "", can_be_empty=True, looks_ahead=char == "$")
        if char == "[":
            self.skip_class()
        elif char == "\\":
            escaped = self.skip_escape()
            if escaped in "AzbB":
                return Node(f"\\{escaped}", "", can_be_empty=True, looks_ahead=escaped != "A")
        text = self.pattern[start : self.at]
        return Node(text, f"(?:{text})?", can_be_empty=False)

    def group(self) -> Node:
        """Read a group; captures are not kept."""
        self.at += 1
        flags = ""
        if self.take("?"):
            if self.take("P<") or self.take("<"):
                self.at = self.pattern.index(">", self.at) + 1
            else:
                end = min(i for i in (self.pattern.find(c, self.at) for c in ":)") if i >= 0)
                if self.pattern[end] == ")":
                    raise PatternRefused("flags such as (?i) can stand at its beginning only")
                flags, self.at = plain_flags(self.pattern[self.at : end]), end + 1
        node = self.alternatives()
        self.at += 1  # the closing bracket
        return in_group(flags, node)

    def repeated(self, node: Node) -> Node:
        """Read what may follow a part: how many times it stands there."""
        while (times := self.repeat()) is not None:
            least, most = times
            count = "*" if (least, most) == (0, None) else f"{{{least},{most or ''}}}"
            if most == 0:
                node = EMPTY
                continue
            before = "*" if most is None else f"{{0,{most - 1}}}"
            node = Node(
                f"(?:{node.whole}){count}?",
                f"(?:{node.whole}){before}?{node.begun}" if most != 1 else node.begun,
                least == 0 or node.can_be_empty,
                node.looks_ahead,
            )
        return node

    def repeat(self) -> tuple[int, int | None] | None:
        """Read one repetition, if one stands here: the least and the most times."""
        rest = self.pattern[self.at :]
        times: tuple[int, int | None] | None = None
        if rest and rest[0] in _REPEATS:
            times = _REPEATS[rest[0]]
            self.at += 1
        elif rest.startswith("{") and (end := rest.find("}")) > 0:
            least, comma, most = rest[1:end].partition(",")
            if least.isascii() and least.isdigit() and (not most or most.isdigit()):
                times = int(least), (int(most) if most else None) if comma else int(least)
                self.at += end + 1
        if times is not None:
            self.take("?")  # all are as short as they can be here
        return times

    def skip_class(self) -> None:
        """Move behind a class such as [^]a-z[:digit:]]."""
        self.take("^")
        self.take("]")
        while not self.take("]"):
            if self.pattern.startswith("[:", self.at) and ":]" in self.pattern[self.at :]:
                self.at = self.pattern.index(":]", self.at) + 2
            elif self.take("\\"):
                self.skip_escape()
            else:
                self.at += 1

    def skip_escape(self) -> str:
        """Move behind what follows a backslash; return its first character."""
        char = self.pattern[self.at]
        self.at += 1
        if char in "QEC":
            raise PatternRefused(f"\\{char} cannot be used")
        if char in "pPx" and self.pattern.startswith("{", self.at):
            self.at = self.pattern.index("}", self.at) + 1
        elif char in "pP":
            self.at += 1
        elif char == "x":
            self.at += 2
        elif char in "01234567":
            while self.at < len(self.pattern) and self.pattern[self.at] in "01234567":
                self.at += 1
        return char

    def take(self, text: str) -> bool:
        """Move behind a text if it stands here."""
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True


def in_group(flags: str, node: Node) -> Node:
    """Return a part in brackets of its own."""
    return Node(
        f"(?{flags}:{node.whole})",
        f"(?{flags}:{node.begun})",
        node.can_be_empty,
        node.looks_ahead,
    )


def plain_flags(flags: str) -> str:
    """Return the flags less U, which would make short repetitions long."""
    return flags.replace("U", "").rstrip("-")
