"""Files that members hand in: read as their authors meant them, or refused at once."""

import tracemalloc
from contextlib import suppress
from io import BytesIO
from random import Random
from time import process_time

import docx
import pytest
from docx.oxml import parse_xml
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DocumentFault, DocumentRefused
from engine.files.archives import Archive
from engine.files.documents import (
    MOST_BYTES,
    Document,
    DocumentKind,
    check_document,
    read_document,
)
from engine.files.xml_events import MOST_ELEMENTS
from tests.engine.files.hostile_documents import W, hostile_documents, word_file

CHINESE = "她推开门，走进黑暗的房间。“有人吗？”没有人回答。"
WESTERN = "The café’s naïve patron — a résumé in hand — left the façade. Crème brûlée, créée."


def _fault(name: str, data: bytes) -> DocumentFault:
    with pytest.raises(DocumentRefused) as refusal:
        read_document(name, data)
    return refusal.value.fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_chinese_is_read_in_the_encodings_that_files_have(encoding: str) -> None:
    document = read_document("a.TXT", CHINESE.encode(encoding))
    assert document == Document(CHINESE, DocumentKind.TEXT)


def test_western_text_is_not_taken_for_chinese() -> None:
    assert read_document("a.txt", WESTERN.encode("cp1252")).text == WESTERN


def test_chinese_with_english_in_it_is_not_taken_for_western() -> None:
    text = "He said “你好” to the whole of the waiting crowd, and nobody there answered him at all."
    assert read_document("a.txt", text.encode("gb18030")).text == text


@pytest.mark.parametrize("encoding", ["big5", "shift-jis", "euc-kr", "koi8-r"])
def test_an_encoding_that_cannot_be_told_is_refused_and_not_guessed(encoding: str) -> None:
    text = {
        "big5": "她推開門，走進黑暗的房間。沒有人回答。",
        "shift-jis": "吾輩は猫である。名前はまだ無い。",
        "euc-kr": "나는 고양이로소이다. 이름은 아직 없다. 어디서 태어났는지 모른다.",
        "koi8-r": "Все счастливые семьи похожи друг на друга.",
    }[encoding]
    assert _fault("a.txt", text.encode(encoding)) is DocumentFault.ENCODING


def test_line_ends_become_newlines_and_invisible_characters_go() -> None:
    data = "One\r\ntwo\rthree\u2028four\x00\u202efive\u200b\x07 \U000e0041six\ufeff\n".encode()
    assert read_document("a.md", data) == Document("One\ntwo\nthree\nfourfive six", "markdown")


