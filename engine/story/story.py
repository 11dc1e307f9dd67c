from dataclasses import dataclass
from enum import StrEnum


class StoryState(StrEnum):
    OPEN = "open"
    ENDED = "ended"


class Rating(StrEnum):
    """For whom the story is. MATURE needs an age-restricted channel."""

    GENERAL = "general"
    TEEN = "teen"
    MATURE = "mature"


class Length(StrEnum):
    """How long the model's turns are."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"

    @property
    def reply_tokens(self) -> int:
        """The most tokens that a turn of this length may take."""
        return {Length.SHORT: 96, Length.MEDIUM: 224, Length.LONG: 448}[self]


@dataclass(frozen=True, slots=True)
class Story:
    """One co-written text in one channel or thread of one server."""

    id: int
    guild_id: int
    channel_id: int
    starter_id: int
    starter_name: str
    title: str
    genre: str
    style: str
    language: str  # "en" or "zh-CN": what the model writes, and the language of public notices
    rating: Rating
    length: Length
    state: StoryState
    branch_id: int  # the branch in use
    head_turn_id: int | None  # that branch's head; None before the first turn
    created_ms: int
    premise: str = ""  # the story prompt that it was started from


@dataclass(frozen=True, slots=True)
class OpeningCard:
    """The message on Discord that opened a story."""

    story_id: int
    channel_id: int
    message_id: int
