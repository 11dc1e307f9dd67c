"""The nouns: frozen values without I/O."""

from engine.story.ballot import Ballot, BallotState, Tally
from engine.story.character import Character, CharacterState, Sheet, Speaker
from engine.story.history import Move, MoveKind, redo_target
from engine.story.member import Member
from engine.story.story import Length, Rating, Story, StoryState
from engine.story.style import LineKind, Style, StyleLine
from engine.story.turn import Outcome, Post, Provenance, Turn, TurnKind, TurnState
from engine.story.voice import (
    Adapter,
    Choice,
    Comparison,
    JobEnding,
    JobState,
    Pair,
    TrainingJob,
    TrainingWork,
    VoiceChange,
    VoiceChangeKind,
)
from engine.story.work import (
    Consent,
    Licence,
    Permission,
    Purpose,
    Source,
    Way,
    Work,
    WorkAuthor,
    WorkState,
)

__all__ = [
    "Adapter",
    "Ballot",
    "BallotState",
    "Character",
    "CharacterState",
    "Choice",
    "Comparison",
    "Consent",
    "JobEnding",
    "JobState",
    "Length",
    "Licence",
    "LineKind",
    "Member",
    "Move",
    "MoveKind",
    "Outcome",
    "Pair",
    "Permission",
    "Post",
    "Provenance",
    "Purpose",
    "Rating",
    "Sheet",
    "Source",
    "Speaker",
    "Story",
    "StoryState",
    "Style",
    "StyleLine",
    "Tally",
    "TrainingJob",
    "TrainingWork",
    "Turn",
    "TurnKind",
    "TurnState",
    "VoiceChange",
    "VoiceChangeKind",
    "Way",
    "Work",
    "WorkAuthor",
    "WorkState",
    "redo_target",
]
