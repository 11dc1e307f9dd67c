"""Word documents (docx): what a reader of the page reads, as plain text.

Read as a stream of XML events rather than through python-docx, which builds a whole document in
memory before it can be counted, knows no footnotes, and leaves out what stands in tracked
insertions, content controls and text boxes. What was deleted or moved away, hidden text, comments,
headers and footers are left out.
"""

import posixpath
import re

from engine.errors import DocumentFault, DocumentRefused
from engine.files.archives import Archive
from engine.files.word_body import NAMESPACES, Body
from engine.files.xml_events import read_xml

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])|(title)", re.IGNORECASE)
# Whoever parts paragraphs by empty ones does so often, but for the breaks between scenes.
_PARTED_SHARE = 1 / 8


def read_word(data: bytes) -> str:
    """Return the text: headings with #, entries of lists with -, rows of tables with |.

    Paragraphs are parted by blank lines; where the author does so with empty paragraphs, each
    stands on its own line, so that verses stay together. Notes are numbered, and stand at the end.

    Raises:
        DocumentRefused: damaged, encrypted, or beyond the limits.
    """
    archive = Archive(data)
    main = _related(archive, "").get("officeDocument")
    if main is None:
        raise DocumentRefused(DocumentFault.UNREADABLE)
    related = _related(archive, main)
    styles = _Styles()
    if "styles" in related:
        read_xml(archive.pieces(related["styles"]), styles)
    body = Body(styles.headings)
    read_xml(archive.pieces(main), body)
    notes: dict[tuple[str, str], str] = {}
    for kind in {kind for kind, _ in body.noted} & {"footnote", "endnote"}:
        if f"{kind}s" in related:
            reader = Body(styles.headings)
            read_xml(archive.pieces(related[f"{kind}s"]), reader)
            notes |= {(kind, note): text for note, text in reader.notes.items()}
    found = ((number, notes.get(note)) for number, note in enumerate(body.noted, 1))
    lines = [f"[{number}] {text}" for number, text in found if text]
    return "\n\n".join([_laid_out(body.paragraphs), *lines])


def _laid_out(paragraphs: list[str]) -> str:
    written = [paragraph for paragraph in paragraphs if paragraph]
    are_parted = len(paragraphs) - len(written) > _PARTED_SHARE * len(written)
    if not are_parted:
        return "\n\n".join(written)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs))


def _related(archive: Archive, path: str) -> dict[str, str]:
    """Return the entries that belong to one entry of the package, or to the package itself."""
    folder, name = posixpath.split(path)
    relations = _Relations()
    entry = posixpath.join(folder, "_rels", f"{name}.rels")
    if entry in archive.names:
        read_xml(archive.pieces(entry), relations)
    paths = {
        kind: posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        for kind, target in relations.targets.items()
    }
    return {kind: path for kind, path in paths.items() if path in archive.names}


class _Relations:
    """Reads which entry of a package plays which part."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" Relationship") and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets.setdefault(kind, attributes.get("Target", ""))

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


class _Styles:
    """Reads which styles are headings, and of what level: ids differ from language to language."""

    def __init__(self) -> None:
        self.headings: dict[str, int] = {}
        self._style = ""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        uri, _, local = name.rpartition(" ")
        values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if uri in NAMESPACES and local == "style":
            self._style = values.get("styleId", "")
        elif uri in NAMESPACES and local == "name" and self._style:
            match = _HEADING.fullmatch(values.get("val", ""))
            self.headings[self._style] = int(match[1] or 1) if match else 0

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass
