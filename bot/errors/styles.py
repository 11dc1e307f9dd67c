"""Why a server's style cannot be as a member wished, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import BanFault, BanRefused, ListFull, ValueRefused


@describe.register
def _(error: errors.PresetUnknown, words: Words) -> str:
    return words("There is no preset “{preset}” any more. Open /style again.", preset=error.preset)


@describe.register
def _(error: errors.ValueRefused, words: Words) -> str:
    return refused_value(error, words)


@describe.register
def _(error: errors.BanRefused, words: Words) -> str:
    return refused_ban(error, words)


@describe.register
def _(error: errors.ListFull, words: Words) -> str:
    return full_list(error, words)


@describe.register
def _(error: errors.StyleChanged, words: Words) -> str:
    return words("Somebody else changed this while you edited. Open /style again and add yours.")


def refused_value(error: ValueRefused, words: Words) -> str:
    """Name the bounds of a value, or say why it is none or does nothing."""
    if error.idle_without:
        return words(
            "“{name}” does nothing while “{other}” is 0. Raise that one too, or take “{name}” out.",
            name=error.name,
            other=error.idle_without,
        )
    if error.least is None or error.most is None:
        return words(
            "There is no value “{name}”. Write lines such as: temperature = 0.9", name=error.name
        )
    bounds = {"name": error.name, "least": f"{error.least:g}", "most": f"{error.most:g}"}
    if error.is_whole:
        return words(
            "“{name}” is a whole number from {least} to {most}; “{given}” is not.",
            given=error.given,
            **bounds,
        )
    return words(
        "“{name}” is a number from {least} to {most}; “{given}” is not.",
        given=error.given,
        **bounds,
    )


def refused_ban(error: BanRefused, words: Words) -> str:
    """Say what is wrong with a line of the list."""
    match error.fault:
        case BanFault.TOO_LONG:
            text = words("“{line}” is too long: a line has {limit} characters at most.")
        case BanFault.INVISIBLE:
            text = words("“{line}” has no character that can be seen.")
        case BanFault.PATTERN:
            text = words("“{line}” is no regular expression that can be used here: {reason}")
        case BanFault.TOO_MANY_PATTERNS:
            text = words("A server can have {limit} regular expressions. Take out “{line}”.")
        case BanFault.EVERYDAY:
            text = words("“{line}” would stop nearly every sentence. Ban something rarer.")
    return text.format(line=error.line, limit=error.limit, reason=error.reason)


def full_list(error: ListFull, words: Words) -> str:
    """Say how long a list may be."""
    if error.entries > error.most_entries:
        return words(
            "That makes {entries} lines, and a server can have {most}. Take some out first.",
            entries=error.entries,
            most=error.most_entries,
        )
    return words(
        "That makes {characters} characters in all, and a server can have {most}. "
        "Take some lines out first.",
        characters=error.characters,
        most=error.most_characters,
    )
