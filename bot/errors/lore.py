"""Why lore refuses, in words."""

from discord.utils import escape_markdown

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import LorebookFault


@describe.register
def _(error: errors.LorebookRefused, words: Words) -> str:
    too_many = words("This lorebook has too many parts: I read {limit} at most.")
    text = {
        LorebookFault.TOO_LARGE: words("This lorebook is too large: {limit} bytes at most."),
        LorebookFault.TOO_MANY_PARTS: too_many,
        LorebookFault.TOO_DEEP: too_many,
        LorebookFault.NOT_JSON: words(
            "This file is no JSON, or it is damaged: I cannot read a lorebook in it."
        ),
        LorebookFault.KEY_TWICE: words(
            "This lorebook has “{detail}” twice, so that nobody can tell which one counts."
        ),
        LorebookFault.NUMBER: words("This lorebook has a number that cannot be read: {detail}"),
        LorebookFault.NOT_A_LOREBOOK: words(
            "There is no lorebook in this file. I read World Info, lorebook_v3, and the lorebook "
            "of a character card."
        ),
        LorebookFault.CARD: words(
            "I cannot read the card in this file. Save it anew where you got it."
        ),
    }[error.fault]
    return text.format(detail=escape_markdown(error.detail), limit=f"{error.limit:,}")
