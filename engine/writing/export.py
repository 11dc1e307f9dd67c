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


async def export_story(
    engine: Engine, *, guild_id: int, channel_id: int, story_id: int | None = None
) -> Export:
    """Return a story as a Markdown file; without `story_id` the channel's, as `read_story` does.

    The prose is whole and unmarked; who wrote how much of it stands at the end.

    Raises:
        NoOpenStory: there is none.
    """
    story, turns = await read_story(
        engine, guild_id=guild_id, channel_id=channel_id, story_id=story_id
    )
    words = _WORDINGS[story.language]
    name = re.sub(r"[^\w]+", "-", story.title).strip("-_")[:60]
    return Export(f"{name or words.filename}.md", _markdown(story, turns, words))


@dataclass(frozen=True, slots=True)
class _Share:
    name: str
    turns: int
    words: int


def _markdown(story: Story, turns: Sequence[Turn], words: _Wording) -> str:
    shares = _count_shares(turns, words)
    parts = [f"# {_plain(story.title)}"]
    if shares:
        *firsts, last = [_plain(share.name) for share in shares]
        names = words.last_comma.join([words.comma.join(firsts), last] if firsts else [last])
        parts += [f"*{words.by.format(names)}*"]
    parts += [_told(turn) for turn in turns]
    if shares:
        lines = [
            "- "
            + words.credit.format(name=_plain(share.name), turns=share.turns, words=share.words)
            for share in shares
        ]
        parts += ["---", f"## {words.credits}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _told(turn: Turn) -> str:
    if turn.character is None or not turn.character.name:
        return turn.text
    return f"{_plain(turn.character.name)}: {turn.text}"


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


def _plain(text: str) -> str:
    """Return a name or title so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
