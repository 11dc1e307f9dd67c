"""What a prompt is about to be composed for."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.story import Story, Turn


@dataclass(frozen=True, slots=True)
class Moment:
    """What a prompt is about to be composed for. Offers are a pure function of it, and of what
    members have set: no clock, no chance.
    """

    story: Story
    path: Sequence[Turn]  # as told, root first
    direction: str
    budget_tokens: int  # of the whole prompt
    specials: Sequence[str]  # the model's special tokens
    member_id: int = 0  # who asked; 0: nobody
    character_id: int | None = None  # whose line it is; None: the story's own turn
