"""Use cases of a server's cast."""

from engine.writing.cast.characters import (
    MOST_CHARACTERS,
    MOST_FIELD_CHARACTERS,
    MOST_NAME_CHARACTERS,
    bring_back,
    create_character,
    edit_character,
    read_cast,
    read_character,
    read_character_by_name,
    record_card_message,
    require_may_edit,
    retire_character,
    use_instructions,
)
from engine.writing.cast.faces import face_of

__all__ = [
    "MOST_CHARACTERS",
    "MOST_FIELD_CHARACTERS",
    "MOST_NAME_CHARACTERS",
    "bring_back",
    "create_character",
    "edit_character",
    "face_of",
    "read_cast",
    "read_character",
    "read_character_by_name",
    "record_card_message",
    "require_may_edit",
    "retire_character",
    "use_instructions",
]
