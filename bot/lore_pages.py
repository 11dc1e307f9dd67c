"""What /lore list shows: the lore of a place page by page, and one entry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.cards import mention
from bot.locales import Words
from bot.lore_words import OPTION_CHARACTERS, book_name, key_name, notice_line, short
from bot.selects import Menu, PickMenu
from engine.story import KeptBook, KeptEntry, LoreEntry, Member
from engine.writing.lore import WrittenEntry, settings_text, title_of

PAGE_LENGTH = 10  # entries
MOST_CHARACTERS = 2000  # of a message: escaped marks may be many
SHOWN_KEYS = 3
MOST_NOTICES = 4
TEXT_CHARACTERS = 900
SETTINGS_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class LorePage:
    """A text, and the menu and buttons under it."""

    text: str
    view: discord.ui.View


def list_page(
    books: Sequence[KeptBook], names: Mapping[int, str], page: int, words: Words
) -> LorePage:
    """Return page `page`, from 0, of all entries; beyond the last page, the last."""
    entries = [(book, entry) for book in books for entry in book.entries]
    pages = max(1, -(-len(entries) // PAGE_LENGTH))
    page = min(page, pages - 1)
    shown = entries[page * PAGE_LENGTH : (page + 1) * PAGE_LENGTH]
    view = discord.ui.View(timeout=None)
    if shown:
        view.add_item(PickMenu(Menu.LORE, [_option(entry) for _, entry in shown]))
    for action, target in ((Action.LORE_BACK, page - 1), (Action.LORE_NEXT, page + 1)):
        if pages > 1:
            is_there = 0 <= target < pages
            text = label(action, words)
            view.add_item(ActionButton(action, max(target, 0), text, is_disabled=not is_there))
    lines = [*_list_lines(shown, names, len(entries), words)]
    if pages > 1:
        lines.append("-# " + words("Page {number} of {pages}", number=page + 1, pages=pages))
    return LorePage("\n".join(lines)[:MOST_CHARACTERS], view)


def entry_page(written: WrittenEntry, member: Member, words: Words) -> LorePage:
    """Return an entry as it stands, with the buttons for what the member may do with it."""
    kept = written.entry
    view = discord.ui.View(timeout=None)
    switch = Action.LORE_OFF if kept.entry.is_on else Action.LORE_ON
    if member.is_moderator or member.id in {kept.member_id, written.book.member_id}:
        for action in (Action.LORE_EDIT, switch, Action.LORE_REMOVE):
            view.add_item(ActionButton(action, kept.entry.id, label(action, words)))
    return LorePage("\n".join(_entry_lines(written, words))[:MOST_CHARACTERS], view)


def _list_lines(
    shown: Sequence[tuple[KeptBook, KeptEntry]], names: Mapping[int, str], count: int, words: Words
) -> Iterator[str]:
    yield words.plural(
        "📖 **Lore that is known here**: {count} entry",
        "📖 **Lore that is known here**: {count} entries",
        count,
    )
    if not count:
        yield words(
            "None yet. /lore add writes an entry, /lore import brings a lorebook, and a "
            "character's card may bring its own."
        )
    before = None
    for book, kept in shown:
        if book is not before:
            yield book_name(book, names, words)
            before = book
        title = escape_markdown(short(title_of(kept.entry), 60))
        keys = _keys(kept.entry, words)
        yield f"- {_marks(kept.entry)}**{title}** {keys}".rstrip()


def _marks(entry: LoreEntry) -> str:
    return "" if entry.is_on else "💤 "


def _keys(entry: LoreEntry, words: Words) -> str:
    if entry.is_constant:
        return words("always")
    shown = " ".join(map(key_name, entry.keys[:SHOWN_KEYS]))
    return f"{shown} …" if len(entry.keys) > SHOWN_KEYS else shown


def _option(kept: KeptEntry) -> discord.SelectOption:
    return discord.SelectOption(
        label=short(title_of(kept.entry), OPTION_CHARACTERS),
        value=str(kept.entry.id),
        description=short(kept.entry.content, OPTION_CHARACTERS) or None,
    )


def _entry_lines(written: WrittenEntry, words: Words) -> Iterator[str]:
    entry = written.entry.entry
    yield f"📖 {_marks(entry)}**{escape_markdown(short(title_of(entry), 100))}** · #{entry.id}"
    by = words("by {name}", name=mention(written.entry.member_id))
    off = " · " + words("switched off") if not entry.is_on else ""
    book = book_name(written.book, {}, words).replace("**", "")
    yield f"-# {book} · {by}{off}"
    if entry.keys:
        yield words("**Keys**: {keys}", keys=_all_keys(entry.keys))
    if entry.is_constant:
        yield words("Always there, whatever the keys.")
    if entry.secondary_keys:
        yield words("**Secondary keys**: {keys}", keys=_all_keys(entry.secondary_keys))
    if settings := settings_text(entry, words.story_language):
        yield f"```\n{_fitting(settings)}\n```"
    for notice in written.notices[:MOST_NOTICES]:
        yield notice_line(notice, words)
    yield f">>> {escape_markdown(_cut(entry.content))}"  # the quote goes to the message's end


def _all_keys(keys: Sequence[str]) -> str:
    shown = " ".join(map(key_name, keys[:8]))
    return f"{shown} …" if len(keys) > 8 else shown


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - 1].rstrip() + "…"


def _fitting(text: str) -> str:
    return text.replace("```", "'''")[:SETTINGS_CHARACTERS]
