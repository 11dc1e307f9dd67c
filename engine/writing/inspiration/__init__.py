"""Use cases of story prompts."""

from engine.writing.inspiration.marking import (
    forget_prompt,
    mark_prompt,
    read_batch,
    read_prompt,
    saved_prompts,
    start_from_prompt,
    title_of,
)
from engine.writing.inspiration.suggesting import MOST_WISH_CHARACTERS, suggest_prompts

__all__ = [
    "MOST_WISH_CHARACTERS",
    "forget_prompt",
    "mark_prompt",
    "read_batch",
    "read_prompt",
    "saved_prompts",
    "start_from_prompt",
    "suggest_prompts",
    "title_of",
]
