"""Why lore refuses, in words."""

from discord.utils import escape_markdown

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import LorebookFault, LoreLimit


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


@describe.register
def _(error: errors.LoreNotFound, words: Words) -> str:
    if error.name is None:
        return words("This lore is gone. /lore list shows what there is.")
    if not error.name:
        return words("Say which: choose an entry or a book. /lore list shows what there is.")
    return words(
        "There is no lore called “{name}” here. /lore list shows what there is.",
        name=escape_markdown(error.name),
    )


@describe.register
def _(_error: errors.LoreChanged, words: Words) -> str:
    return words("Somebody else changed this entry meanwhile. Open it again with /lore edit.")


@describe.register
def _(error: errors.LoreFull, words: Words) -> str:
    text = {
        LoreLimit.ENTRIES: words(
            "That is too much lore: a server can have {most} entries. Remove some first."
        ),
        LoreLimit.CHARACTERS: words(
            "That is too much lore: all entries of a server together can have {most} characters. "
            "Remove some first."
        ),
        LoreLimit.TEXT: words("The text of an entry can have {most} characters."),
        LoreLimit.KEYS: words("An entry can have {most} keys."),
        LoreLimit.KEY: words("A key can have {most} characters."),
        LoreLimit.NAME: words("A name can have {most} characters."),
    }[error.limit]
    return text.format(most=f"{error.most:,}")


@describe.register
def _(_error: errors.LoreNeverFires, words: Words) -> str:
    return words(
        "This entry would never be used: give it a key, or write `constant = yes` into its "
        "settings, and it is always there."
    )


@describe.register
def _(error: errors.LoreSettingRefused, words: Words) -> str:
    name = f"`{error.name.replace('`', '')}`"
    if error.choices:
        return words(
            "{name} is one of: {choices}.",
            name=name,
            choices=" · ".join(f"`{choice}`" for choice in error.choices),
        )
    if error.most:
        return words(
            "{name} is a number from {least} to {most}.",
            name=name,
            least=error.least,
            most=f"{error.most:,}",
        )
    return words(
        "I do not know the setting {name}. Write one setting a line, such as `order = 100`.",
        name=name,
    )


@describe.register
def _(error: errors.NoPlaceForLore, words: Words) -> str:
    if error.scope == "story":
        return words("No story is open in this channel. Start one with /story start.")
    return words("Say which character the lore is about: choose one in `character`.")
