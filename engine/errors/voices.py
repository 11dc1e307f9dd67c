"""What the training and use of a server's voice refuses, and how it fails."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Failed, Refused


class VoiceFault(StrEnum):
    """Why an adapter cannot be used."""

    OTHER_BASE = "other base"  # it was trained on another model than the one now served
    REFUSED = "refused"  # the model server does not take it; `reason` is its code
    NOT_LOADABLE = "not loadable"  # the model server loads no adapters while it runs


@dataclass
class VoiceUnavailable(Failed):
    """The promoted voice `number` of the server cannot be loaded; nothing else takes its place."""

    number: int
    fault: VoiceFault
    reason: str = ""  # the base model that it needs, or the model server's code


@dataclass
class VoiceUnusable(Refused):
    """The voice cannot be promoted or compared: it does not load on the present model server."""

    number: int
    fault: VoiceFault
    reason: str = ""


@dataclass
class VoiceNotFound(Refused):
    """The server has no such voice; `numbers` are those that it has and may use."""

    number: int
    numbers: tuple[int, ...] = ()


@dataclass
class VoiceStale(Refused):
    """A work that the voice learned from was withdrawn."""

    number: int


@dataclass
class VoiceInUse(Refused):
    """The voice is the one that writes already."""

    number: int


class NoVoice(Refused):
    """The server has no voice of its own, or uses none."""


class TrainingRuns(Refused):
    """A training of this server is not over yet."""


@dataclass
class OtherBaseServed(Refused):
    """The model server writes with `served`, and a training here would be based on `trained`."""

    served: str
    trained: str


class JobOver(Refused):
    """The training of this button is over, or was agreed to already."""


@dataclass
class TooLittleText(Refused):
    """The works that may be learned from are `works` with `words` words in all: too few."""

    works: int
    words: int
    least_works: int
    least_words: int


class ComparisonOver(Refused):
    """The pair of this button is not there any more."""
