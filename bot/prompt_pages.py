"""Story prompts as a member sees them: several to choose from, one with its buttons, the saved."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.locales import Words
from bot.selects import Menu, PickMenu
from engine.story import PromptMark, StoryPrompt, Wish
from engine.writing.inspiration import title_of

SAVED_ON_A_PAGE = 5
OPTION_CHARACTERS = 90  # of Discord's 100
TEXT_CHARACTERS = 380  # of one prompt in a list: five fit into a message


@dataclass(frozen=True, slots=True)
class PromptPage:
    """A private message about prompts."""

    text: str
    view: discord.ui.View


def choice_page(prompts: Sequence[StoryPrompt], words: Words) -> PromptPage:
    """Show prompts in a numbered list, with a menu to choose one."""
    view = discord.ui.View(timeout=None)
    if not prompts:
        return PromptPage(words("None of these is left. Ask for new ones with /prompt new."), view)
    view.add_item(_menu(prompts, words))
    head = words.plural("💡 **{count} start**", "💡 **{count} starts**", len(prompts))
    return PromptPage("\n".join([f"{head}{_wished(prompts[0].wish)}", *_numbered(prompts)]), view)


def prompt_page(
    prompt: StoryPrompt, marks: set[PromptMark], words: Words, *, can_open_thread: bool
) -> PromptPage:
    """Show one prompt with all that can be done with it."""
    actions = [Action.PROMPT_START]
    if can_open_thread:
        actions.append(Action.PROMPT_THREAD)
    actions.append(Action.PROMPT_MORE)
    actions.append(Action.PROMPT_FORGET if PromptMark.SAVED in marks else Action.PROMPT_SAVE)
    actions += [Action.PROMPT_PASS, Action.PROMPT_ALL]
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(ActionButton(action, prompt.id, label(action, words)))
    lines = [f"💡 {escape_markdown(prompt.text)}"]
    if PromptMark.SAVED in marks:
        lines.append(words("-# ⭐ Saved: see /prompt saved"))
    if PromptMark.STARTED in marks:
        lines.append(words("-# 📖 You started a story with it"))
    return PromptPage("\n".join(lines), view)


def saved_page(saved: Sequence[StoryPrompt], number: int, words: Words) -> PromptPage:
    """Show page `number` of the saved prompts, from 0; beyond the last, the last."""
    view = discord.ui.View(timeout=None)
    if not saved:
        return PromptPage(words("You saved nothing yet. Find a start with /prompt new."), view)
    pages = -(-len(saved) // SAVED_ON_A_PAGE)
    number = min(number, pages - 1)
    shown = saved[number * SAVED_ON_A_PAGE :][:SAVED_ON_A_PAGE]
    view.add_item(_menu(shown, words))
    if pages > 1:
        for action, target in ((Action.PROMPT_BACK, number - 1), (Action.PROMPT_ON, number + 1)):
            is_there = 0 <= target < pages
            button = ActionButton(
                action, max(target, 0), label(action, words), is_disabled=not is_there
            )
            view.add_item(button)
    head = words.plural("⭐ **{count} saved start**", "⭐ **{count} saved starts**", len(saved))
    return PromptPage("\n".join([head, *_numbered(shown)]), view)


def _menu(prompts: Sequence[StoryPrompt], words: Words) -> PickMenu:
    options = [
        discord.SelectOption(
            label=f"{number}. {title_of(prompt)}"[:OPTION_CHARACTERS], value=str(prompt.id)
        )
        for number, prompt in enumerate(prompts, 1)
    ]
    return PickMenu(Menu.PROMPT, options, placeholder=words("Choose one to go on with it"))


def _numbered(prompts: Sequence[StoryPrompt]) -> list[str]:
    return [
        f"**{number}.** {escape_markdown(_cut(prompt.text))}"
        for number, prompt in enumerate(prompts, 1)
    ]


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_CHARACTERS else text[: TEXT_CHARACTERS - 1] + "…"


def _wished(wish: Wish) -> str:
    parts = [part for part in (wish.genre, wish.tone, wish.form, wish.seed_words) if part]
    return f"\n-# {escape_markdown(' · '.join(parts))}" if parts else ""
