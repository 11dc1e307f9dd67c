"""A book's text as HTML, for pages and for EPUB alike."""

from html import escape

from engine.files.books.book import Book, Paragraph, Run, one_line, paragraphs_of

STYLE = """\
body { font-family: Georgia, "Noto Serif SC", "Songti SC", SimSun, serif; line-height: 1.6; }
p { margin: 0; text-indent: 1.5em; }
p.first, p.plain, h1 + p { text-indent: 0; }
p.zh { text-indent: 2em; }
p.byline { text-align: center; text-indent: 0; margin: 1em 0 3em; }
h1 { text-align: center; margin-top: 3em; font-weight: normal; }
h2 { font-size: 1em; margin-top: 2em; }
hr { border: none; text-align: center; margin: 1.5em 0; }
hr::after { content: "*  *  *"; }
"""


def passages_html(book: Book, start: int = 0, end: int | None = None) -> str:
    """Return the passages of a range as paragraphs, one a line."""
    name = "zh" if book.language.startswith("zh") else ""
    lines = []
    is_first = True
    for passage in book.passages[start:end]:
        for paragraph in paragraphs_of(passage, book.language):
            if not paragraph.lines:
                lines.append("<hr/>")
            else:
                kind = name or ("first" if is_first else "")
                attribute = f' class="{kind}"' if kind else ""
                lines.append(f"<p{attribute}>{_lines(paragraph)}</p>")
            is_first = not paragraph.lines
    return "\n".join(lines)


def head_html(book: Book) -> str:
    """Return title and byline."""
    title, byline = escape(one_line(book.title)), escape(one_line(book.byline))
    return f"<h1>{title}</h1>" + (f'\n<p class="byline">{byline}</p>' if byline else "")


def colophon_html(book: Book) -> str:
    """Return the colophon: a heading and a list a section."""
    parts = []
    for section in book.colophon:
        items = "\n".join(f"<li>{escape(one_line(line))}</li>" for line in section.lines)
        parts.append(f"<h2>{escape(one_line(section.heading))}</h2>\n<ul>\n{items}\n</ul>")
    return "\n".join(parts)


def _lines(paragraph: Paragraph) -> str:
    return "<br/>".join("".join(map(_run, line)) for line in paragraph.lines)


def _run(run: Run) -> str:
    text = escape(run.text)
    if run.is_italic:
        text = f"<em>{text}</em>"
    return f"<strong>{text}</strong>" if run.is_bold else text
