from dataclasses import dataclass
from enum import StrEnum


class BallotState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Ballot:
    """Several alternatives for the next turn, of which members choose one."""

    id: int
    guild_id: int
    story_id: int
    branch_id: int
    head_turn_id: int | None  # the head when it was opened; choosing needs the same head and branch
    state: BallotState
    candidate_ids: tuple[int, ...]  # in the order shown: 1, 2, 3
    chosen_turn_id: int | None
    opener_id: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes of a ballot, one number a candidate, in the order of `ballot.candidate_ids`."""

    ballot: Ballot
    votes: tuple[int, ...]
