"""Use cases of a server's cast."""

from engine.writing.cast.cards import (
    CardForm,
    Imported,
    check_card_size,
    export_card,
    import_card,
)
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
from engine.writing.cast.deleting import DeletedLine, delete_line
from engine.writing.cast.drafts import (
    LineDrafts,
    draft_again,
    draft_lines,
    forget_drafts,
)
from engine.writing.cast.faces import face_of
from engine.writing.cast.greeting import greeting_of, list_greetings
from engine.writing.cast.lines import (
    get_draft,
    post_draft,
    speak_as,
)
from engine.writing.cast.scene import Scene

__all__ = [
    "MOST_CHARACTERS",
    "MOST_FIELD_CHARACTERS",
    "MOST_NAME_CHARACTERS",
    "CardForm",
    "DeletedLine",
    "Imported",
    "LineDrafts",
    "Scene",
    "bring_back",
    "check_card_size",
    "create_character",
    "delete_line",
    "draft_again",
    "draft_lines",
    "edit_character",
    "export_card",
    "face_of",
    "forget_drafts",
    "get_draft",
    "greeting_of",
    "import_card",
    "list_greetings",
    "post_draft",
    "read_cast",
    "read_character",
    "read_character_by_name",
    "record_card_message",
    "require_may_edit",
    "retire_character",
    "speak_as",
    "use_instructions",
]
