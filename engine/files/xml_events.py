"""XML from strangers, read as a stream: no document types, no entities, no endless tokens.

The parser is the standard library's. Documents of Word never have a document type, so one that
declares it is refused before an entity can be: there is nothing left that expands. Bytes are
counted by the archive; elements and the length of one token are counted here, because parsers
differ in how they take a tag of fifty megabytes (some quadratically).
"""

import xml.parsers.expat
from collections.abc import Iterable
from typing import Protocol

from engine.errors import DocumentFault, DocumentRefused

MOST_ELEMENTS = 500_000  # a thick novel in Word has 200,000
MOST_DEPTH = 256
MOST_TOKEN_BYTES = 1 << 20


class Reader(Protocol):
    """What is told of the elements; names are `namespace local`, or `local` alone."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Take note that an element begins."""

    def text(self, text: str) -> None:
        """Take note of text in the innermost element."""

    def end(self, name: str) -> None:
        """Take note that an element ends."""


def read_xml(pieces: Iterable[bytes], reader: Reader) -> None:
    """Tell the reader of every element and text in order.

    Raises:
        DocumentRefused: not well-formed, or beyond the limits.
    """
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    elements = depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth
        elements += 1
        depth += 1
        if elements > MOST_ELEMENTS or depth > MOST_DEPTH:
            raise DocumentRefused(DocumentFault.UNSAFE)
        reader.begin(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(name)

    def refuse(*_: object) -> None:
        raise DocumentRefused(DocumentFault.UNSAFE)

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = refuse
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)  # noqa: FBT003  the library's own argument
            fed += len(piece)
            if fed - parser.CurrentByteIndex > MOST_TOKEN_BYTES:
                raise DocumentRefused(DocumentFault.UNSAFE)
        parser.Parse(b"", True)  # noqa: FBT003
    except xml.parsers.expat.ExpatError as error:
        raise DocumentRefused(DocumentFault.UNREADABLE) from error
