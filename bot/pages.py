"""A story in pages, read in private."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.errors import NothingToRead
from bot.locales import Words
from bot.splitting import split
from engine.story import Story, Turn, TurnKind

PAGE_CHARACTERS = 1700  # of Discord's 2000: room for the line with the page's number


@dataclass(frozen=True, slots=True)
class Page:
    """One page and the buttons that lead to its neighbours."""

    text: str
    view: discord.ui.View


def page_of(story: Story, turns: Sequence[Turn], number: int, words: Words) -> Page:
    """Return page `number`, from 0; beyond the last page, the last.

    Raises:
        NothingToRead: no turn is written.
    """
    if not turns:
        raise NothingToRead
    pages = split("\n\n".join(map(_turn_text, turns)), PAGE_CHARACTERS)
    number = min(number, len(pages) - 1)
    place = words(
        "{title}, page {number} of {pages}",
        title=escape_markdown(story.title),
        number=number + 1,
        pages=len(pages),
    )
    view = discord.ui.View(timeout=None)
    for action, target in ((Action.PAGE_BACK, number - 1), (Action.PAGE_ON, number + 1)):
        is_there = 0 <= target < len(pages)
        text = label(action, words)
        view.add_item(ActionButton(action, max(target, 0), text, is_disabled=not is_there))
    return Page(f"{pages[number]}\n-# 📖 {place}", view)


def _turn_text(turn: Turn) -> str:
    if turn.character is not None and turn.character.name:
        return f"**{escape_markdown(turn.character.name)}**: {turn.text}"
    if turn.kind is TurnKind.MODEL:
        return turn.text
    return f"**{escape_markdown(turn.author_name)}**: {turn.text}"
