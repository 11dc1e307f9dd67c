"""What one request must not write: compiled once, and the tries to write something else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.safety.patterns import PatternRefused, Patterns
from engine.safety.phrases import Phrases
from engine.serving.faults import bad_request

if TYPE_CHECKING:
    from torch import Tensor

MOST_STRINGS = 1000
MOST_STRING_CHARACTERS = 200  # of one
MOST_CHARACTERS = 20_000  # of all together: the automaton takes about 400 bytes for each
MOST_PATTERNS = 32
MOST_PATTERN_CHARACTERS = 300

# A token that begins a hit is forbidden where it stands, then what is written instead if that
# begins one as well, and so on: a phrase can be cut into tokens in several ways.
TRIES_AT_A_TOKEN = 24
# In all: some to begin with, and one more for every few tokens that are written for good.
REWINDS_TO_BEGIN_WITH = 96
TOKENS_PER_REWIND = 2


@dataclass(frozen=True, slots=True)
class Bans:
    """Banned phrases and patterns, compiled."""

    phrases: Phrases | None
    patterns: Patterns | None


def read_bans(strings: Sequence[str] | None, patterns: Sequence[str] | None) -> Bans | None:
    """Check and compile what a request bans; None when it bans nothing.

    Raises:
        ApiError: a phrase or pattern cannot be used.
    """
    strings, patterns = strings or (), patterns or ()
    if sum(map(len, strings)) > MOST_CHARACTERS:
        message = f"the banned strings have more than {MOST_CHARACTERS} characters together"
        raise bad_request("too_many_bans", message, "banned_strings")
    return compiled(tuple(strings), tuple(patterns)) if strings or patterns else None


@lru_cache(maxsize=16)  # a server sends the same list with every request
def compiled(strings: tuple[str, ...], patterns: tuple[str, ...]) -> Bans:
    """Compile a list."""
    try:
        phrases = Phrases(strings) if strings else None
    except ValueError as error:
        raise bad_request("invalid_ban", str(error), "banned_strings") from error
    for pattern in patterns:
        try:
            Patterns([pattern])
        except PatternRefused as error:
            raise bad_request("invalid_ban", f"{pattern!r}: {error}", "banned_regex") from error
    try:
        return Bans(phrases, Patterns(patterns) if patterns else None)
    except PatternRefused as error:
        message = f"the patterns are too large together: {error}"
        raise bad_request("too_many_bans", message, "banned_regex") from error


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A rule: at one place of the reply, some tokens may not stand."""

    position: int
    tokens: tuple[int, ...]

    def __call__(self, logits: "Tensor", reply: list[int]) -> None:
        """Leave the rest: it is the row's only rule, and forbids a few tokens at most."""
        if len(reply) == self.position:
            logits[list(self.tokens)] = -float("inf")


@dataclass(slots=True)
class Backtracking:
    """The tries of one reply to do without what is banned. Their number is bounded."""

    rewinds: int = 0
    _forbidden: dict[int, list[int]] = field(default_factory=dict)  # by place, in order

    def step_back(self, tokens: Sequence[int], at: int, settled: int) -> Forbidden | None:
        """Forbid the token at `at`, or one before it if too many were tried there.

        Returns:
            What holds from now on, when the reply is written anew from its position; None when
            nothing is left to try without touching the first `settled` tokens.
        """
        self.rewinds += 1
        if self.rewinds > REWINDS_TO_BEGIN_WITH + settled // TOKENS_PER_REWIND:
            return None
        # What was forbidden further on belonged to what is taken back now.
        self._forbidden = {p: tried for p, tried in self._forbidden.items() if p <= at}
        while at >= settled:
            tried = self._forbidden.setdefault(at, [])
            tried.append(tokens[at])
            if len(tried) <= TRIES_AT_A_TOKEN:
                return Forbidden(at, tuple(tried))
            del self._forbidden[at]
            at -= 1
        return None
