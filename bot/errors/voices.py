"""Why a voice cannot be trained or used, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import VoiceFault


@describe.register
def _(error: errors.VoiceUnavailable, words: Words) -> str:
    return why_unusable(error.number, error.fault, error.reason, words)


@describe.register
def _(error: errors.VoiceUnusable, words: Words) -> str:
    return why_unusable(error.number, error.fault, error.reason, words)


@describe.register
def _(error: errors.VoiceNotFound, words: Words) -> str:
    if not error.numbers:
        return words("This server has no voice {number}. Train one with /voice train.").format(
            number=error.number
        )
    return words(
        "This server has no voice {number} that can be used. There are: {numbers}",
        number=error.number,
        numbers=", ".join(map(str, error.numbers)),
    )


@describe.register
def _(error: errors.VoiceStale, words: Words) -> str:
    return words(
        "Voice {number} learned from a work that was withdrawn. It is not used any more; "
        "train a new one with /voice train.",
        number=error.number,
    )


@describe.register
def _(error: errors.VoiceInUse, words: Words) -> str:
    return words("Voice {number} is the one that writes here already.", number=error.number)


@describe.register
def _(error: errors.NoVoice, words: Words) -> str:
    return words("No voice of this server is in use. The model writes as it is.")


@describe.register
def _(error: errors.TrainingRuns, words: Words) -> str:
    return words("A training of this server is not over yet. See /voice status.")


@describe.register
def _(error: errors.JobOver, words: Words) -> str:
    return words("This training is over, or was begun already. See /voice status.")


@describe.register
def _(error: errors.TooLittleText, words: Words) -> str:
    return words(
        "There is too little to learn from. Works that may be used: {works}, with {count} words. "
        "Needed: {least_works} works with {least_words} words. Members give works with "
        "/library give.",
        works=error.works,
        count=f"{error.words:,}",
        least_works=error.least_works,
        least_words=f"{error.least_words:,}",
    )


@describe.register
def _(error: errors.OtherBaseServed, words: Words) -> str:
    return words(
        "The model server writes with “{served}”, but a voice would be trained on “{trained}” "
        "and could not be used. Tell the operator of this bot to set MODEL.",
        served=error.served,
        trained=error.trained,
    )


@describe.register
def _(error: errors.ComparisonOver, words: Words) -> str:
    return words("This comparison is not there any more.")


def why_unusable(number: int, fault: VoiceFault, reason: str, words: Words) -> str:
    """Say why a voice does not load, and what helps."""
    match fault:
        case VoiceFault.OTHER_BASE:
            text = words(
                "Voice {number} was trained on the model “{reason}”, and another one writes now. "
                "Train a new voice, or use none with /voice off."
            )
        case VoiceFault.REFUSED:
            text = words(
                "The model server does not take voice {number} ({reason}). "
                "Use another one with /voice promote, or none with /voice off."
            )
        case VoiceFault.NOT_LOADABLE:
            text = words(
                "The model server loads no voices. Tell the operator of this bot, or use none "
                "with /voice off."
            )
    return text.format(number=number, reason=reason)
