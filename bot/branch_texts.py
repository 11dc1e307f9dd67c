"""Branches, credits and versions of a story, in words."""

from collections.abc import Sequence

import discord
from discord.utils import escape_markdown

from bot.cards import mention
from bot.locales import Words
from bot.selects import Menu, PickMenu
from engine.story import Story, TurnKind
from engine.story.branch import Branch
from engine.story.revision import Hand, Passage
from engine.writing.branch_names import Compared, Grown
from engine.writing.credits import Credit
from engine.writing.versions import Version

MOST_CHARACTERS = 1900
MOST_LINE = 90
MOST_OPTIONS = 25  # of a menu, by Discord
SHOWN_TURNS = 6  # of each branch that is compared


def branch_list(story: Story, found: Sequence[Grown], words: Words) -> str:
    """Return the branches of a story, one a line."""
    lines = [f"🌿 **{escape_markdown(story.title)}**"]
    for each in found:
        marks = [words.plural("{count} turn", "{count} turns", each.turns)]
        if each.branch.id == story.branch_id:
            marks.append(words("written on here"))
        if each.branch.channel_id is not None:
            marks.append(f"<#{each.branch.channel_id}>")
        if each.branch.is_archived:
            marks.append(words("put away"))
        lines.append(f"- **{escape_markdown(each.branch.name)}** · {' · '.join(marks)}")
    return _fitting(lines)


def comparison(compared: Compared, words: Words) -> str:
    """Return up to where two branches tell the same, and how each goes on."""
    lines = [
        words.plural(
            "Both tell the same for {count} turn.",
            "Both tell the same for {count} turns.",
            len(compared.shared),
        )
    ]
    sides = ((compared.first, compared.only_first), (compared.second, compared.only_second))
    for branch, passages in sides:
        lines += ["", f"**{escape_markdown(branch.name)}**"]
        lines += [_beginning(passage) for passage in passages[:SHOWN_TURNS]]
        if not passages:
            lines.append(words("It ends there."))
        elif len(passages) > SHOWN_TURNS:
            more = len(passages) - SHOWN_TURNS
            lines.append(words.plural("… and {count} more turn", "… and {count} more turns", more))
    return _fitting(lines)


def credit_list(story: Story, found: Sequence[Credit], words: Words) -> str:
    """Return who wrote how much; the shares sum to 100 %."""
    lines = [f"✍️ **{escape_markdown(story.title)}**"]
    if not found:
        lines.append(words("Nothing is written yet."))
    for credit in found:
        name = words("the model {model}", model=escape_markdown(credit.name))
        if credit.hand is Hand.MEMBER:
            name = mention(credit.author_id)
        lines.append(
            words(
                "- {share} % {name} · {size}",
                share=f"{credit.share / 10:.1f}",
                name=name,
                size=words.plural("{count} word", "{count} words", credit.words),
            )
        )
    return _fitting(lines)


def version_list(
    number: int, found: Sequence[Version], words: Words
) -> tuple[str, discord.ui.View | None]:
    """Return the versions of a turn, and a menu that brings one of them back."""
    lines = [words("Versions of turn {number}, the oldest first:", number=number)]
    options = []
    for place, version in enumerate(found, start=1):
        mark = "▶" if version.is_told else "·"
        text = _line(version.turn.told)
        lines.append(f"{mark} **{place}.** {escape_markdown(text)}")
        if not version.is_told:
            label = words("Version {place}", place=place)
            options.append(
                discord.SelectOption(label=label, value=str(version.turn.id), description=text)
            )
    if not options:
        lines.append(words("There is no other."))
        return _fitting(lines), None
    view = discord.ui.View(timeout=None)
    placeholder = words("Bring one back")
    view.add_item(PickMenu(Menu.VERSION, options[-MOST_OPTIONS:], placeholder=placeholder))
    return _fitting(lines), view


def parted(branch: Branch, turns: int, words: Words) -> str:
    """Say in public that a branch is written on."""
    return words.plural(
        "🌿 The story goes on here on the branch **{name}**, after {count} turn.",
        "🌿 The story goes on here on the branch **{name}**, after {count} turns.",
        turns,
        name=escape_markdown(branch.name),
    )


def _beginning(passage: Passage) -> str:
    sign = "🤖" if passage.turn.kind is TurnKind.MODEL else "👤"
    return f"{passage.turn.number}. {sign} {escape_markdown(_line(passage.turn.told))}"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_LINE else f"{line[: MOST_LINE - 1]}…"


def _fitting(lines: Sequence[str]) -> str:
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > MOST_CHARACTERS:
            return "\n".join((*kept, "…"))
        kept.append(line)
    return "\n".join(kept)
