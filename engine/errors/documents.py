"""Why a file that a member hands in is not read."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


class DocumentFault(StrEnum):
    """What is wrong with the file."""

    TOO_LARGE = "too large"  # more than `most` bytes
    TOO_LONG = "too long"  # more than `most` characters of text
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"  # neither text, Markdown nor Word
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"  # damaged, or not what its name says
    ENCODING = "encoding"  # text, in none of the encodings that can be told apart
    UNSAFE = "unsafe"  # packed in a way that would flood memory or time


@dataclass
class DocumentRefused(Refused):
    """The file cannot be read."""

    fault: DocumentFault
    most: int = 0
