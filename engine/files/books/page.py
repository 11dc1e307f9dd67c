"""A book as one HTML page: no script, nothing from elsewhere, good to print."""

from html import escape

from engine.files.books.book import Book, one_line
from engine.files.books.markup import STYLE, colophon_html, head_html, passages_html

_PAGE_STYLE = """\
:root { color-scheme: light dark; }
body { max-width: 38em; margin: 0 auto; padding: 1em 1.2em 5em; }
footer { border-top: 1px solid; margin-top: 4em; font-size: 0.85em; }
@media print { body { max-width: none; padding: 0; } }
"""


def write_page(book: Book) -> bytes:
    """Return the page in UTF-8."""
    return f"""\
<!DOCTYPE html>
<html lang="{escape(book.language)}">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>{escape(one_line(book.title))}</title>
<style>
{STYLE}{_PAGE_STYLE}</style>
</head>
<body>
<main>
{head_html(book)}
{passages_html(book)}
</main>
<footer>
{colophon_html(book)}
</footer>
</body>
</html>
""".encode()
