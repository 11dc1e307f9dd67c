"""Why the canon refuses, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors


@describe.register
def _(error: errors.FactNotFound, words: Words) -> str:
    return words("This fact is gone.")


@describe.register
def _(error: errors.FactDecided, words: Words) -> str:
    return words("Somebody has decided about this already. /canon list shows what holds.")


@describe.register
def _(error: errors.FactIncomplete, words: Words) -> str:
    return words(
        "A fact says of whom or what, in which respect, and what: each in at most {most} "
        "characters.",
        most=error.most,
    )


@describe.register
def _(error: errors.QuoteNotFound, words: Words) -> str:
    return words("These words do not stand in the story as you quoted them.")
