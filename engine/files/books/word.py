"""A book as DOCX, by python-docx."""

import io
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as Line

from engine.files.books.book import Book, Paragraph, one_line, paragraphs_of

_LATIN, _CHINESE = "Georgia", "Noto Serif SC"


def write_word(book: Book) -> bytes:
    """Return the file. Texts may hold anything: what XML cannot hold is U+FFFD."""
    paper = Document()
    _set_up(paper, book)
    paper.add_heading(one_line(book.title), level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if book.byline:
        byline = paper.add_paragraph(one_line(book.byline))
        byline.alignment = WD_ALIGN_PARAGRAPH.CENTER
        byline.paragraph_format.space_after = Pt(36)
    is_chinese = book.language.startswith("zh")
    is_first = True
    for passage in book.passages:
        for paragraph in paragraphs_of(passage, book.language):
            line = paper.add_paragraph()
            if paragraph.lines:
                indent = 24 if is_chinese else 0 if is_first else 18
                line.paragraph_format.first_line_indent = Pt(indent)
                _fill(line, paragraph)
            else:
                line.add_run("*  *  *")
                line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            is_first = not paragraph.lines
    for number, section in enumerate(book.colophon):
        heading = paper.add_heading(one_line(section.heading), level=2)
        heading.paragraph_format.page_break_before = number == 0
        for text in section.lines:
            paper.add_paragraph(one_line(text), style="List Bullet")
    output = io.BytesIO()
    paper.save(output)
    return output.getvalue()


def _set_up(paper: Paper, book: Book) -> None:
    moment = datetime.fromtimestamp(book.written_ms / 1000, UTC)
    properties = paper.core_properties
    properties.title = one_line(book.title)[:255]
    properties.author = "; ".join(map(one_line, book.authors))[:255]
    properties.language = book.language
    properties.comments = ""
    properties.created = properties.modified = moment
    for name in ("Normal", "Title", "Heading 2"):
        style = paper.styles[name]
        style.font.name = _LATIN
        style.font.color.rgb = RGBColor(0, 0, 0)
        # Word takes Chinese letters from a typeface of their own.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), _CHINESE)
    for rule in list(paper.styles["Title"].element.iter(qn("w:pBdr"))):
        rule.getparent().remove(rule)
    normal = paper.styles["Normal"]
    normal.font.size = Pt(12)
    normal.paragraph_format.line_spacing = 1.4
    normal.paragraph_format.space_after = Pt(0)
    for section in paper.sections:
        section.left_margin = section.right_margin = Cm(3)


def _fill(line: Line, paragraph: Paragraph) -> None:
    for number, runs in enumerate(paragraph.lines):
        if number:
            line.add_run().add_break(WD_BREAK.LINE)
        for each in runs:
            run = line.add_run(each.text)
            run.bold, run.italic = each.is_bold or None, each.is_italic or None
