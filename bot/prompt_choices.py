"""What is offered while a member types a wish; everything else may be typed as well."""

from discord.app_commands import Choice

from bot.answers import words_of
from bot.buttons import Interaction


async def genre_choices(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Return genres with what was typed."""
    words = words_of(interaction)
    genres = (
        words("mystery"),
        words("fantasy"),
        words("science fiction"),
        words("ghost story"),
        words("love story"),
        words("fairy tale"),
        words("adventure"),
    )
    return _with(typed, genres)


async def tone_choices(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Return tones with what was typed."""
    words = words_of(interaction)
    return _with(typed, (words("dark"), words("funny"), words("quiet"), words("hopeful")))


async def form_choices(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Return forms with what was typed."""
    words = words_of(interaction)
    forms = (words("short story"), words("single scene"), words("letter"), words("diary"))
    return _with(typed, forms)


def _with(typed: str, offered: tuple[str, ...]) -> list[Choice[str]]:
    found = [text for text in offered if typed.casefold() in text.casefold()]
    return [Choice(name=text, value=text) for text in found]
