"""Lore as a server keeps it: where a book belongs, and who wrote what in it."""

from dataclasses import dataclass

from engine.story.lore import Lorebook, LoreEntry, LoreScope


@dataclass(frozen=True, slots=True)
class LoreHome:
    """Where a book belongs."""

    scope: LoreScope
    place_id: int = 0  # of the channel, story, character or member; 0 for the server


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry, and what is known of it beside its words."""

    entry: LoreEntry
    book_id: int
    member_id: int  # who wrote it or brought it in; 0 once erased
    edition: int  # counts its changes, from 1
    tokens: int | None  # of its text, by `tokenizer`
    tokenizer: str | None


@dataclass(frozen=True, slots=True)
class KeptBook:
    """A book, and where it belongs. The one without a name is that in which members write."""

    book: Lorebook
    home: LoreHome
    member_id: int  # who made it or brought it in; 0 once erased
    member_name: str
    entries: tuple[KeptEntry, ...]  # those of `book`, in the same order
