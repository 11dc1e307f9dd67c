"""Why the import and export of stories refuses, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors


@describe.register
def _(error: errors.TypefaceMissing, words: Words) -> str:
    return words(
        "This machine has no typeface with Chinese letters, so it cannot make a PDF of this "
        "story. EPUB, Word and HTML need none."
    )
