"""What the import and export of stories refuses."""

from dataclasses import dataclass

from engine.errors.tree import Refused


@dataclass
class TypefaceMissing(Refused):
    """The story has Chinese letters, and this machine has no typeface to print them with."""
