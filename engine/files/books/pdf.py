"""A book as PDF, by fpdf2: A5, page numbers, real italics, Chinese where a typeface is found.

Latin letters are set in DejaVu Serif, which comes with matplotlib; Chinese ones in Noto Serif SC,
from the package pylopdf-fonts-zh-cn or from the system. Each takes over what the other lacks.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from engine.errors import TypefaceMissing
from engine.files.books.book import Book, Paragraph, Run, one_line, paragraphs_of
from engine.files.books.lines import Piece, fill_lines, unbreakable
from engine.files.books.typefaces import chinese_serif

_LATIN, _CHINESE = "latin", "chinese"
_FACES = {
    "": "DejaVuSerif.ttf",
    "B": "DejaVuSerif-Bold.ttf",
    "I": "DejaVuSerif-Italic.ttf",
    "BI": "DejaVuSerif-BoldItalic.ttf",
}
_SIZE, _LINE = 10.5, 6.2  # points, millimetres
_SMALL = 8.5

# They name letters that a typeface lacks: words of members, which no log holds.
for _name in ("fpdf", "fontTools"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

Progress = Callable[[int, int], None]


class _Pages(FPDF):
    """Pages of A5, with their numbers at the foot."""

    def footer(self) -> None:
        if self.page_no() > 1:
            self.set_y(-14)
            self.set_font(_LATIN, size=_SMALL)
            self.cell(0, 6, str(self.page_no()), align=Align.C)


def write_pdf(book: Book, *, progress: Progress = lambda done, total: None) -> bytes:
    """Return the file. `progress` hears how many passages are set. It may take seconds.

    Raises:
        TypefaceMissing: the book has Chinese letters, and no typeface for them is there.
    """
    pages = _begin(book)
    try:
        main = _add_typefaces(pages, book)
        _set_title(pages, book, main)
        _set_text(pages, book, main, progress)
        _set_colophon(pages, book, main)
        return bytes(pages.output())
    finally:
        for typeface in pages.fonts.values():
            if isinstance(typeface, TTFFont):
                typeface.ttfont.close()  # fpdf2 leaves the files open


def _begin(book: Book) -> FPDF:
    pages = _Pages(format=(148, 210))
    pages.set_creation_date(datetime.fromtimestamp(book.written_ms / 1000, UTC))
    pages.set_title(one_line(book.title))
    pages.set_author("; ".join(map(one_line, book.authors)))
    pages.set_lang(book.language)
    pages.set_margins(18, 18, 18)
    pages.c_margin = 0
    pages.set_auto_page_break(auto=True, margin=20)
    return pages


def _set_title(pages: FPDF, book: Book, main: str) -> None:
    pages.add_page()
    pages.set_y(60)
    _centered(pages, main, one_line(book.title), size=20, line=10)
    pages.ln(6)
    _centered(pages, main, one_line(book.byline), size=_SIZE, line=_LINE)
    pages.add_page()


def _set_colophon(pages: FPDF, book: Book, main: str) -> None:
    if book.colophon:
        pages.add_page()
    for section in book.colophon:
        pages.set_font(main, "B" if main == _LATIN else "", size=_SIZE)
        _row(pages, one_line(section.heading), line=_LINE)
        pages.set_font(main, size=_SMALL)
        for text in section.lines:
            _row(pages, f"–  {one_line(text)}", line=5)
        pages.ln(4)


def _set_text(pages: FPDF, book: Book, main: str, progress: Progress) -> None:
    is_chinese = book.language.startswith("zh")
    is_first = True
    for number, passage in enumerate(book.passages, start=1):
        for paragraph in paragraphs_of(passage, book.language):
            if paragraph.lines:
                indent = 7.4 if is_chinese else 0 if is_first else 5
                _set_paragraph(pages, main, paragraph, indent)
            else:
                _centered(pages, main, "*   *   *", size=_SIZE, line=2 * _LINE)
            is_first = not paragraph.lines
        progress(number, len(book.passages))


def _set_paragraph(pages: FPDF, main: str, paragraph: Paragraph, indent: float) -> None:
    for number, runs in enumerate(paragraph.lines):
        pieces = [Piece(part, _face(main, run)) for run in runs for part in unbreakable(run.text)]
        room = pages.epw - (indent if number == 0 else 0)

        def width_of(piece: Piece) -> float:
            pages.set_font(main, piece.face, size=_SIZE)
            return pages.get_string_width(piece.text)

        for row, line in enumerate(fill_lines(pieces, room, pages.epw, width_of)):
            pages.set_x(pages.l_margin + (indent if number == row == 0 else 0))
            for piece in line:
                pages.set_font(main, piece.face, size=_SIZE)
                width = pages.get_string_width(piece.text)
                pages.cell(width, _LINE, piece.text, new_x=XPos.RIGHT, new_y=YPos.TOP)
            pages.ln(_LINE)


def _face(main: str, run: Run) -> str:
    if main == _CHINESE:  # it comes in one face
        return ""
    return "B" * run.is_bold + "I" * run.is_italic


def _centered(pages: FPDF, main: str, text: str, *, size: float, line: float) -> None:
    pages.set_font(main, size=size)
    pages.multi_cell(0, line, text, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _row(pages: FPDF, text: str, *, line: float) -> None:
    pages.multi_cell(0, line, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _add_typefaces(pages: FPDF, book: Book) -> str:
    """Add the typefaces that the book needs and return the main one."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for face, file in _FACES.items():
        pages.add_font(_LATIN, face, folder / file)
    if not _needs_chinese(book):
        return _LATIN
    typeface = chinese_serif()
    if typeface is None:
        raise TypefaceMissing
    pages.add_font(_CHINESE, "", typeface)
    main, other = (_CHINESE, _LATIN) if book.language.startswith("zh") else (_LATIN, _CHINESE)
    pages.set_fallback_fonts([other], exact_match=False)
    return main


def _needs_chinese(book: Book) -> bool:
    texts = [book.title, book.byline, *(each.text + each.speaker for each in book.passages)]
    texts += [line for section in book.colophon for line in (section.heading, *section.lines)]
    return any(
        "\u2e80" <= letter <= "\uffef" or letter >= "\U00020000" for letter in "".join(texts)
    )
