"""Why summaries, notes, pins and samples are refused, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors


@describe.register
def _(error: errors.SummaryNotFound, words: Words) -> str:
    return words("This summary is gone: forgotten, or its turns are told otherwise now.")


@describe.register
def _(error: errors.PinNotFound, words: Words) -> str:
    return words("This is not pinned any more.")


@describe.register
def _(error: errors.SampleNotFound, words: Words) -> str:
    return words("This sample is gone.")


@describe.register
def _(error: errors.TooManyKept, words: Words) -> str:
    return words("There is room for {most}, and no more. Take one away first.", most=error.most)


@describe.register
def _(error: errors.NotYourWords, words: Words) -> str:
    return words("Only who wrote a passage can give it as a sample of style.")
