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
from engine.story import Story, Turn
from engine.story.revision import Hand
from engine.writing.credits import Credit, story_credits
from engine.writing.reading import read_story

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
        credit="{name}: {share:.1f} % (turns {turns}, words {words})",
        model="the language model {}",
        filename="story",
        colophon="Colophon",
    ),
    "zh-CN": _Wording(
        by="作者：{}",
        comma="、",
        last_comma="、",
        credits="谁写了什么",
        credit="{name}：{share:.1f}%（{turns} 段，{words} 字）",
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
    _, found = await story_credits(
        engine, guild_id=guild_id, channel_id=channel_id, story_id=story.id
    )
    book = book_of(story, turns, found)
    data = await asyncio.to_thread(_write, book, form, step)
    return Export(filename_of(story, SUFFIXES[form]), data)


def filename_of(story: Story, suffix: str) -> str:
    """Return a name for a story's file that every system takes."""
    name = re.sub(r"[^\w]+", "-", story.title).strip("-_")[:60]
    return f"{name or _WORDINGS[story.language].filename}.{suffix}"


def book_of(story: Story, turns: Sequence[Turn], shares: Sequence[Credit]) -> Book:
    """Return a story as it is read, with who wrote what in its colophon."""
    words = _WORDINGS[story.language]
    names = tuple(_name(share, words) for share in shares)
    byline = ""
    colophon: tuple[Section, ...] = ()
    if shares:
        *firsts, last = names
        byline = words.by.format(
            words.last_comma.join([words.comma.join(firsts), last] if firsts else [last])
        )
        lines = [
            words.credit.format(
                name=name, share=share.share / 10, turns=share.turns, words=share.words
            )
            for name, share in zip(names, shares, strict=True)
        ]
        colophon = (Section(words.credits, tuple(lines)),)
    return Book(
        title=story.title,
        language=story.language,
        byline=byline,
        authors=names,
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


def _name(share: Credit, words: _Wording) -> str:
    return words.model.format(share.name).strip() if share.hand is Hand.MODEL else share.name
