"""PNG files from strangers, chunk by chunk: nothing is inflated before it is known to be wanted.

Every length is checked against the file, every checksum is counted, and a compressed text is
inflated up to a limit. Pictures are not decoded here.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import CardFault, CardRefused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 20_000
MOST_PIXELS = 10_000_000
MOST_TEXT_BYTES = 3_000_000  # of one text chunk, inflated
MOST_KEYWORD_BYTES = 79
_PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_HEADER_BYTES = 13
_MOST_TITLE_BYTES = 1_000  # of a text's language and translated keyword


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a PNG: its kind and a view on its data."""

    kind: bytes
    data: memoryview


def read_chunks(png: bytes) -> list[Chunk]:
    """Return the chunks from IHDR to IEND; what follows IEND is left alone.

    Raises:
        CardRefused: damaged, cut off, of too many chunks, or of a picture with too many pixels.
    """
    view, offset, chunks = memoryview(png), len(SIGNATURE), list[Chunk]()
    while not chunks or chunks[-1].kind != b"IEND":
        if len(chunks) >= MOST_CHUNKS:
            raise CardRefused(CardFault.TOO_MANY_PARTS, limit=MOST_CHUNKS)
        chunk, offset = _read_chunk(view, offset)
        if (chunk.kind == b"IHDR") is bool(chunks):
            raise CardRefused(CardFault.DAMAGED)
        chunks.append(chunk)
        if chunk.kind == b"IHDR":
            _check_header(chunk)
    return chunks


def find_texts(chunks: Iterable[Chunk], keywords: Iterable[str]) -> dict[str, bytes]:
    """Return the first text under each keyword, whatever its case, by the keyword as asked for.

    Raises:
        CardRefused: such a text is damaged or too long.
    """
    wanted = {keyword.casefold(): keyword for keyword in keywords}
    found: dict[str, bytes] = {}
    for chunk in chunks:
        if chunk.kind not in _TEXTS:
            continue
        keyword, mark, _ = bytes(chunk.data[: MOST_KEYWORD_BYTES + 1]).partition(b"\0")
        name = wanted.get(keyword.decode("latin-1").casefold())
        if mark and name is not None and name not in found:
            found[name] = _text(chunk.kind, chunk.data[len(keyword) + 1 :])
    return found


def picture_of(chunks: Iterable[Chunk]) -> bytes:
    """Return a PNG of the same picture and nothing else: no text, profile or time."""
    return SIGNATURE + b"".join(
        _chunk(chunk.kind, bytes(chunk.data)) for chunk in chunks if chunk.kind in _PICTURE
    )


def with_texts(png: bytes, texts: Mapping[str, bytes]) -> bytes:
    """Return a PNG of ours with texts in it, by keyword, ahead of its picture."""
    header_end = len(SIGNATURE) + 12 + _HEADER_BYTES
    added = b"".join(
        _chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + text) for keyword, text in texts.items()
    )
    return png[:header_end] + added + png[header_end:]


def _read_chunk(view: memoryview, offset: int) -> tuple[Chunk, int]:
    if len(view) - offset < 12:
        raise CardRefused(CardFault.DAMAGED)
    length, kind = struct.unpack_from(">I4s", view, offset)
    end = offset + 8 + length
    if end + 4 > len(view) or not kind.isalpha():
        raise CardRefused(CardFault.DAMAGED)
    (checksum,) = struct.unpack_from(">I", view, end)
    if zlib.crc32(view[offset + 4 : end]) != checksum:
        raise CardRefused(CardFault.DAMAGED)
    return Chunk(kind, view[offset + 8 : end]), end + 4


def _check_header(chunk: Chunk) -> None:
    if len(chunk.data) != _HEADER_BYTES:
        raise CardRefused(CardFault.DAMAGED)
    width, height = struct.unpack_from(">II", chunk.data)
    if not 0 < width * height <= MOST_PIXELS:
        raise CardRefused(CardFault.PICTURE_TOO_LARGE, limit=MOST_PIXELS)


def _text(kind: bytes, data: memoryview) -> bytes:
    if kind == b"tEXt":
        if len(data) > MOST_TEXT_BYTES:
            raise CardRefused(CardFault.TEXT_TOO_LONG, limit=MOST_TEXT_BYTES)
        return bytes(data)
    if kind == b"zTXt":
        return _inflate(data[1:])  # after the method, of which there is one
    # iTXt: two bytes say how it is packed; language and translated keyword end in NUL.
    parts = bytes(data[2 : 2 + _MOST_TITLE_BYTES]).split(b"\0", 2)
    if len(parts) != 3:
        raise CardRefused(CardFault.DAMAGED)
    text = data[2 + len(parts[0]) + len(parts[1]) + 2 :]
    return _inflate(text) if data[0] == 1 else _text(b"tEXt", text)


def _inflate(data: memoryview) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, MOST_TEXT_BYTES + 1)
    except zlib.error as error:
        raise CardRefused(CardFault.DAMAGED) from error
    if len(text) > MOST_TEXT_BYTES:
        raise CardRefused(CardFault.TEXT_TOO_LONG, limit=MOST_TEXT_BYTES)
    if not inflater.eof:
        raise CardRefused(CardFault.DAMAGED)
    return text


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