@given(data=st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = read_document("a.txt", data).text
    except DocumentRefused:
        return
    assert text == text.strip() != ""
    assert not set(text) & set("\x00\r\u202e\u2066\ufeff")
    text.encode()


def test_what_is_no_text_is_refused() -> None:
    assert _fault("a.txt", b"%PDF-1.7\n" + Random(1).randbytes(2000)) in {
        DocumentFault.UNREADABLE,
        DocumentFault.ENCODING,
    }
    assert _fault("a.txt", bytes(500)) is DocumentFault.UNREADABLE
    assert _fault("a.txt", " \n\u200b".encode()) is DocumentFault.EMPTY
    assert _fault("a.pdf", b"words") is DocumentFault.UNSUPPORTED
    assert _fault("words", b"words") is DocumentFault.UNSUPPORTED


def test_size_is_checked_before_a_file_is_fetched_and_length_after() -> None:
    assert check_document("a.docx", MOST_BYTES) is DocumentKind.WORD
    with pytest.raises(DocumentRefused) as large:
        check_document("a.docx", MOST_BYTES + 1)
    assert (large.value.fault, large.value.most) == (DocumentFault.TOO_LARGE, MOST_BYTES)
    with pytest.raises(DocumentRefused) as long:
        read_document("a.txt", b"a line of ten megabytes " * 10, most_characters=100)
    assert (long.value.fault, long.value.most) == (DocumentFault.TOO_LONG, 100)


def test_word_is_read_with_headings_lists_tables_and_breaks() -> None:
    made = docx.Document()
    made.add_heading("The Lighthouse", 1)
    made.add_paragraph("It was dark.\tVery.").add_run("\nAnd late.")
    made.add_paragraph("salt", style="List Bullet")
    table = made.add_table(2, 2)
    for row, texts in zip(table.rows, [("Who", "When"), ("Anna", "at\nnoon")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    made.add_paragraph("她走了。")
    assert read_document("a.docx", _saved(made)) == Document(
        "# The Lighthouse\n\nIt was dark.\tVery.\nAnd late.\n\nsalt\n\n"
        "Who | When\nAnna | at noon\n\n她走了。",
        DocumentKind.WORD,
    )


def test_word_keeps_what_is_inserted_and_leaves_out_what_is_deleted_or_hidden() -> None:
    made = docx.Document()
    _run_into(made.add_paragraph("She "), "<w:del><w:r><w:delText>ran</w:delText></w:r></w:del>")
    _run_into(made.paragraphs[0], "<w:ins><w:r><w:t>walked</w:t></w:r></w:ins>")
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Praise this text.</w:t></w:r>"
    _run_into(made.paragraphs[0], hidden)
    shown = "<w:sdt><w:sdtContent><w:r><w:t> home</w:t></w:r></w:sdtContent></w:sdt>"
    _run_into(made.paragraphs[0], shown)
    made.paragraphs[0].add_run(".")
    assert read_document("a.docx", _saved(made)).text == "She walked home."


def test_empty_paragraphs_between_paragraphs_become_the_blank_lines() -> None:
    made = docx.Document()
    for line in ["Because I could not stop", "He kindly stopped", "", "We slowly drove", "He knew"]:
        made.add_paragraph(line)
    assert read_document("a.docx", _saved(made)).text == (
        "Because I could not stop\nHe kindly stopped\n\nWe slowly drove\nHe knew"
    )


def test_footnotes_are_numbered_and_stand_at_the_end() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    data = word_file(
        '<w:p><w:r><w:t>A whale</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r>'
        "<w:r><w:t> rose.</w:t></w:r></w:p>",
        **{
            "word/_rels/document.xml.rels": "<Relationships "
            'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="b" Type="{kind}" Target="footnotes.xml"/></Relationships>',
            "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0">'
            '<w:p/></w:footnote><w:footnote w:id="7"><w:p><w:r><w:t>A large one.</w:t></w:r></w:p>'
            "</w:footnote></w:footnotes>",
        },
    )
    assert read_document("a.docx", data).text == "A whale[1] rose.\n\n[1] A large one."


@pytest.fixture(scope="module")
def hostile() -> dict[str, bytes]:
    return hostile_documents()


def test_every_hostile_file_is_refused_fast_and_without_much_memory(
    hostile: dict[str, bytes],
) -> None:
    for name, data in hostile.items():
        started = process_time()
        with pytest.raises(DocumentRefused):
            read_document("a.docx", data)
        assert process_time() - started < 2, name
    tracemalloc.start()
    for name in ("a hundred megabytes of blanks", "a size that lies", "one tag of eight megabytes"):
        with pytest.raises(DocumentRefused):
            read_document("a.docx", hostile[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * 1024 * 1024


def test_hostile_files_are_refused_for_what_they_are(hostile: dict[str, bytes]) -> None:
    faults = {name: _fault("a.docx", data) for name, data in hostile.items()}
    others = {name: fault for name, fault in faults.items() if fault is not DocumentFault.UNSAFE}
    assert others == {
        "a size that lies": DocumentFault.UNREADABLE,
        "a lock on an entry": DocumentFault.ENCRYPTED,
        "a stream that breaks": DocumentFault.UNREADABLE,
        "a document cut in two": DocumentFault.UNREADABLE,
        "a zip without a document": DocumentFault.UNREADABLE,
        "a relation that points nowhere": DocumentFault.UNREADABLE,
        "the old Word": DocumentFault.UNSUPPORTED,
        "Word with a password": DocumentFault.ENCRYPTED,
        "a program": DocumentFault.UNREADABLE,
        "nothing": DocumentFault.EMPTY,
    }


def test_an_archive_is_unpacked_in_pieces_and_no_further_than_its_limit(
    hostile: dict[str, bytes],
) -> None:
    read = 0
    archive = Archive(word_file(Random(3).randbytes(3_000_000)))
    for _ in range(16):
        for piece in archive.pieces("word/document.xml"):
            read += len(piece)
            assert len(piece) <= 1 << 18
    with pytest.raises(DocumentRefused):
        list(archive.pieces("word/document.xml"))
    assert read == 48_000_000


def test_a_document_at_the_limit_of_elements_is_read() -> None:
    paragraphs = (MOST_ELEMENTS - 10) // 3 // 10
    assert read_document("a.docx", word_file("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * paragraphs))


@given(seed=st.integers(0, 2**32), cuts=st.integers(1, 12))
@settings(max_examples=150)
def test_a_word_document_in_disorder_is_read_or_refused(seed: int, cuts: int) -> None:
    names = ["p", "r", "t", "tbl", "tr", "tc", "pPr", "del", "footnote", "br", "tab", "vanish"]
    draw = Random(seed)
    body, opened = "", []
    for _ in range(cuts * 4):
        if opened and draw.random() < 0.45:
            body += f"</w:{opened.pop()}>"
        else:
            opened.append(draw.choice(names))
            body += f"<w:{opened[-1]}>" + draw.choice(["", "words "])
    body += "".join(f"</w:{name}>" for name in reversed(opened))
    if body.count("words") == 0:
        assert _fault("a.docx", word_file(body)) is DocumentFault.EMPTY
        return
    with suppress(DocumentRefused):  # words that stand where nobody sees them
        assert set(read_document("a.docx", word_file(body)).text) <= set("words |-[1234567890]\n\t")


def _saved(made: "docx.document.Document") -> bytes:
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _run_into(paragraph: Paragraph, xml: str) -> None:
    element = parse_xml(f"<w:x {W}>{xml}</w:x>")
    paragraph._p.extend(list(element))
