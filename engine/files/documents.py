"""Texts that members hand in as files: plain text, Markdown and Word, within limits."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from engine.errors import DocumentFault, DocumentRefused
from engine.files.decoding import clean, decode
from engine.files.word_documents import read_word

MOST_BYTES = 10 * 1024 * 1024  # what Discord takes from everyone
MOST_CHARACTERS = 2_000_000  # four thick novels in English

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the old Word, and the new one with a password
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")


class DocumentKind(StrEnum):
    """What the file was; the text of each is plain."""

    TEXT = "text"
    MARKDOWN = "markdown"
    WORD = "word"


SUFFIXES = {
    ".txt": DocumentKind.TEXT,
    ".text": DocumentKind.TEXT,
    ".md": DocumentKind.MARKDOWN,
    ".markdown": DocumentKind.MARKDOWN,
    ".docx": DocumentKind.WORD,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was handed in: newlines only, nothing invisible, at least one character."""

    text: str
    kind: DocumentKind


def check_document(name: str, size: int) -> DocumentKind:
    """Return the kind of a file from its name and size in bytes, before it is fetched.

    Raises:
        DocumentRefused: too large, or of no kind that can be read.
    """
    kind = SUFFIXES.get(PurePath(name).suffix.casefold())
    if kind is None:
        raise DocumentRefused(DocumentFault.UNSUPPORTED)
    if size > MOST_BYTES:
        raise DocumentRefused(DocumentFault.TOO_LARGE, most=MOST_BYTES)
    return kind


def read_document(name: str, data: bytes, *, most_characters: int = MOST_CHARACTERS) -> Document:
    """Return the text of a file. It may compute for a second: call it in a thread.

    Raises:
        DocumentRefused: too large, too long, empty, damaged, encrypted, unsafe, or of no kind or
            encoding that can be read.
    """
    kind = check_document(name, len(data))
    text = clean(_read_word(data)) if kind is DocumentKind.WORD else decode(data)
    if not text:
        raise DocumentRefused(DocumentFault.EMPTY)
    if len(text) > most_characters:
        raise DocumentRefused(DocumentFault.TOO_LONG, most=most_characters)
    return Document(text, kind)


def _read_word(data: bytes) -> str:
    if data.startswith(_OLE):
        is_encrypted = _ENCRYPTED_PART in data
        raise DocumentRefused(
            DocumentFault.ENCRYPTED if is_encrypted else DocumentFault.UNSUPPORTED
        )
    if not data.startswith(_ZIP):
        raise DocumentRefused(DocumentFault.UNREADABLE if data else DocumentFault.EMPTY)
    return read_word(data)
