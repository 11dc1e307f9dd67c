from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LineKind(StrEnum):
    """What a line of a server's lists is."""

    PHRASE = "phrase"  # banned: words, in any case
    PATTERN = "pattern"  # banned: a regular expression of RE2
    NAME = "name"  # allowed, though the shipped list of clichés has it


@dataclass(frozen=True, slots=True)
class StyleLine:
    """One line of a server's lists, and who added it when."""

    kind: LineKind
    text: str
    member_id: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Style:
    """How the model writes on one server. A server that chose nothing has the values here."""

    preset: str = "balanced"
    own_values: Mapping[str, float] = field(default_factory=dict)  # in place of the preset's
    bans_cliches: bool = True  # those of the shipped list
    lines: tuple[StyleLine, ...] = ()  # the oldest first

    def texts(self, *kinds: LineKind) -> tuple[str, ...]:
        """Return the texts of the lines of these kinds, the oldest first."""
        return tuple(line.text for line in self.lines if line.kind in kinds)
