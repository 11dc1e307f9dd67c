"""What lore, its scopes and its places are called."""

from collections.abc import Mapping

from discord.utils import escape_markdown

from bot.cards import mention
from bot.locales import Words
from engine.story import (
    BookNotice,
    BookNoticeKind,
    KeptBook,
    LoreHome,
    LoreObstacle,
    LorePosition,
    LoreScope,
    LoreSettings,
)

KEY_CHARACTERS = 40
OPTION_CHARACTERS = 100  # Discord's limit of a label and a description


def scope_name(scope: LoreScope, words: Words) -> str:
    """Return what a scope is called."""
    return {
        LoreScope.STORY: words("Story"),
        LoreScope.CHANNEL: words("Channel"),
        LoreScope.PERSONA: words("Persona"),
        LoreScope.CHARACTER: words("Character"),
        LoreScope.SERVER: words("Server"),
    }[scope]


def home_name(home: LoreHome, names: Mapping[int, str], words: Words) -> str:
    """Return what a place is called; `names` are those of characters, by their ids."""
    name = scope_name(home.scope, words)
    if home.scope is LoreScope.PERSONA:
        return f"{name}: {mention(home.place_id)}"
    if home.scope is LoreScope.CHARACTER and home.place_id in names:
        return f"{name}: {escape_markdown(names[home.place_id])}"
    return name


def book_name(kept: KeptBook, names: Mapping[int, str], words: Words) -> str:
    """Return what a book is called, and where it belongs."""
    place = home_name(kept.home, names, words)
    if not kept.book.name:
        return f"**{place}**"
    return f"**{place}** · {escape_markdown(kept.book.name)} · #{kept.book.id}"


def key_name(key: str) -> str:
    """Return a key as it is shown, short and on one line."""
    line = " ".join(key.replace("`", "'").split())
    cut = line if len(line) <= KEY_CHARACTERS else line[: KEY_CHARACTERS - 1] + "…"
    return f"`{cut or ' '}`"


def short(text: str, most: int) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def place_in_prompt(position: LorePosition, depth: int, words: Words, *, is_steady: bool) -> str:
    """Say where an entry would stand."""
    if position is LorePosition.AT_DEPTH and depth:
        return words.plural("before the last {count} turn", "before the last {count} turns", depth)
    return words("before the turns") if is_steady else words("after the turns")


def why_not(obstacle: LoreObstacle, words: Words) -> str:
    """Say why an entry is not in."""
    return {
        LoreObstacle.OFF: words("it is switched off"),
        LoreObstacle.CHARACTER: words("it is for other characters"),
        LoreObstacle.TRIGGER: words("it is for other kinds of writing"),
        LoreObstacle.DELAY: words("the story has too few turns yet (delay)"),
        LoreObstacle.COOLDOWN: words("it was there lately and rests (cooldown)"),
        LoreObstacle.LEVEL: words("only other lore can wake it (recursion level)"),
        LoreObstacle.RECURSION: words("only other lore speaks of it (exclude recursion)"),
        LoreObstacle.DECORATOR: words("a decorator in its text keeps it out"),
        LoreObstacle.SECONDARY: words("its secondary keys say no"),
        LoreObstacle.GROUP: words("another entry of its group was drawn"),
        LoreObstacle.SCORE: words("another entry of its group has more keys found"),
        LoreObstacle.ROLL: words("its probability was against it this time"),
        LoreObstacle.BUDGET: words("the budget of lore is used up"),
        LoreObstacle.BOOK_BUDGET: words("the budget of its book is used up"),
        LoreObstacle.EMPTY: words("it has no text"),
        LoreObstacle.NO_NOTE: words("it stands by the author's note, and there is none"),
        LoreObstacle.OUTLET: words("it stands at an outlet, which nothing calls"),
    }[obstacle]


def notice_line(notice: BookNotice, words: Words) -> str:
    """Tell a member what of an entry is not as its file, or its author, has it."""
    entry = escape_markdown(short(notice.entry, 60))
    detail = escape_markdown(short(notice.detail, 120))
    text = {
        BookNoticeKind.BROKEN_ENTRY: words("**{entry}** was left out: it is no entry."),
        BookNoticeKind.TOO_LONG: words("**{entry}** was left out: its text or keys are too long."),
        BookNoticeKind.TOO_MANY: words(
            "Entries from **{entry}** on were left out: there are too many."
        ),
        BookNoticeKind.REFUSED_KEY: words(
            "**{entry}** has a key that I cannot look for, and that is kept: {detail}"
        ),
        BookNoticeKind.PLAIN_KEY: words(
            "**{entry}** has a key that looks like a pattern and is none; I look for it as it "
            "stands: {detail}"
        ),
        BookNoticeKind.ODD_FIELD: words(
            "**{entry}**: {detail} holds nothing of its kind, so its default counts."
        ),
    }[notice.kind]
    return "⚠️ " + text.format(entry=entry, detail=detail)


def settings(chosen: LoreSettings, words: Words) -> str:
    """Show what holds for all lore of a server."""
    sweeps = {
        0: words("Lore calls for more lore as often as it does"),
        1: words("Lore does not call for more lore"),
    }.get(chosen.most_sweeps) or words(
        "Lore calls for more lore, at most {count} times", count=chosen.most_sweeps - 1
    )
    switches = (
        (chosen.has_whole_words, words("A key of one word must stand by itself")),
        (chosen.is_case_sensitive, words("Large and small letters differ")),
    )
    return "\n".join(
        [
            words("🔑 Looked at for keys: the last {count} turns", count=chosen.scan_depth),
            words("📏 At most {share} % of a prompt", share=chosen.budget_percent),
            f"🔁 {sweeps}",
            *(f"{'✅' if is_on else '▫️'} {line}" for is_on, line in switches),
            words("-# Entries and books may say otherwise for themselves."),
        ]
    )
