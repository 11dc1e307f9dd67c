from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    OK = "ok"
    WARNING = "warning"  # the bot runs; something could be better, or cannot be known
    PROBLEM = "problem"  # the bot would not run, or members would be let down


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what the operator can do about it."""

    mark: Mark
    what: str
    to_do: str = ""

    def __str__(self) -> str:
        advice = f" → {self.to_do}" if self.to_do else ""
        return f"{self.mark:<7}  {self.what}{advice}"


def ok(what: str) -> Finding:
    """Report that a thing is as it should be."""
    return Finding(Mark.OK, what)


def warning(what: str, to_do: str) -> Finding:
    """Report a thing that works and deserves attention."""
    return Finding(Mark.WARNING, what, to_do)


def problem(what: str, to_do: str) -> Finding:
    """Report a thing that has to be put right."""
    return Finding(Mark.PROBLEM, what, to_do)
