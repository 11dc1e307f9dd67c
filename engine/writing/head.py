"""The open story of a channel, and whether its head is free to be written on."""

from dataclasses import replace
from enum import Enum

from engine.errors import NoOpenStory, NotYourTurn, StoryEnded, StoryMovedOn, TurnNotFound
from engine.storage import branches, moves, order_clocks, stories, turns
from engine.storage.database import Transaction
from engine.story import MoveKind, Story, StoryState, Turn, TurnKind
from engine.writing.order_clock import wind_clock


class Unset(Enum):
    """Nobody says which head is expected: whatever it is will do."""

    UNSET = "unset"


UNSET = Unset.UNSET
ExpectedHead = int | None | Unset


async def get_open_story(tx: Transaction, *, guild_id: int, channel_id: int) -> Story:
    """Return the open story of a channel.

    Raises:
        NoOpenStory: it has none.
    """
    story = await stories.find_open_story(tx, guild_id=guild_id, channel_id=channel_id)
    if story is not None:
        return story
    ended = await stories.find_latest_story(tx, guild_id=guild_id, channel_id=channel_id)
    raise NoOpenStory(channel_id, ended.title if ended is not None else "")


async def get_turn_and_story(tx: Transaction, *, guild_id: int, turn_id: int) -> tuple[Turn, Story]:
    """Return a turn and its story, open or ended, as it stands where the turn is shown.

    Raises:
        TurnNotFound: the server has no such turn.
    """
    turn = await turns.find_turn(tx, guild_id=guild_id, turn_id=turn_id)
    if turn is not None:
        story = await branches.find_story_of_turn(tx, guild_id=guild_id, turn=turn)
        if story is not None:
            return turn, story
    raise TurnNotFound(turn_id)


async def find_story_on_branch(
    tx: Transaction, *, guild_id: int, story_id: int, branch_id: int
) -> Story | None:
    """Return a story as it stands on one of its branches."""
    story = await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
    head = await order_clocks.find_branch_head(
        tx, guild_id=guild_id, story_id=story_id, branch_id=branch_id
    )
    if story is None or head is None:
        return None
    return await branches.place_branch(tx, guild_id=guild_id, story=story, branch_id=branch_id)


def refuse_ended(story: Story) -> None:
    """Raise StoryEnded for a story that has ended."""
    if story.state is StoryState.ENDED:
        raise StoryEnded(story.title)


async def get_free_head(
    tx: Transaction, story: Story, expected: ExpectedHead = UNSET
) -> Turn | None:
    """Return the head turn, None before the first.

    Raises:
        NotYourTurn: the model is writing it.
        StoryMovedOn: it is not the expected one, and not that one revised.
    """
    head = None
    if story.head_turn_id is not None:
        head = await turns.find_turn(tx, guild_id=story.guild_id, turn_id=story.head_turn_id)
    if head is not None and head.is_being_written:
        raise NotYourTurn(head.id)
    if not isinstance(expected, Unset) and not await _is_at(tx, story, expected):
        raise StoryMovedOn(story.head_turn_id)
    return head


async def _is_at(tx: Transaction, story: Story, expected: int | None) -> bool:
    """Whether nothing but revisions came after the expected head."""
    head_id = story.head_turn_id
    while head_id != expected and head_id is not None:
        head = await turns.find_turn(tx, guild_id=story.guild_id, turn_id=head_id)
        if head is None or head.kind is not TurnKind.REVISION:
            return False
        head_id = head.parent_id
    return head_id == expected


async def find_newest_turn(tx: Transaction, story: Story) -> Turn | None:
    """Return the newest turn of the story's path, below revisions; None before the first."""
    turn_id = story.head_turn_id
    while turn_id is not None:
        turn = await turns.find_turn(tx, guild_id=story.guild_id, turn_id=turn_id)
        if turn is None or turn.kind is not TurnKind.REVISION:
            return turn
        turn_id = turn.parent_id
    return None


async def move_story(
    tx: Transaction,
    story: Story,
    kind: MoveKind,
    to: int | None,
    *,
    member_id: int,
    interaction_id: int | None,
    now_ms: int,
) -> None:
    """Move the story's head from where `story` saw it.

    Raises:
        StoryMovedOn: it is there no more.
        StoryEnded: the story has ended meanwhile.
    """
    await moves.move_head(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        branch_id=story.branch_id,
        kind=kind,
        expected=story.head_turn_id,
        to=to,
        member_id=member_id,
        interaction_id=interaction_id,
        now_ms=now_ms,
    )
    await wind_clock(tx, replace(story, head_turn_id=to), now_ms)
