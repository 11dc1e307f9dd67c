"""What the turn rules of a story refuse."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


@dataclass
class OutOfTurn(Refused):
    """It is somebody else's turn; a text from a form is held under `held_turn_id`."""

    player_name: str  # "" for the model, and when nobody has joined
    is_model: bool = False
    is_naming: bool = False  # that player wrote, and is to name the next
    is_own: bool = False  # ... and it is who asks
    held_turn_id: int | None = None


@dataclass
class NotAPlayer(Refused):
    """The member has not joined the order; a text from a form is held under `held_turn_id`."""

    held_turn_id: int | None = None


@dataclass
class NotOneSentence(Refused):
    """The rules ask for one sentence a turn; the text is held under `held_turn_id`."""

    sentences: int
    held_turn_id: int | None = None


@dataclass
class ChosenByVote(Refused):
    """The next turn is chosen by vote: hand in a candidate. A text is held as above."""

    is_model: bool = False  # it was to write
    held_turn_id: int | None = None


@dataclass
class ModelHasItsPlace(Refused):
    """The model writes by itself in this story, not on request."""

    place: str  # a ModelPlace


@dataclass
class HandedInAlready(Refused):
    """The member, or the model, has a candidate in this vote; a text is held as above."""

    turn_id: int
    held_turn_id: int | None = None


@dataclass
class VoteFull(Refused):
    """The vote has as many candidates as it may; a text is held as above."""

    most_candidates: int
    held_turn_id: int | None = None


@dataclass
class OtherMode(Refused):
    """The story's mode has no such step; a candidate that was handed in is held."""

    mode: str  # a Mode: the story's
    held_turn_id: int | None = None


class RulesFault(StrEnum):
    EVERY = "every"  # the model's Nth turn: out of bounds
    HOURS = "hours"  # the deadline: out of bounds
    NEEDS_ORDER = "needs_order"  # the model's place needs a mode with an order
    NEEDS_DEADLINE = "needs_deadline"  # nobody is ever overdue without one


@dataclass
class RulesRefused(Refused):
    """The rules do not fit together, or a number is out of its bounds."""

    fault: RulesFault
    least: int = 0
    most: int = 0


@dataclass
class PlayerNotFound(Refused):
    """The member does not take part in the order of this story."""

    member_id: int  # 0: the model


@dataclass
class OrderFull(Refused):
    """The story has as many players as it may."""

    most_players: int


class NobodyElse(Refused):
    """There is no other player to whom the turn could go."""


class StoryVeiled(Refused):
    """Only last lines of the story are shown until it ends, so it is not handed out whole."""


class NothingDue(Refused):
    """The model is not, or no longer, to write by itself here."""
