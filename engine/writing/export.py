"""A story as a Markdown file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.runtime import Engine
from engine.story import Story, Turn, TurnKind
from engine.writing.reading import count_words, read_story


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be handed out."""

    filename: str
    markdown: str


@dataclass(frozen=True, slots=True)
class _Wording:
    by: str
    comma: str
    last_comma: str
    credits: str
    credit: str
    model: str
    filename: str


_WORDINGS = {
    "en": _Wording(
        by="by {}",
        comma=", ",
        last_comma=" and ",
        credits="Who wrote what",
        credit="{name}: turns {turns}, words {words}",
        model="the language model {}",
        filename="story",
    ),
    "zh-CN": _Wording(
        by="作者：{}",
        comma="、",
        last_comma="、",
        credits="谁写了什么",
        credit="{name}：{turns} 段，{words} 字",
        model="语言模型 {}",
        filename="故事",
    ),
}


async def export_story(engine: Engine, *, guild_id: int, channel_id: int) -> Export:
    """Return the channel's story, open or the last that ended, as a Markdown file.

    The prose is whole and unmarked; who wrote how much of it stands at the end.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    story, turns = await read_story(engine, guild_id=guild_id, channel_id=channel_id)
    words = _WORDINGS[story.language]
    name = re.sub(r"[^\w]+", "-", story.title).strip("-_")[:60]
    return Export(f"{name or words.filename}.md", _markdown(story, turns, words))


def _markdown(story: Story, turns: Sequence[Turn], words: _Wording) -> str:
    parts = [f"# {_plain(story.title)}"]
    shares = _count_shares(turns, words)
    if shares:
        names = [_plain(name) for name in shares]
        *firsts, last = names
        by = words.last_comma.join([words.comma.join(firsts), last] if firsts else [last])
        parts += [f"*{words.by.format(by)}*"]
    parts += [turn.text for turn in turns]
    if shares:
        lines = [
            "- " + words.credit.format(name=_plain(name), turns=count, words=word_count)
            for name, (count, word_count) in shares.items()
        ]
        parts += ["---", f"## {words.credits}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _count_shares(turns: Sequence[Turn], words: _Wording) -> dict[str, tuple[int, int]]:
    """Return turns and words by author: people in the order in which they joined, then models."""
    names: dict[tuple[TurnKind, int | str], str] = {}
    sums: dict[tuple[TurnKind, int | str], tuple[int, int]] = {}
    for turn in turns:
        if turn.kind is TurnKind.HUMAN:
            author: tuple[TurnKind, int | str] = (turn.kind, turn.author_id)
            names[author] = turn.author_name  # the newest one
        else:
            model = turn.provenance.model if turn.provenance else ""
            author = (turn.kind, model)
            names[author] = words.model.format(model).strip()
        count, word_count = sums.get(author, (0, 0))
        sums[author] = (count + 1, word_count + count_words(turn.text))
    people_first = sorted(sums, key=lambda author: author[0] is TurnKind.MODEL)
    return {names[author]: sums[author] for author in people_first}


def _plain(text: str) -> str:
    """Return a name or title so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
