"""Zip files from strangers: nothing is unpacked before it is counted.

Limits (facts tried against zip bombs): 2,000 entries, 50 MB inflated in all, 200 times the packed
size, no archive inside an archive. Only stored and deflated entries are read, in pieces.
"""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from engine.errors import DocumentFault, DocumentRefused

MOST_ENTRIES = 2_000
MOST_INFLATED_BYTES = 50_000_000
MOST_RATIO = 200
_ALWAYS_ALLOWED_BYTES = 1_000_000  # small entries may be packed as tightly as they like
_PIECE_BYTES = 1 << 18
_ENTRY_MARK = b"PK\x01\x02"
_ENCRYPTED_BIT = 0x1
_ARCHIVES = (
    *(".zip", ".jar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst"),
    *(".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx", ".odt", ".ods", ".epub"),
)


class Archive:
    """A zip file that has passed the limits which can be checked before unpacking.

    Raises:
        DocumentRefused: damaged, encrypted, or beyond the limits.
    """

    def __init__(self, data: bytes) -> None:
        # The count in the file's own words may lie, and reading a million entries takes seconds.
        if data.count(_ENTRY_MARK) > MOST_ENTRIES:
            raise DocumentRefused(DocumentFault.UNSAFE)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise DocumentRefused(DocumentFault.UNREADABLE) from error
        self._left = MOST_INFLATED_BYTES
        self.names = frozenset(self._zip.namelist())
        entries = self._zip.infolist()
        if len(self.names) != len(entries) or len(entries) > MOST_ENTRIES:
            raise DocumentRefused(DocumentFault.UNSAFE)
        if sum(entry.file_size for entry in entries) > MOST_INFLATED_BYTES:
            raise DocumentRefused(DocumentFault.UNSAFE)
        for entry in entries:
            _check(entry)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield an entry's bytes in pieces; what is yielded counts against the limit for all."""
        try:
            with self._zip.open(name) as entry:
                while piece := entry.read(_PIECE_BYTES):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise DocumentRefused(DocumentFault.UNSAFE)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise DocumentRefused(DocumentFault.UNREADABLE) from error


def _check(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED_BIT:
        raise DocumentRefused(DocumentFault.ENCRYPTED)
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_outside = path.is_absolute() or ".." in path.parts
    is_tight = entry.file_size > max(_ALWAYS_ALLOWED_BYTES, MOST_RATIO * entry.compress_size)
    if is_outside or is_tight or path.suffix.casefold() in _ARCHIVES:
        raise DocumentRefused(DocumentFault.UNSAFE)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DocumentRefused(DocumentFault.UNREADABLE)
