"""Turn rules: whose turn it is, as a pure function of the path and of what members did at it.

Nothing here is remembered from turn to turn: undo, redo and branches give back the order as it
stood there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How turns go round."""

    FREE = "free"  # anybody, at any time
    ROUND_ROBIN = "round_robin"  # one after the other, in the order of their seats
    POPCORN = "popcorn"  # who wrote names the next
    ONE_SENTENCE = "one_sentence"  # as round robin, a sentence each
    BLIND = "blind"  # as round robin, and only the last line is shown
    VOTE = "vote"  # anybody hands in candidates, and the members choose

    @property
    def has_order(self) -> bool:
        """Whether it is one player's turn, and nobody else's."""
        return self not in {Mode.FREE, Mode.VOTE}


class ModelPlace(StrEnum):
    """When the model writes."""

    ON_REQUEST = "on_request"  # when a member who may write asks for it, in place of their turn
    EVERY_NTH = "every_nth"  # by itself, each Nth turn
    PLAYER = "player"  # by itself, as one of the players; in VOTE with a candidate each round
    STAND_IN = "stand_in"  # by itself, for a player who is overdue and agreed to it


class PlayerState(StrEnum):
    PLAYING = "playing"
    LEFT = "left"


class StepKind(StrEnum):
    """What was done about the order, beside turns."""

    SKIP = "skip"  # the player passed, or somebody who may passed them over
    NAME = "name"  # who wrote named the next, or who was named another
    HAND_OVER = "hand_over"  # a moderator gave the turn to a player
    OVERDUE = "overdue"  # the deadline passed
    STAND_IN = "stand_in"  # the deadline passed, and the model is to write for the player
    SKIP_MODEL = "skip_model"  # no Nth turn of the model here: it failed, or was passed over


class Due(StrEnum):
    """Why the model is to write by itself."""

    NTH = "nth"
    PLAYER = "player"
    STAND_IN = "stand_in"
    CANDIDATE = "candidate"  # to the vote


LEAST_EVERY, MOST_EVERY = 2, 20
MOST_DEADLINE_HOURS = 14 * 24


@dataclass(frozen=True, slots=True)
class TurnRules:
    """The rules of one story. Without any, it is as with these."""

    mode: Mode = Mode.FREE
    model_place: ModelPlace = ModelPlace.ON_REQUEST
    every: int = 0  # which turn is the model's, with EVERY_NTH
    deadline_hours: int = 0  # for a turn, or for a vote; 0: none


@dataclass(frozen=True, slots=True)
class Player:
    """Who takes part in the order of a story. Seats count from 1, in the order of joining."""

    id: int
    guild_id: int
    story_id: int
    member_id: int  # 0: the model, or a member who was erased
    name: str
    is_model: bool
    seat: int
    state: PlayerState
    may_be_stood_in: bool = False  # agreed that the model writes for them when they are overdue
    wants_reminder: bool = False

    @property
    def is_playing(self) -> bool:
        """Whether the player is in the round."""
        return self.state is PlayerState.PLAYING


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One thing done about the order, at an anchor; the newest of an anchor counts."""

    id: int
    kind: StepKind
    player_id: int | None  # whose turn it was
    to_player_id: int | None  # whose turn it became
    member_id: int  # who did it; 0: nobody, a deadline or the model's own
    created_ms: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the path to a head says about the order.

    The anchor is the newest turn that is not one of the model's Nth: what is done about the
    order is done there. Revisions are no turns.
    """

    anchor_turn_id: int | None = None
    last_player_id: int | None = None  # of the newest turn that was some player's
    is_after_model: bool = False  # the newest turn is the model's own text
    turns_since_model: int = 0  # all turns, when the model wrote none


@dataclass(frozen=True, slots=True)
class Awaited:
    """Whose turn it is. All None: anybody's; or in a mode with an order, nobody plays yet."""

    player: Player | None = None
    naming: Player | None = None  # must name the next
    due: Due | None = None  # the model is to write; only a player who is stood in for may as well


def await_next(
    rules: TurnRules,
    players: Sequence[Player],
    standing: Standing,
    steps: Sequence[OrderStep] = (),
) -> Awaited:
    """Tell whose turn it is. `steps` are those at the standing's anchor, oldest first."""
    is_skipped = any(step.kind is StepKind.SKIP_MODEL for step in steps)
    nth = Due.NTH if is_nth_due(rules, standing) and not is_skipped else None
    if not rules.mode.has_order:
        return Awaited(due=nth)
    named = [step for step in steps if step.to_player_id is not None]
    seats = {player.id: player for player in players}
    if named:
        player = _playing_from(seats.get(named[-1].to_player_id or 0), players, standing)
    elif rules.mode is Mode.POPCORN and (namer := _namer(seats, players, standing)):
        return Awaited(naming=namer, due=nth)
    else:
        player = next_player(players, seats.get(standing.last_player_id or 0), standing)
    if nth is not None or player is None:
        return Awaited(player, due=nth)
    if player.is_model:
        return Awaited(player, due=Due.PLAYER)
    stands_in = bool(named) and named[-1].kind is StepKind.STAND_IN
    if stands_in and named[-1].to_player_id == player.id:
        return Awaited(player, due=Due.STAND_IN)
    return Awaited(player)


def is_nth_due(rules: TurnRules, standing: Standing) -> bool:
    """Whether the next turn is the model's by count."""
    return rules.model_place is ModelPlace.EVERY_NTH and (
        standing.turns_since_model >= rules.every - 1
    )


def next_player(
    players: Sequence[Player], after: Player | None, standing: Standing
) -> Player | None:
    """Return who sits next after a player, playing or not; after nobody, the first.

    The model never follows itself, nor plays alone.
    """
    round_ = _round(players, standing)
    if not round_:
        return None
    seat = after.seat if after else 0
    return next((player for player in round_ if player.seat > seat), round_[0])


def _round(players: Sequence[Player], standing: Standing) -> list[Player]:
    """Return who may be next, in the order of their seats."""
    playing = sorted((each for each in players if each.is_playing), key=lambda each: each.seat)
    people = [each for each in playing if not each.is_model]
    return people if standing.is_after_model or not people else playing


def _playing_from(
    player: Player | None, players: Sequence[Player], standing: Standing
) -> Player | None:
    """Return the player, or who sits next when they left or are the model and may not."""
    if player is not None and player in _round(players, standing):
        return player
    return next_player(players, player, standing)


def _namer(
    seats: dict[int, Player], players: Sequence[Player], standing: Standing
) -> Player | None:
    """Return who wrote last and has somebody to name."""
    last = seats.get(standing.last_player_id or 0)
    if last is None or last.is_model or not last.is_playing:
        return None
    others = [each for each in _round(players, standing) if each.id != last.id]
    return last if others else None


def may_write(rules: TurnRules, awaited: Awaited, member_id: int) -> bool:
    """Whether a member may add the next turn; in VOTE, hand in a candidate for it."""
    if not rules.mode.has_order:
        return awaited.due is None
    if awaited.player is None or awaited.player.is_model or awaited.due is Due.NTH:
        return False
    return awaited.player.member_id == member_id
