from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.story.character import Speaker


class TurnKind(StrEnum):
    HUMAN = "human"
    MODEL = "model"
    REVISION = "revision"  # no text of its own: it changes how earlier turns are told


class TurnState(StrEnum):
    """How far a turn has come. Each step is taken once.

    HELD: kept for its author, in no branch, because the story moved on while it was written.
    ACCEPTED -> WRITING -> WRITTEN -> POSTED. POSTED: Discord shows its final form.
    """

    HELD = "held"
    ACCEPTED = "accepted"
    WRITING = "writing"
    WRITTEN = "written"
    POSTED = "posted"


class Outcome(StrEnum):
    """How the writing of a turn ended; known from WRITTEN on."""

    COMPLETE = "complete"
    STOPPED = "stopped"  # a member pressed Stop; the text so far is kept
    FAILED = "failed"  # the model broke off; the text so far is kept, perhaps none


@dataclass(frozen=True, slots=True)
class PromptPart:
    """A part of the prompt that a turn was written from: ids and counts, no words."""

    kind: str  # a BlockKind of engine/memory/prompt.py
    tokens: int
    ids: tuple[int, ...] = ()  # of entries, facts, summaries; of turns, the first and the last
    key: int | None = None  # of a lore entry: the place of the key that fired, from 0
    count: int = 1  # so many blocks of this kind in a row


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a model turn came to be; enough to make it again."""

    model: str
    seed: int
    sampling: dict[str, Any]
    prompt_hash: str  # SHA-256 of the messages as sent, hex
    prompt_tokens: int
    cached_tokens: int
    reply_tokens: int
    preset: str = ""  # whose values, with the server's own, are in `sampling`
    banned: int = 0  # how many phrases and patterns the model had to keep clear of
    adapter: str = ""  # the server's own voice, by its name on the model server
    parts: tuple[PromptPart, ...] = ()  # of the prompt, in its order; () before they were kept


@dataclass(frozen=True, slots=True)
class Turn:
    """One piece of a story. Never changed once written, never deleted but by erasure."""

    id: int
    guild_id: int
    story_id: int
    parent_id: int | None
    kind: TurnKind
    state: TurnState
    outcome: Outcome | None
    author_id: int  # who wrote it, or who asked the model for it; 0 once erased
    author_name: str
    text: str
    direction: str  # what the author asked of the model; "" for none
    number: int  # distance from the beginning of its branch, 1 for the first turn
    post_key: str  # 12 random characters; the nonce of part n on Discord is f"{post_key}-{n}"
    attempts: int  # times that the writing was begun
    created_ms: int
    tokens: int | None = None  # of `told` as it enters a prompt
    tokenizer: str | None = None  # the tokenizer that counted
    ballot_id: int | None = None  # set on alternatives
    source_message_id: int | None = None  # the member's own message, when the text came from one
    provenance: Provenance | None = None
    character: Speaker | None = None  # set on the lines of a character

    @property
    def told(self) -> str:
        """The text as the story tells it: a character's line begins with its name."""
        if self.character is None or not self.character.name or not self.text:
            return self.text
        return f"{self.character.name}: {self.text}"

    @property
    def is_unfinished(self) -> bool:
        """Whether the turn is accepted and not yet wholly shown."""
        return self.state in {TurnState.ACCEPTED, TurnState.WRITING, TurnState.WRITTEN}

    @property
    def is_being_written(self) -> bool:
        """Whether the model still owes the text."""
        return self.state in {TurnState.ACCEPTED, TurnState.WRITING} and self.kind is TurnKind.MODEL


@dataclass(frozen=True, slots=True)
class Post:
    """One message on Discord that shows part `part` (from 0) of a turn."""

    turn_id: int
    part: int
    channel_id: int
    message_id: int
