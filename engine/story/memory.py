"""What members set beside a story, and the summaries of its old parts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands for a block of old turns, bound to their words by `digest`."""

    id: int
    guild_id: int
    story_id: int
    digest: str  # of the block as it is told, hex
    level: int  # 1: of turns; n: of summaries of level n - 1
    text: str
    editor_id: int  # the member who changed it last; 0: as the model wrote it, or erased
    is_pinned: bool  # kept where others make room
    created_ms: int


@dataclass(frozen=True, slots=True)
class AuthorNote:
    """A word to the model that stands before the last `depth` turns of a story."""

    guild_id: int
    story_id: int
    text: str
    depth: int
    member_id: int
    member_name: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A line that stands in every prompt of a story, or a turn as long as it is on the path."""

    id: int
    guild_id: int
    story_id: int
    turn_id: int | None  # then `text` is empty: the turn is told as it stands now
    text: str
    member_id: int
    member_name: str


@dataclass(frozen=True, slots=True)
class StyleSample:
    """A passage that its author gave as an example of how this server writes."""

    id: int
    guild_id: int
    language: str
    text: str
    member_id: int
    member_name: str
