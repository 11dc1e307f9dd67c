"""Which lore belongs to a scene: the books, and what they are looked for in."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.memory.cast import CAST_WORDINGS
from engine.memory.lore import lore_lines
from engine.memory.macros import sheet_in_use
from engine.runtime import Engine
from engine.storage import cast, lore, lore_settings, memory
from engine.storage.database import Transaction
from engine.story import (
    Character,
    KeptBook,
    KeptEntry,
    LoreEntry,
    LoreHome,
    LoreScene,
    LoreScope,
    LoreSettings,
    LoreText,
    ShelvedBook,
    Story,
    Turn,
    TurnKind,
)
from engine.writing.lore.card_books import bring_in

_CHAR = re.compile(r"\{\{\s*(?:char|bot)\s*\}\}|<(?:CHAR|BOT)>", re.IGNORECASE)
_USER = re.compile(r"\{\{\s*user\s*\}\}|<USER>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that a scan needs, and the entries as they are kept."""

    books: tuple[ShelvedBook, ...]
    scene: LoreScene
    settings: LoreSettings
    entries: Mapping[int, KeptEntry]  # by their ids


async def shelf_of(
    engine: Engine,
    story: Story,
    path: Sequence[Turn],
    *,
    member_id: int,
    character_id: int | None = None,
) -> Shelf:
    """Gather the lore for what is written after `path`: by a character, or by nobody in it.

    That is the lore of the server, the channel and the story; of the personas of who wrote on
    the path, and of who asks; and of the character who speaks, or else of all who spoke. Who
    speaks is told to the entries' filters; what is kept from a character is not kept from the
    story itself.
    """
    guild_id = story.guild_id
    spoke = tuple(dict.fromkeys(turn.character.id for turn in path if turn.character))
    present = (character_id,) if character_id is not None else spoke
    await bring_in(engine, guild_id=guild_id, character_ids=present)
    async with engine.database.reading() as tx:
        found = await lore.list_books(
            tx, guild_id=guild_id, homes=_homes(story, path, present, member_id)
        )
        if not found:
            return Shelf((), LoreScene(()), LoreSettings(), {})
        settings = await lore_settings.find_settings(tx, guild_id=guild_id) or LoreSettings()
        people = [
            each
            for number in present
            if (each := await cast.find_character(tx, guild_id=guild_id, character_id=number))
        ]
        tags = await _tags(tx, found, people)
        note = await memory.find_note(tx, guild_id=guild_id, story_id=story.id)
    speaker = people[0] if character_id is not None and people else None
    names = _persona_names(path, found)
    books = tuple(_shelved(book, people, names, is_story=speaker is None) for book in found)
    user = _user(story, path)
    scene = LoreScene(
        lines=lore_lines(path),
        characters=tuple(name for each in people for name in _names(each)),
        character_tags=tags,
        texts=_texts(found, speaker, member_id, user),
        notes=(note.text,) if note else (),
        has_note=note is not None,
        char=_char(story, people),
        user=user,
    )
    return Shelf(
        books,
        scene,
        settings,
        {kept.entry.id: kept for book in found for kept in book.entries},
    )


def _homes(
    story: Story, path: Sequence[Turn], present: Sequence[int], member_id: int
) -> list[LoreHome]:
    wrote = [turn.author_id for turn in path if turn.kind is TurnKind.HUMAN and not turn.character]
    members = dict.fromkeys(each for each in (*wrote, member_id) if each)
    return [
        LoreHome(LoreScope.SERVER),
        LoreHome(LoreScope.CHANNEL, story.channel_id),
        *([LoreHome(LoreScope.STORY, story.id)] if story.id else []),
        *(LoreHome(LoreScope.PERSONA, each) for each in members),
        *(LoreHome(LoreScope.CHARACTER, each) for each in present),
    ]


def _shelved(
    kept: KeptBook, people: Sequence[Character], names: Mapping[int, str], *, is_story: bool
) -> ShelvedBook:
    """Return a book in which its character, or its member, has the name that they have here."""
    char = user = None
    if kept.home.scope is LoreScope.CHARACTER:
        char = next((each.spoken_name for each in people if each.id == kept.home.place_id), None)
    if kept.home.scope is LoreScope.PERSONA:
        user = names.get(kept.home.place_id)
    entries = tuple(_named(entry, char, user, is_story=is_story) for entry in kept.book.entries)
    return ShelvedBook(kept.home.scope, replace(kept.book, entries=entries))


def _named(entry: LoreEntry, char: str | None, user: str | None, *, is_story: bool) -> LoreEntry:
    if is_story and entry.characters_excluded:
        entry = replace(entry, characters=(), character_tags=(), characters_excluded=False)
    if char is None and user is None:
        return entry

    def put(text: str) -> str:
        text = _CHAR.sub(lambda _: char, text) if char is not None else text
        return _USER.sub(lambda _: user, text) if user is not None else text

    return replace(
        entry,
        content=put(entry.content),
        keys=tuple(map(put, entry.keys)),
        secondary_keys=tuple(map(put, entry.secondary_keys)),
    )


def _names(character: Character) -> tuple[str, ...]:
    return tuple(filter(None, (character.name, character.sheet.nickname)))


def _persona_names(path: Sequence[Turn], books: Sequence[KeptBook]) -> dict[int, str]:
    """Return how the owners of personas are called: as in their newest turns, or as they were."""
    names = {book.home.place_id: book.member_name for book in books}
    return names | {turn.author_id: turn.author_name for turn in path if turn.author_name}


def _user(story: Story, path: Sequence[Turn]) -> str:
    """Return who is answered: the author of the newest turn of a member."""
    wrote = (turn.author_name for turn in reversed(path) if turn.kind is TurnKind.HUMAN)
    return next(filter(None, wrote), story.starter_name)


def _char(story: Story, people: Sequence[Character]) -> str:
    names = dict.fromkeys(each.spoken_name for each in people)
    joint = "、" if story.language == "zh-CN" else ", "
    return joint.join(names) or CAST_WORDINGS[story.language].narrator


def _texts(
    books: Sequence[KeptBook], speaker: Character | None, member_id: int, user: str
) -> dict[LoreText, str]:
    """Return the texts beside the turns: of the asker's persona, and of who speaks."""
    persona = "\n".join(
        entry.content
        for book in books
        if book.home == LoreHome(LoreScope.PERSONA, member_id)
        for entry in book.book.entries
        if entry.is_constant and entry.is_on
    )
    texts = {LoreText.PERSONA_DESCRIPTION: persona}
    if speaker is not None:
        sheet = sheet_in_use(speaker, user=user)
        texts |= {
            LoreText.CHARACTER_DESCRIPTION: sheet.description,
            LoreText.CHARACTER_PERSONALITY: sheet.personality,
            LoreText.SCENARIO: sheet.scenario,
        }
    return texts


async def _tags(
    tx: Transaction, books: Sequence[KeptBook], people: Sequence[Character]
) -> tuple[str, ...]:
    """Return the tags of the characters' cards, where an entry asks for tags at all."""
    if not any(entry.character_tags for book in books for entry in book.book.entries):
        return ()
    tags: list[str] = []
    for each in people:
        card = await cast.find_card(tx, guild_id=each.guild_id, character_id=each.id)
        data = json.loads(card).get("data") if card else None
        found = data.get("tags") if isinstance(data, dict) else None
        tags += [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []
    return tuple(dict.fromkeys(tags))
