"""Why there are no story prompts, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors


@describe.register
def _(error: errors.PromptNotFound, words: Words) -> str:
    return words("This prompt is gone. Ask for new ones with /prompt new.")


@describe.register
def _(error: errors.NoPromptsLeft, words: Words) -> str:
    return words(
        "The model wrote {count} drafts, and none was fit to be shown. "
        "Try again, or with other words.",
        count=error.candidates,
    )
