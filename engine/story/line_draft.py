from dataclasses import dataclass

from engine.story.turn import Provenance


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One of the drafts of a character's line, seen by the member who asked for them alone."""

    id: int
    guild_id: int
    channel_id: int
    story_id: int | None  # None: no story was open there
    character_id: int
    head_turn_id: int | None  # the turn that the line was written to follow
    member_id: int
    interaction_id: int  # who asked; with `number`, which of its drafts this is
    number: int  # from 1
    direction: str  # what the member asked of the model; "" for none
    text: str
    is_edited: bool  # by the member's hand
    turn_id: int | None  # the turn that it became
    created_ms: int
    provenance: Provenance | None
