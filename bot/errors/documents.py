"""Why a file is not read, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine.errors import DocumentFault, DocumentRefused

_MEBIBYTE = 1024 * 1024


@describe.register
def _(error: DocumentRefused, words: Words) -> str:
    return _described(error, words)


def _described(error: DocumentRefused, words: Words) -> str:
    match error.fault:
        case DocumentFault.TOO_LARGE:
            text = words("The file is too large: {most} MB is the most. Give it in parts.")
            return text.format(most=error.most // _MEBIBYTE)
        case DocumentFault.TOO_LONG:
            text = words("The text is too long: {most} characters are the most. Give it in parts.")
            return text.format(most=f"{error.most:,}")
        case DocumentFault.EMPTY:
            text = words("There is no text in the file.")
        case DocumentFault.UNSUPPORTED:
            text = words("I read .txt, .md and .docx files. Save it as one of them.")
        case DocumentFault.ENCRYPTED:
            text = words("The file is locked with a password. Save it without one.")
        case DocumentFault.UNREADABLE:
            text = words("The file is damaged, or is not what its name says. Save it once more.")
        case DocumentFault.ENCODING:
            text = words("I cannot tell how the text is encoded. Save it as UTF-8.")
        case DocumentFault.UNSAFE:
            text = words("The file is packed in a way that I do not open. Save it as plain text.")
    return text
