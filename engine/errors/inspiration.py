"""What story prompts refuse."""

from dataclasses import dataclass

from engine.errors.tree import Refused


@dataclass
class PromptNotFound(Refused):
    """The server has no such story prompt."""

    prompt_id: int


@dataclass
class NoPromptsLeft(Refused):
    """Not one of the candidates was fit to be shown, or all were near to older ones."""

    candidates: int
