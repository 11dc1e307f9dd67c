"""A book as Markdown. What members wrote is Markdown already and stays as it is."""

import re

from engine.files.books.book import Book


def write_markdown(book: Book) -> bytes:
    """Return the file in UTF-8: the prose whole and unmarked, the colophon at its end."""
    parts = [f"# {plain(book.title)}"]
    if book.byline:
        parts.append(f"*{plain(book.byline)}*")
    for passage in book.passages:
        speaker = f"{plain(passage.speaker)}: " if passage.speaker else ""
        parts.append(f"{speaker}{passage.text}")
    if book.colophon:
        parts.append("---")
    for section in book.colophon:
        lines = "\n".join(f"- {plain(line)}" for line in section.lines)
        parts += [f"## {section.heading}", lines]
    return ("\n\n".join(parts) + "\n").encode()


def plain(text: str) -> str:
    """Return a name or title so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
