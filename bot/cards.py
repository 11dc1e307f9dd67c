"""The messages around a story: its opening, its end, its status."""

import discord
from discord.utils import escape_markdown

from bot.actions import Action
from bot.buttons import row
from bot.locales import Words, words_for
from engine.story import Length, Rating, Story, StoryState
from engine.story.order import Mode, TurnRules
from engine.writing import StoryStatus


def opening(story: Story) -> tuple[str, discord.ui.View | None]:
    """Return the card that opens a story, and its buttons."""
    words = words_for(story.language)
    premise = f"> {escape_markdown(story.premise)}\n" if story.premise else ""
    text = words(
        "📖 **{title}**\n-# {details}\n{premise}"
        "Write with /story write, or reply to a story message; /story continue lets the model "
        "write.",
        title=escape_markdown(story.title),
        details=details(story, words),
        premise=premise,
    )
    return text, row((Action.WRITE, Action.BEGIN), story.id, words)


def details(story: Story, words: Words) -> str:
    """Return genre, style, language, rating, length and starter in one line."""
    parts = [
        escape_markdown(story.genre),
        escape_markdown(story.style),
        {"en": "English", "zh-CN": "中文"}[story.language],
        rating_name(story.rating, words),
        length_name(story.length, words),
        words("opened by {name}", name=mention(story.starter_id)),
    ]
    return " · ".join(part for part in parts if part)


def mention(member_id: int) -> str:
    """Return a member's name as Discord shows it today, without a ping; erased ones have none."""
    return f"<@{member_id}>" if member_id else "…"


def rating_name(rating: Rating, words: Words) -> str:
    """Return for whom the story is."""
    return {
        Rating.GENERAL: words("for everyone"),
        Rating.TEEN: words("for teens"),
        Rating.MATURE: words("for adults"),
    }[rating]


def length_name(length: Length, words: Words) -> str:
    """Return how long the model's turns are."""
    return {
        Length.SHORT: words("short turns"),
        Length.MEDIUM: words("medium turns"),
        Length.LONG: words("long turns"),
    }[length]


def colophon(status: StoryStatus, mode: Mode = Mode.FREE) -> tuple[str, discord.ui.View | None]:
    """Return the line under a finished story, and its buttons."""
    story = status.story
    words = words_for(story.language)
    names = ", ".join(mention(participant.id) for participant in status.participants)
    text = words(
        "🏁 **{title}**: the end.\n-# {size}, written by {names}.",
        title=escape_markdown(story.title),
        size=size(status, words),
        names=names or mention(story.starter_id),
    )
    if mode is Mode.BLIND:
        text += "\n-# " + words("The veil is lifted: /story read shows it whole.")
    return text, row((Action.EXPORT,), story.id, words)


def size(status: StoryStatus, words: Words) -> str:
    """Return how long the story is."""
    return words(
        "{turns}, {words}",
        turns=words.plural("{count} turn", "{count} turns", status.turns),
        words=words.plural("{count} word", "{count} words", status.words),
    )


def where_opened(story: Story, words: Words) -> str:
    """Tell the starter where the story is."""
    return words("The story is open in {channel}.", channel=f"<#{story.channel_id}>")


def status(status: StoryStatus, words: Words, rules: TurnRules) -> str:
    """Return how a story stands, in the member's language; by its rules, not whose turn it is."""
    story = status.story
    lines = [
        f"📖 **{escape_markdown(story.title)}**",
        f"-# {details(story, words)}",
        size(status, words),
    ]
    counts = [(mention(p.id), p.turns) for p in status.participants]
    if status.model_turns:
        counts.append((words("the model"), status.model_turns))
    lines += [
        words.plural("- {name}: {count} turn", "- {name}: {count} turns", turns, name=name)
        for name, turns in counts
    ]
    return "\n".join(filter(None, (*lines, _newest_word(status, words, rules))))


def _newest_word(status: StoryStatus, words: Words, rules: TurnRules) -> str:
    if status.story.state is StoryState.ENDED:
        return words("It has ended. /story read and /story export still work.")
    if status.pending is not None:
        return words("The model is writing turn {number}.", number=status.pending.number)
    if status.can_redo:
        return words("A turn was undone; /story redo brings it back.")
    if rules != TurnRules():
        return ""
    return words("It is open: /story write or /story continue.")
