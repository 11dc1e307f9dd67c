"""A story as a file to be read, in any of the forms that people use."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from engine.files.books.book import Book, Passage, Section
from engine.files.books.epub import write_epub
from engine.files.books.markdown import write_markdown
from engine.files.books.page import write_page
from engine.runtime import Engine
from engine.story import Story, Turn, TurnKind
from engine.writing.reading import count_words, read_story

_STORIES = UUID("6b1d0c3e-58a5-4d0a-9f51-0d3c2a4be6f1")  # names our identifiers, RFC 9562


class FileForm(StrEnum):
    """What kind of file a story becomes."""

    MARKDOWN = "markdown"
    EPUB = "epub"
    WORD = "word"
    PDF = "pdf"
    PAGE = "page"


SUFFIXES = {
    FileForm.MARKDOWN: "md",
    FileForm.EPUB: "epub",
    FileForm.WORD: "docx",
    FileForm.PDF: "pdf",
    FileForm.PAGE: "html",
}

Step = Callable[[int, int], None]
"""Hears how many passages of how many are done; called in another thread."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be handed out."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Wording:
    by: str
    comma: str
    last_comma: str
    credits: str
    credit: str
    model: str
    filename: str
    colophon: str


_WORDINGS = {
    "en": _Wording(
        by="by {}",
        comma=", ",
        last_comma=" and ",
        credits="Who wrote what",
        credit="{name}: turns {turns}, words {words}",
        model="the language model {}",
        filename="story",
        colophon="Colophon",
    ),
    "zh-CN": _Wording(
        by="作者：{}",
        comma="、",
        last_comma="、",
        credits="谁写了什么",
        credit="{name}：{turns} 段，{words} 字",
        model="语言模型 {}",
        filename="故事",
        colophon="后记",
    ),
}


async def export_story(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    story_id: int | None = None,
    form: FileForm = FileForm.MARKDOWN,
    step: Step = lambda done, total: None,
) -> Export:
    """Return a story as a file; without `story_id` the channel's, as `read_story` does.

    The prose is whole and unmarked; who wrote how much of it stands at the end.

    Raises:
        NoOpenStory: there is none.
        TypefaceMissing: it has Chinese letters, and this machine cannot print them.
    """
    story, turns = await read_story(
        engine, guild_id=guild_id, channel_id=channel_id, story_id=story_id
    )
    book = book_of(story, turns)
    data = await asyncio.to_thread(_write, book, form, step)
    return Export(filename_of(story, SUFFIXES[form]), data)


def filename_of(story: Story, suffix: str) -> str:
    """Return a name for a story's file that every system takes."""
    name = re.sub(r"[^\w]+", "-", story.title).strip("-_")[:60]
    return f"{name or _WORDINGS[story.language].filename}.{suffix}"


def book_of(story: Story, turns: Sequence[Turn]) -> Book:
    """Return a story as it is read, with who wrote what in its colophon."""
    words = _WORDINGS[story.language]
    shares = _count_shares(turns, words)
    byline = ""
    colophon: tuple[Section, ...] = ()
    if shares:
        *firsts, last = [share.name for share in shares]
        byline = words.by.format(
            words.last_comma.join([words.comma.join(firsts), last] if firsts else [last])
        )
        lines = [
            words.credit.format(name=share.name, turns=share.turns, words=share.words)
            for share in shares
        ]
        colophon = (Section(words.credits, tuple(lines)),)
    return Book(
        title=story.title,
        language=story.language,
        byline=byline,
        authors=tuple(share.name for share in shares),
        passages=tuple(_passage(turn) for turn in turns),
        colophon=colophon,
        identifier=uuid5(_STORIES, f"{story.guild_id}/{story.id}"),
        written_ms=max((turn.created_ms for turn in turns), default=story.created_ms),
    )


def _write(book: Book, form: FileForm, step: Step) -> bytes:
    # The libraries for Word and PDF take a moment to import, and are an extra.
    if form is FileForm.WORD:
        from engine.files.books.word import write_word  # noqa: PLC0415

        return write_word(book)
    if form is FileForm.PDF:
        from engine.files.books.pdf import write_pdf  # noqa: PLC0415

        return write_pdf(book, progress=step)
    if form is FileForm.EPUB:
        return write_epub(book, colophon_title=_WORDINGS[book.language].colophon)
    return write_page(book) if form is FileForm.PAGE else write_markdown(book)


def _passage(turn: Turn) -> Passage:
    return Passage(turn.text, turn.character.name if turn.character else "")


@dataclass(frozen=True, slots=True)
class _Share:
    name: str
    turns: int
    words: int


def _count_shares(turns: Sequence[Turn], words: _Wording) -> list[_Share]:
    """Return who wrote how much: people in the order in which they joined, then models."""
    by_author: dict[tuple[bool, int | str], list[Turn]] = {}
    for turn in turns:
        is_model = turn.kind is TurnKind.MODEL
        model = turn.provenance.model if turn.provenance else ""
        by_author.setdefault((is_model, model if is_model else turn.author_id), []).append(turn)
    shares = []
    for (is_model, author), theirs in sorted(by_author.items(), key=lambda item: item[0][0]):
        name = words.model.format(author).strip() if is_model else theirs[-1].author_name
        shares.append(_Share(name, len(theirs), sum(count_words(turn.text) for turn in theirs)))
    return shares
