"""What /style shows: how the model writes on a server, and what can be changed about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import discord
from discord.utils import escape_markdown

from bot.actions import Action, label
from bot.buttons import ActionButton
from bot.cards import mention
from bot.forms import Form, TextForm
from bot.locales import Words
from bot.selects import Menu, PickMenu
from engine.story import LineKind, StyleLine
from engine.writing import BANS, NAMES, ServerStyle, list_text, own_values, shown

LISTS_CHARACTERS = 1900  # of Discord's 2000; longer lists are a file


@dataclass(frozen=True, slots=True)
class Panel:
    """The text of /style, and the menu and buttons under it."""

    text: str
    view: discord.ui.View


def panel_of(style: ServerStyle, words: Words, *, may_change: bool) -> Panel:
    """Return the panel; who may not change the style gets the button that shows the lists."""
    view = discord.ui.View(timeout=None)
    if may_change:
        view.add_item(PickMenu(Menu.PRESET, _options(style, words)))
    for action in _actions(style) if may_change else (Action.STYLE_LISTS,):
        view.add_item(ActionButton(action, 0, label(action, words)))
    return Panel("\n".join(_lines(style, words)), view)


def _lines(style: ServerStyle, words: Words) -> Iterator[str]:
    language = words.story_language
    yield words("🎛️ **How the model writes on this server**")
    if style.is_preset_gone:
        yield words(
            "⚠️ The preset “{preset}” is no longer there; another one stands in for it.",
            preset=escape_markdown(style.style.preset),
        )
    yield words(
        "Preset **{name}**. {description}",
        name=escape_markdown(style.preset.names[language]),
        description=escape_markdown(style.preset.descriptions[language]),
    )
    if own := own_values(style):
        values = " · ".join(f"`{name} {value:g}`" for name, value in own.items())
        yield words("Own values: {values}", values=values)
    yield _cliches(style, words)
    yield words("Phrases that this server bans: {count}.", count=len(style.style.texts(*BANS)))
    yield "-# " + words(
        "This holds for every story here, from the model's next turn on. Members with Manage "
        "Server can change it."
    )


def _cliches(style: ServerStyle, words: Words) -> str:
    if not style.style.bans_cliches:
        return words("Clichés of language models: allowed.")
    if names := len(style.style.texts(*NAMES)):
        return words.plural(
            "Clichés of language models: banned, but for {count} name.",
            "Clichés of language models: banned, but for {count} names.",
            names,
        )
    return words("Clichés of language models: banned.")


def _actions(style: ServerStyle) -> tuple[Action, ...]:
    cliches = Action.STYLE_ALLOW if style.style.bans_cliches else Action.STYLE_BAN
    reset = (Action.STYLE_RESET,) if style.style.own_values else ()
    return (
        Action.STYLE_TUNE,
        Action.STYLE_BANS,
        Action.STYLE_NAMES,
        cliches,
        Action.STYLE_LISTS,
        *reset,
    )


def _options(style: ServerStyle, words: Words) -> list[discord.SelectOption]:
    language = words.story_language
    return [
        discord.SelectOption(
            label=preset.names[language],
            value=preset.key,
            description=preset.descriptions[language],
            default=preset.key == style.preset.key,
        )
        for preset in style.presets
    ]


def values_form(style: ServerStyle, words: Words) -> TextForm:
    """Return the form in which the values are edited."""
    return TextForm(
        Form.TUNE,
        title=words("Values in use"),
        label=words("One value a line"),
        hint=words("A line that you take out goes back to the preset."),
        text=style.values_text,
    )


def bans_form(style: ServerStyle, words: Words) -> TextForm:
    """Return the form in which the list of bans is edited."""
    return TextForm(
        Form.BANS,
        title=words("Phrases that the model must not write"),
        label=words("One phrase a line"),
        hint=words("Case does not count. /Between slashes/: a regular expression."),
        text=list_text(style.style, BANS),
    )


def names_form(style: ServerStyle, words: Words) -> TextForm:
    """Return the form in which the list of allowed names is edited."""
    return TextForm(
        Form.NAMES,
        title=words("Names that the model may use"),
        label=words("One name a line"),
        hint=words("Names of your stories that the list of clichés would ban."),
        text=list_text(style.style, NAMES),
    )


def lists_of(style: ServerStyle, words: Words) -> str:
    """Return both lists for a message, with who added each line and when."""
    parts = []
    for title, kinds in _titles(words):
        lines = [line for line in style.style.lines if line.kind in kinds]
        parts.append(f"**{title}**")
        parts += [_listed(line, words) for line in lines] or [words("- none")]
    return "\n".join(parts)


def lists_file(style: ServerStyle, words: Words) -> str:
    """Return both lists for a file: who added a line is an id there, for names change."""
    parts = []
    for title, kinds in _titles(words):
        parts.append(f"# {title}")
        for line in style.style.lines:
            if line.kind in kinds:
                day = datetime.fromtimestamp(line.created_ms / 1000, UTC).date().isoformat()
                parts.append(f"{shown(line.kind, line.text)}\t{line.member_id}\t{day}")
    return "\n".join(parts) + "\n"


def _titles(words: Words) -> tuple[tuple[str, tuple[LineKind, ...]], ...]:
    return (words("Banned phrases"), BANS), (words("Allowed names"), NAMES)


def _listed(line: StyleLine, words: Words) -> str:
    return words(
        "- {text} (added by {name}, {time})",
        text=escape_markdown(shown(line.kind, line.text)),
        name=mention(line.member_id),
        time=f"<t:{line.created_ms // 1000}:d>",
    )
