"""Use cases of critique: a text is handed in, agreed to, read through a lens, and shown."""

from engine.writing.critique.access import (
    Reading,
    list_critiques,
    read_as_author,
    read_critique,
    recover_critiques,
)
from engine.writing.critique.consents import (
    agree,
    delete_critique,
    list_shared,
    record_shared,
    refuse,
    share,
)
from engine.writing.critique.handing_in import (
    MOST_CHARACTERS,
    hand_in_again,
    hand_in_message,
    hand_in_story,
    hand_in_text,
)
from engine.writing.critique.lenses import Lens, shipped_lenses
from engine.writing.critique.writing import next_lens, require_text, write_critique

__all__ = [
    "MOST_CHARACTERS",
    "Lens",
    "Reading",
    "agree",
    "delete_critique",
    "hand_in_again",
    "hand_in_message",
    "hand_in_story",
    "hand_in_text",
    "list_critiques",
    "list_shared",
    "next_lens",
    "read_as_author",
    "read_critique",
    "record_shared",
    "recover_critiques",
    "refuse",
    "require_text",
    "share",
    "shipped_lenses",
    "write_critique",
]
