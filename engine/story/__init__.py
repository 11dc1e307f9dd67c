"""The nouns: frozen values without I/O."""

from engine.story.ballot import Ballot, BallotState, Tally
from engine.story.history import Move, MoveKind, redo_target
from engine.story.member import Member
from engine.story.story import Length, Rating, Story, StoryState
from engine.story.style import LineKind, Style, StyleLine
from engine.story.turn import Outcome, Post, Provenance, Turn, TurnKind, TurnState

__all__ = [
    "Ballot",
    "BallotState",
    "Length",
    "LineKind",
    "Member",
    "Move",
    "MoveKind",
    "Outcome",
    "Post",
    "Provenance",
    "Rating",
    "Story",
    "StoryState",
    "Style",
    "StyleLine",
    "Tally",
    "Turn",
    "TurnKind",
    "TurnState",
    "redo_target",
]
