"""A book as EPUB 3: https://www.w3.org/TR/epub-33/. A test holds every file against epubcheck."""

import io
import zipfile
from datetime import UTC, datetime
from html import escape

from engine.files.books.book import Book, one_line
from engine.files.books.markup import STYLE, colophon_html, head_html, passages_html

MOST_CHARACTERS = 60_000  # of a part; readers grow slow with larger ones

_CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


def write_epub(book: Book, *, colophon_title: str) -> bytes:
    """Return the file. Equal books give equal bytes."""
    parts = [
        (f"text-{number}", passages_html(book, start, end))
        for number, (start, end) in enumerate(_ranges(book), start=1)
    ]
    names = [one_line(book.title) or "-"] + [str(number) for number in range(1, len(parts) + 1)]
    pages = {
        "title": (names[0], head_html(book)),
        **{name: (names[0], body) for name, body in parts},
        "colophon": (colophon_title, colophon_html(book)),
    }
    files = {f"{name}.xhtml": _page(book, *page) for name, page in pages.items()}
    output = io.BytesIO()
    moment = datetime.fromtimestamp(book.written_ms / 1000, UTC)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)  # first, and plain
        _add(archive, "META-INF/container.xml", _CONTAINER)
        _add(archive, "EPUB/package.opf", _package(book, list(pages), moment))
        _add(archive, "EPUB/nav.xhtml", _navigation(book, parts, colophon_title))
        _add(archive, "EPUB/style.css", STYLE)
        for name, text in files.items():
            _add(archive, f"EPUB/{name}", text)
    return output.getvalue()


def _ranges(book: Book) -> list[tuple[int, int]]:
    """Part the passages, each part up to MOST_CHARACTERS; at least one part."""
    starts, size = [0], 0
    for place, passage in enumerate(book.passages):
        size += len(passage.text)
        if size > MOST_CHARACTERS and place > starts[-1]:
            starts.append(place)
            size = len(passage.text)
    return list(zip(starts, [*starts[1:], len(book.passages)], strict=True))


def _page(book: Book, title: str, body: str) -> str:
    language = escape(book.language)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="{language}" lang="{language}">
<head>
<title>{escape(title)}</title>
<link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body>
{body}
</body>
</html>
"""


def _package(book: Book, pages: list[str], moment: datetime) -> str:
    creators = "\n".join(
        f"<dc:creator>{escape(name)}</dc:creator>"
        for each in book.authors
        if (name := one_line(each))
    )
    items = "\n".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>'
        for name in pages
    )
    spine = "\n".join(f'<itemref idref="{name}"/>' for name in pages)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{book.identifier}</dc:identifier>
<dc:title>{escape(one_line(book.title) or "-")}</dc:title>
<dc:language>{escape(book.language)}</dc:language>
{creators}
<meta property="dcterms:modified">{moment:%Y-%m-%dT%H:%M:%SZ}</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def _navigation(book: Book, parts: list[tuple[str, str]], colophon_title: str) -> str:
    title = escape(one_line(book.title) or "-")
    entries = [f'<li><a href="title.xhtml">{title}</a></li>']
    entries += [
        f'<li><a href="{name}.xhtml">{number}</a></li>'
        for number, (name, _) in enumerate(parts, start=1)
    ]
    entries.append(f'<li><a href="colophon.xhtml">{escape(colophon_title)}</a></li>')
    listed = "\n".join(entries)
    body = f'<nav epub:type="toc">\n<ol>\n{listed}\n</ol>\n</nav>'
    page = _page(book, one_line(book.title) or "-", body)
    return page.replace("<html ", '<html xmlns:epub="http://www.idpf.org/2007/ops" ', 1)


def _add(
    archive: zipfile.ZipFile, name: str, text: str, method: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name)  # of 1980: equal books give equal files
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode())
