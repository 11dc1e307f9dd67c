"""Stories as they are read: text, status, the turn behind a message."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NoOpenStory
from engine.runtime import Engine
from engine.storage import branches, stories, turns
from engine.storage.database import Transaction
from engine.storage.moves import list_moves
from engine.story import Story, Turn, TurnKind, redo_target
from engine.writing.head import get_turn_and_story
from engine.writing.veiling import veil

# Chinese, Japanese and Korean signs count as a word each, as their writers count them.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]|"
    r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
    r"[\w'’-]*"
)


@dataclass(frozen=True, slots=True)
class Participant:
    """A member who wrote, or asked the model to write."""

    id: int
    name: str
    turns: int  # written with their own hand


@dataclass(frozen=True, slots=True)
class StoryStatus:
    """Where a story stands."""

    story: Story
    turns: int
    words: int
    participants: tuple[Participant, ...]  # of the path, in the order in which they joined
    model_turns: int
    pending: Turn | None  # the turn that the model is writing
    can_redo: bool


def count_words(text: str) -> int:
    """Count words, and signs of Chinese, Japanese and Korean."""
    return len(_WORD.findall(text))


def word_starts(text: str) -> list[int]:
    """Return where each word begins that `count_words` counts."""
    return [match.start() for match in _WORD.finditer(text)]


async def read_story(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    story_id: int | None = None,
    member_id: int = 0,
) -> tuple[Story, list[Turn]]:
    """Return a story and its turns in order.

    Without `story_id` it is the channel's, open or the last that ended. Of a BLIND story that
    goes on, turns of others than the member are their last lines.

    Raises:
        NoOpenStory: there is none.
    """
    async with engine.database.reading() as tx:
        story, path = await read_path(
            tx, guild_id=guild_id, channel_id=channel_id, story_id=story_id
        )
        shown = await veil(tx, story, path, member_id=member_id)
    return story, [turn for turn in shown if turn.text and not turn.is_being_written]


async def story_status(engine: Engine, *, guild_id: int, channel_id: int) -> StoryStatus:
    """Tell where the channel's story stands, open or the last that ended.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    async with engine.database.reading() as tx:
        story, path = await read_path(tx, guild_id=guild_id, channel_id=channel_id)
        moves = await list_moves(tx, guild_id=guild_id, branch_id=story.branch_id)
    written = [turn for turn in path if turn.text and not turn.is_being_written]
    return StoryStatus(
        story=story,
        turns=len(written),
        words=sum(count_words(turn.text) for turn in written),
        participants=_participants(written),
        model_turns=sum(turn.kind is TurnKind.MODEL for turn in written),
        pending=path[-1] if path and path[-1].is_being_written else None,
        can_redo=redo_target(moves) is not None,
    )


def _participants(written: Sequence[Turn]) -> tuple[Participant, ...]:
    """Return who wrote these turns, or asked for one; erased members are not named."""
    names: dict[int, str] = {}
    counts: Counter[int] = Counter()
    for turn in written:
        if turn.author_id:
            names[turn.author_id] = turn.author_name
            counts[turn.author_id] += turn.kind is TurnKind.HUMAN
    return tuple(Participant(member, name, counts[member]) for member, name in names.items())


async def get_turn(engine: Engine, *, guild_id: int, turn_id: int) -> tuple[Story, Turn]:
    """Return a turn and the story that it belongs to.

    Raises:
        TurnNotFound: the server has no such turn.
    """
    async with engine.database.reading() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        return story, turn


async def find_turn_by_message(engine: Engine, *, guild_id: int, message_id: int) -> Turn | None:
    """Return the turn that a message shows, or that was taken from it."""
    async with engine.database.reading() as tx:
        return await turns.find_turn_by_message(tx, guild_id=guild_id, message_id=message_id)


async def unfinished_turns(engine: Engine) -> list[tuple[Story, Turn]]:
    """Return the turns of all servers that were accepted and not wholly shown, oldest first."""
    async with engine.database.reading() as tx:
        unfinished = []
        for turn in await turns.list_unfinished(tx):
            story = await branches.find_story_of_turn(tx, guild_id=turn.guild_id, turn=turn)
            assert story is not None
            unfinished.append((story, turn))
        return unfinished


async def read_path(
    tx: Transaction, *, guild_id: int, channel_id: int, story_id: int | None = None
) -> tuple[Story, list[Turn]]:
    """Return a story and all turns to its head, as `read_story` finds it.

    Raises:
        NoOpenStory: there is none.
    """
    story = await find_story(tx, guild_id=guild_id, channel_id=channel_id, story_id=story_id)
    if story is None:
        raise NoOpenStory(channel_id)
    return story, await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)


async def find_story(
    tx: Transaction, *, guild_id: int, channel_id: int, story_id: int | None = None
) -> Story | None:
    """Return a story; without `story_id` the channel's, open or the last that ended."""
    if story_id is None:
        return await stories.find_latest_story(tx, guild_id=guild_id, channel_id=channel_id)
    return await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
