"""Why the import and export of stories refuses, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import ArchiveFault


@describe.register
def _(error: errors.TypefaceMissing, words: Words) -> str:
    return words(
        "This machine has no typeface with Chinese letters, so it cannot make a PDF of this "
        "story. EPUB, Word and HTML need none."
    )


@describe.register
def _(error: errors.ArchiveRefused, words: Words) -> str:
    where = words("line {number}", number=error.where) if error.where.isdigit() else error.where
    return {
        ArchiveFault.NO_ARCHIVE: words(
            "This file is no story of Scriptorium. /story export as JSONL makes one; a plain text "
            "or Markdown file becomes a new story."
        ),
        ArchiveFault.TOO_NEW: words(
            "This file was made by a newer version. Update this one to read it."
        ),
        ArchiveFault.TOO_LARGE: words("This file is too large to be taken in."),
        ArchiveFault.DAMAGED: words(
            "This file is damaged ({where}). Nothing was taken in.", where=where
        ),
        ArchiveFault.UNKNOWN: words(
            "This file has something that this version does not know ({where}). Nothing was taken "
            "in.",
            where=where,
        ),
    }[error.fault]
