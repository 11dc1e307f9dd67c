"""What of a BLIND story is shown: each turn's last line alone, until the story ends."""

from collections.abc import Sequence
from dataclasses import replace

from engine.prose.sentences import sentences_of
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Story, StoryState, Turn
from engine.story.order import Mode

MOST_LINE_CHARACTERS = 800


async def is_veiled(tx: Transaction, story: Story) -> bool:
    """Whether turns are shown by their last line alone."""
    return story.state is StoryState.OPEN and await is_blind(tx, story)


async def is_blind(tx: Transaction, story: Story) -> bool:
    """Whether a story is, or was to its end, written by what its last lines show."""
    rules = await orders.find_rules(tx, guild_id=story.guild_id, story_id=story.id)
    return rules is not None and rules.mode is Mode.BLIND


async def veil(
    tx: Transaction, story: Story, path: Sequence[Turn], *, member_id: int = 0
) -> Sequence[Turn]:
    """Return the turns as a reader may see them now: their own whole, others' last lines."""
    if not await is_veiled(tx, story):
        return path
    return [
        turn
        if member_id and turn.author_id == member_id
        else replace(turn, text=last_line(turn.text, story.language))
        for turn in path
    ]


async def model_path(tx: Transaction, story: Story, path: Sequence[Turn]) -> Sequence[Turn]:
    """Return what the model may see of a path: in BLIND, the last line of the newest turn.

    Its token count is not that of the whole turn, and is not to be stored.
    """
    if not path or not await is_veiled(tx, story):
        return path
    newest = path[-1]
    line = last_line(newest.text, story.language)
    return [replace(newest, text=line, tokens=None, tokenizer=None)]


def last_line(text: str, language: str) -> str:
    """Return the last sentence of the last line that has words."""
    lines = [line.strip() for line in text.splitlines() if any(map(str.isalnum, line))]
    if not lines:
        return text.strip()
    found = [each.text.strip() for each in sentences_of(lines[-1], language)]
    spoken = [each for each in found if any(map(str.isalnum, each))]
    return (spoken[-1] if spoken else lines[-1])[-MOST_LINE_CHARACTERS:]
