"""Who speaks in a story besides its authors."""

from dataclasses import dataclass
from enum import StrEnum


class CharacterState(StrEnum):
    LIVE = "live"
    RETIRED = "retired"  # it speaks no more, and its name is free; its lines stay


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose line a turn is: the character, and the name under which it spoke then."""

    id: int
    name: str  # "" once the character's creator is erased


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written about a character. Members' words: macros stand in them unexpanded."""

    name: str
    nickname: str = ""  # what the others call it; "" for the name
    description: str = ""
    personality: str = ""
    scenario: str = ""
    examples: str = ""  # how it speaks; blocks begin with <START>
    greeting: str = ""  # its first line
    other_greetings: tuple[str, ...] = ()
    system_prompt: str = ""  # of an imported card; in use only where a moderator switched it on
    last_instruction: str = ""  # likewise; the card's post_history_instructions


@dataclass(frozen=True, slots=True)
class Character:
    """A character of one server."""

    id: int
    guild_id: int
    creator_id: int  # 0 once erased
    creator_name: str
    state: CharacterState
    edition: int  # counts the changes of the sheet, from 1
    uses_instructions: bool  # whether the sheet's system prompt and last instruction are in use
    card_channel_id: int | None  # where the message stands that shows its face
    card_message_id: int | None
    created_ms: int
    sheet: Sheet

    @property
    def name(self) -> str:
        """The name by which members find it."""
        return self.sheet.name

    @property
    def spoken_name(self) -> str:
        """What the others call it: the nickname, or the name."""
        return self.sheet.nickname or self.sheet.name
