"""What the import and export of stories refuses."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


@dataclass
class TypefaceMissing(Refused):
    """The story has Chinese letters, and this machine has no typeface to print them with."""


class ArchiveFault(StrEnum):
    """What is wrong with a file that should hold a whole story."""

    NO_ARCHIVE = "no archive"  # not one of ours
    TOO_NEW = "too new"  # of a later version than this one reads
    TOO_LARGE = "too large"
    DAMAGED = "damaged"  # a value is missing, of the wrong kind, or refers to nothing
    UNKNOWN = "unknown"  # it has a table or a value that this version does not know


@dataclass
class ArchiveRefused(Refused):
    """A file is not taken as a story. `where` names the line, or the table and the value."""

    fault: ArchiveFault
    where: str = ""
