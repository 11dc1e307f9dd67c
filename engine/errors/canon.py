"""What the canon refuses."""

from dataclasses import dataclass

from engine.errors.tree import Refused


@dataclass
class FactNotFound(Refused):
    """The server has no such fact (any more)."""

    fact_id: int


@dataclass
class FactDecided(Refused):
    """Somebody decided about the proposal already."""

    fact_id: int


@dataclass
class FactIncomplete(Refused):
    """A fact needs a subject, a relation and a value, each of at most `most` characters."""

    most: int


@dataclass
class QuoteNotFound(Refused):
    """The quote does not stand in the turn, word by word."""

    quote: str
