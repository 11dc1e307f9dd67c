"""What /npc list and /npc show tell: the cast page by page, and one character."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.cards import mention
from bot.locales import Words
from bot.selects import Menu, PickMenu
from engine.story import Character, CharacterState, Member, Sheet

PAGE_LENGTH = 10  # characters
LINE_CHARACTERS = 90
FIELD_CHARACTERS = 220
OPTION_CHARACTERS = 100  # Discord's limit of a label and a description
MOST_CHARACTERS = 2000  # of a message: escaped marks may be many


@dataclass(frozen=True, slots=True)
class CastPage:
    """A text, and the menu and buttons under it."""

    text: str
    view: discord.ui.View


def page_number(page: int, state: CharacterState) -> int:
    """Return the number in the button that leads to a page of the live or of the retired."""
    return 2 * page + (state is CharacterState.RETIRED)


def page_and_state(number: int) -> tuple[int, CharacterState]:
    """Return what `page_number` put together."""
    return number // 2, CharacterState.RETIRED if number % 2 else CharacterState.LIVE


def list_page(
    characters: Sequence[Character], state: CharacterState, page: int, words: Words
) -> CastPage:
    """Return page `page`, from 0, of the cast; beyond the last page, the last."""
    pages = _pages(characters)
    page = min(page, pages - 1)
    view = discord.ui.View(timeout=None)
    if shown := _on_page(characters, page):
        view.add_item(PickMenu(Menu.CHARACTER, [_option(character) for character in shown]))
    for action, target in ((Action.CAST_BACK, page - 1), (Action.CAST_ON, page + 1)):
        number = page_number(max(target, 0), state)
        is_there = 0 <= target < pages
        if pages > 1:
            view.add_item(
                ActionButton(action, number, label(action, words), is_disabled=not is_there)
            )
    lines = _list_lines(characters, state, page, words)
    return CastPage("\n".join(lines)[:MOST_CHARACTERS], view)


def _list_lines(
    characters: Sequence[Character], state: CharacterState, page: int, words: Words
) -> Iterator[str]:
    if state is CharacterState.RETIRED:
        yield words("🎭 **Retired characters**: {count}", count=len(characters))
    else:
        yield words("🎭 **The cast of this server**: {count}", count=len(characters))
    if not characters and state is CharacterState.LIVE:
        yield words("Nobody yet. Make one with /npc create, or bring a card with /npc import.")
    for character in _on_page(characters, page):
        about = _short(character.sheet.description or character.sheet.personality, LINE_CHARACTERS)
        yield f"- **{escape_markdown(character.name)}** {about}".rstrip()
    if (pages := _pages(characters)) > 1:
        yield "-# " + words("Page {number} of {pages}", number=page + 1, pages=pages)


def _pages(characters: Sequence[Character]) -> int:
    return max(1, -(-len(characters) // PAGE_LENGTH))


def _on_page(characters: Sequence[Character], page: int) -> Sequence[Character]:
    return characters[page * PAGE_LENGTH : (page + 1) * PAGE_LENGTH]


def _option(character: Character) -> discord.SelectOption:
    about = _plain_short(character.sheet.personality or character.sheet.description)
    return discord.SelectOption(
        label=character.name[:OPTION_CHARACTERS],
        value=str(character.id),
        description=about or None,
    )


def character_page(character: Character, member: Member, words: Words) -> CastPage:
    """Return a character as it stands, with the buttons for what the member may do with it."""
    view = discord.ui.View(timeout=None)
    for action in _actions(character, member):
        view.add_item(ActionButton(action, character.id, label(action, words)))
    return CastPage("\n".join(_sheet_lines(character, words))[:MOST_CHARACTERS], view)


def _sheet_lines(character: Character, words: Words) -> Iterator[str]:
    sheet = character.sheet
    nickname = f" ({escape_markdown(sheet.nickname)})" if sheet.nickname else ""
    yield f"🎭 **{escape_markdown(sheet.name)}**{nickname}"
    by = words("made by {name}", name=mention(character.creator_id))
    yield f"-# {by}" + (" · " + words("retired") if _is_retired(character) else "")
    for name, text in _fields(sheet, words):
        if text:
            yield f"**{name}**: {_short(text, FIELD_CHARACTERS)}"
    if sheet.other_greetings:
        yield words.plural(
            "{count} other first line.", "{count} other first lines.", len(sheet.other_greetings)
        )
    if sheet.system_prompt or sheet.last_instruction:
        yield _instructions(character, words)


def _fields(sheet: Sheet, words: Words) -> tuple[tuple[str, str], ...]:
    return (
        (words("Description"), sheet.description),
        (words("Personality"), sheet.personality),
        (words("Scenario"), sheet.scenario),
        (words("How they speak"), sheet.examples),
        (words("First line"), sheet.greeting),
        (words("System prompt of the card"), sheet.system_prompt),
        (words("Last instruction of the card"), sheet.last_instruction),
    )


def _instructions(character: Character, words: Words) -> str:
    if character.uses_instructions:
        return words("⚠️ The card's own instructions to the model are in use.")
    return words(
        "The card's own instructions to the model are off. A moderator can switch them on."
    )


def _actions(character: Character, member: Member) -> Iterator[Action]:
    may_change = member.is_moderator or member.id == character.creator_id
    if _is_retired(character):
        if may_change:
            yield Action.NPC_RETURN
    elif may_change:
        yield Action.NPC_EDIT
        yield Action.NPC_RETIRE
        yield Action.NPC_INTRODUCE  # again, too: the message may have been deleted
    yield Action.NPC_EXPORT
    has_instructions = character.sheet.system_prompt or character.sheet.last_instruction
    if member.is_moderator and has_instructions:
        yield Action.NPC_IGNORE if character.uses_instructions else Action.NPC_OBEY


def _is_retired(character: Character) -> bool:
    return character.state is CharacterState.RETIRED


def _short(text: str, most: int) -> str:
    # Cut before escaping: half an escape would show a stray backslash.
    line = " ".join(text.split())
    cut = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return escape_markdown(cut)


def _plain_short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= OPTION_CHARACTERS else line[: OPTION_CHARACTERS - 1] + "…"
