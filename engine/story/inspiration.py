from dataclasses import dataclass
from enum import StrEnum


class PromptMark(StrEnum):
    """What a member made of a story prompt."""

    SAVED = "saved"
    STARTED = "started"  # a story from it
    MORE = "more"  # asked for others like it
    NOT_FOR_ME = "not for me"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member wants the start of a story to be like; empty fields leave it open."""

    language: str  # "en" or "zh-CN"
    genre: str = ""
    tone: str = ""
    form: str = ""
    seed_words: str = ""
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class StoryPrompt:
    """A start for a story, of which members are shown several at once."""

    id: int
    guild_id: int
    interaction_id: int  # which asked for it
    ordinal: int  # among those of one interaction, from 0
    member_id: int
    language: str
    genre: str
    tone: str
    form: str
    seed_words: str
    is_long: bool
    text: str
    created_ms: int

    @property
    def wish(self) -> Wish:
        """What it was asked for with."""
        return Wish(
            self.language, self.genre, self.tone, self.form, self.seed_words, bool(self.is_long)
        )
