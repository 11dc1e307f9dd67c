"""The events of a Word document's XML, gathered into paragraphs.

Whatever stands where it should not is taken as it comes: files of strangers are well-formed, not
well-behaved, and nothing here may raise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NAMESPACES = frozenset(
    (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_LEFT_OUT = frozenset(("del", "moveFrom", "rt", "instrText"))  # rt: the reading above a character
_OFF = frozenset(("0", "false", "off"))
_NO_NOTES = frozenset(("separator", "continuationSeparator", "continuationNotice"))


@dataclass
class Paragraph:
    """A paragraph while it is read, and when it is whole."""

    parts: list[str] = field(default_factory=list)
    heading: int = 0  # level, 0 for none
    is_listed: bool = False

    def text(self) -> str:
        """Return it as a line: # before headings, - before entries of lists."""
        text = "".join(self.parts).strip()
        mark = "#" * self.heading + " " if self.heading else "- " if self.is_listed else ""
        return mark + text if text else ""


class Body:
    """Reads the document, its footnotes or its endnotes. `headings`: levels by id of style."""

    def __init__(self, headings: Mapping[str, int]) -> None:
        self._headings = headings
        self.paragraphs: list[str] = []
        self.notes: dict[str, str] = {}  # texts of notes by their ids
        self.noted: list[tuple[str, str]] = []  # kind and id of each note, as they are met
        self._sinks = [self.paragraphs]
        self._tables: list[list[list[str]]] = []
        self._open: list[Paragraph] = []
        self._hidden: list[bool] = []  # of the runs that are open
        self._left_out = self._in_text = self._in_properties = 0
        self._note = ""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Take note that an element begins."""
        uri, _, local = name.rpartition(" ")
        is_word = uri in NAMESPACES
        if self._left_out or name == _FALLBACK or (is_word and local in _LEFT_OUT):
            self._left_out += 1
        elif is_word:
            values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._structure(local, values)
            if self._in_properties:
                self._property(local, values)
            else:
                self._inside(local, values)

    def text(self, text: str) -> None:
        """Take the text of a run that can be seen."""
        is_hidden = bool(self._left_out) or (bool(self._hidden) and self._hidden[-1])
        if self._in_text and self._open and not is_hidden:
            self._open[-1].parts.append(text)

    def end(self, name: str) -> None:
        """Take note that an element ends."""
        uri, _, local = name.rpartition(" ")
        if self._left_out:
            self._left_out -= 1
            return
        if uri not in NAMESPACES:
            return
        match local:
            case "t":
                self._in_text -= 1
            case "pPr":
                self._in_properties -= 1
            case "r":
                self._hidden.pop()
            case "p":
                self._sinks[-1].append(self._open.pop().text())
            case "tc":
                self._end_cell()
            case "tbl":
                rows = [" | ".join(cells) for cells in self._tables.pop()]
                self._sinks[-1].append("\n".join(row for row in rows if row.strip(" |")))
            case "footnote" | "endnote":
                paragraphs = self._sinks.pop()
                self.notes[self._note] = " ".join(filter(None, paragraphs))

    def _structure(self, local: str, values: Mapping[str, str]) -> None:
        match local:
            case "t":
                self._in_text += 1
            case "pPr":
                self._in_properties += 1
            case "r":
                self._hidden.append(False)
            case "p":
                self._open.append(Paragraph())
            case "tbl":
                self._tables.append([])
            case "tr" if self._tables:
                self._tables[-1].append([])
            case "tc":
                self._sinks.append([])
            case "footnote" | "endnote":
                self._sinks.append([])
                self._note = "" if values.get("type") in _NO_NOTES else values.get("id", "")

    def _property(self, local: str, values: Mapping[str, str]) -> None:
        """Take a property of the paragraph that begins."""
        if not self._open:
            return
        value = values.get("val", "")
        match local:
            case "pStyle":
                self._open[-1].heading = self._headings.get(value, 0)
            case "outlineLvl" if value in set("012345678"):
                self._open[-1].heading = int(value) + 1
            case "numPr":
                self._open[-1].is_listed = True

    def _inside(self, local: str, values: Mapping[str, str]) -> None:
        """Take what stands in a run beside its text."""
        match local:
            case "vanish" if self._hidden:
                self._hidden[-1] = values.get("val", "1") not in _OFF
            case "tab":
                self._put("\t")
            case "br" | "cr" if values.get("type", "textWrapping") == "textWrapping":
                self._put("\n")
            case "noBreakHyphen":
                self._put("-")
            case "footnoteReference" | "endnoteReference":
                self.noted.append((local.removesuffix("Reference"), values.get("id", "")))
                self._put(f"[{len(self.noted)}]")

    def _put(self, text: str) -> None:
        if self._open:
            self._open[-1].parts.append(text)

    def _end_cell(self) -> None:
        paragraphs = self._sinks.pop()
        if self._tables and self._tables[-1]:
            cell = " ".join(filter(None, paragraphs))
            self._tables[-1][-1].append(cell.replace("\n", " "))
        else:
            self._sinks[-1].extend(paragraphs)
