"""Who wrote how much of a story, in shares that sum to exactly 100 %."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NoOpenStory
from engine.runtime import Engine
from engine.storage import paths
from engine.story import Story
from engine.story.revision import Hand, Passage
from engine.writing.reading import find_story, word_starts

WHOLE = 1000  # tenths of a percent


@dataclass(frozen=True, slots=True)
class Credit:
    """What one hand wrote of the told story."""

    hand: Hand
    author_id: int  # the member's; 0 for a model, and for all who were erased
    name: str  # the newest one, or the model's; "" once erased
    turns: int  # in which some of their words stand
    words: int
    share: int  # in tenths of a percent; all of a story's sum to 1000, or to 0 without words


async def story_credits(
    engine: Engine, *, guild_id: int, channel_id: int, story_id: int | None = None
) -> tuple[Story, list[Credit]]:
    """Return who wrote how much of a story as it is told: members, then models.

    Raises:
        NoOpenStory: there is none.
    """
    async with engine.database.reading() as tx:
        story = await find_story(tx, guild_id=guild_id, channel_id=channel_id, story_id=story_id)
        if story is None:
            raise NoOpenStory(channel_id)
        told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
    return story, credits_of([each for each in told if not each.turn.is_being_written])


def credits_of(told: Sequence[Passage]) -> list[Credit]:
    """Return each hand's credit, members in the order in which they joined, then models.

    A word is whose hand its first letter is. Signs of Chinese, Japanese and Korean are words; a
    story without any word is counted in letters.
    """
    names: dict[tuple[Hand, int, str], str] = {}
    turns: dict[tuple[Hand, int, str], set[int]] = {}
    words: dict[tuple[Hand, int, str], int] = {}
    letters: dict[tuple[Hand, int, str], int] = {}
    for passage in told:
        starts, at = word_starts(passage.turn.text), 0
        for span in passage.spans:
            key = (span.hand, span.author_id, span.name if span.hand is Hand.MODEL else "")
            end = at + len(span.text)
            names[key] = span.name
            turns.setdefault(key, set()).add(passage.turn.id)
            words[key] = words.get(key, 0) + sum(at <= start < end for start in starts)
            letters[key] = letters.get(key, 0) + len(span.text)
            at = end
    counted = words if any(words.values()) else letters
    order = sorted(names, key=lambda key: key[0] is Hand.MODEL)
    shares = parted([counted[key] for key in order])
    return [
        Credit(key[0], key[1], names[key], len(turns[key]), words[key], share)
        for key, share in zip(order, shares, strict=True)
    ]


def parted(counts: Sequence[int], whole: int = WHOLE) -> list[int]:
    """Part `whole` as the counts are, by largest remainder; the parts sum to `whole`.

    Without any count there is nothing to part: all are 0.
    """
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    parts = [count * whole // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda at: (-(counts[at] * whole % total), at))
    for at in by_remainder[: whole - sum(parts)]:
        parts[at] += 1
    return parts
