"""What summaries, notes and pins refuse."""

from dataclasses import dataclass

from engine.errors.tree import Refused


@dataclass
class SummaryNotFound(Refused):
    """The server has no such summary: it was forgotten, or its turns were told anew."""

    summary_id: int


@dataclass
class PinNotFound(Refused):
    """The server has no such pin (any more)."""

    pin_id: int


@dataclass
class SampleNotFound(Refused):
    """The server has no such style sample (any more)."""

    sample_id: int


@dataclass
class TooManyKept(Refused):
    """There are as many pins, or style samples, as there may be."""

    most: int


class NotYourWords(Refused):
    """A style sample is given by who wrote it, and a turn of somebody else was named."""
