"""Branches of a story, as they are listed, compared, named and put away."""

from dataclasses import dataclass, replace

from engine.errors import (
    BranchFault,
    BranchRefused,
    NoOpenStory,
    NotYourTurn,
    RevisionFault,
    RevisionRefused,
)
from engine.runtime import Engine
from engine.storage import branches, turns
from engine.storage.database import Transaction
from engine.story import Member, Story
from engine.story.branch import Branch
from engine.story.revision import Passage
from engine.writing.branches import check_name, get_branch, tell_branch
from engine.writing.reading import find_story
from engine.writing.rights import require_starter
from engine.writing.veiling import is_veiled


@dataclass(frozen=True, slots=True)
class Grown:
    """A branch, and how many turns are told on it."""

    branch: Branch
    turns: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two heads of a story: what both tell, and how each goes on."""

    first: Branch
    second: Branch
    shared: tuple[Passage, ...]
    only_first: tuple[Passage, ...]
    only_second: tuple[Passage, ...]


async def list_branches(
    engine: Engine, *, guild_id: int, channel_id: int
) -> tuple[Story, list[Grown]]:
    """Return the channel's story and its branches, the oldest first.

    Raises:
        NoOpenStory: there is none.
    """
    async with engine.database.reading() as tx:
        story = await _find(tx, guild_id, channel_id)
        found = await branches.list_branches(tx, guild_id=guild_id, story_id=story.id)
        return story, [Grown(each, len(await tell_branch(tx, each))) for each in found]


async def compare_branches(
    engine: Engine, *, guild_id: int, channel_id: int, first: str, second: str
) -> tuple[Story, Compared]:
    """Compare two branches, turn by turn, as each tells them.

    Raises:
        NoOpenStory: there is no story.
        BranchNotFound: there is no branch of a name.
        RevisionRefused: the story is written blind.
    """
    async with engine.database.reading() as tx:
        story = await _find(tx, guild_id, channel_id)
        if await is_veiled(tx, story):
            raise RevisionRefused(RevisionFault.VEILED)
        one, two = await get_branch(tx, story, first), await get_branch(tx, story, second)
        told, other = await tell_branch(tx, one), await tell_branch(tx, two)
    shared = 0
    for each, beside in zip(told, other, strict=False):
        if each.turn.id != beside.turn.id or each.turn.text != beside.turn.text:
            break
        shared += 1
    return story, Compared(
        one, two, tuple(told[:shared]), tuple(told[shared:]), tuple(other[shared:])
    )


async def rename_branch(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, name: str, new_name: str
) -> Branch:
    """Give a branch another name.

    Raises:
        NoOpenStory: there is no story.
        NotAllowed: the member is neither its starter nor a moderator.
        BranchNotFound: there is no branch of this name.
        BranchNameTaken: there is one of the new name.
        TextRefused: the new name is empty or too long.
    """
    async with engine.database.writing() as tx:
        story = await _find(tx, guild_id, channel_id)
        require_starter(story, member)
        branch = await get_branch(tx, story, name)
        tidy = await check_name(tx, story, new_name, besides=branch.id)
        await branches.rename_branch(tx, guild_id=guild_id, branch_id=branch.id, name=tidy)
        return replace(branch, name=tidy)


async def archive_branch(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    name: str,
    is_archived: bool = True,
) -> Branch:
    """Put a branch away, or back among the others. Nothing of it is lost.

    Raises:
        NoOpenStory: there is no story.
        NotAllowed: the member is neither its starter nor a moderator.
        BranchNotFound: there is no branch of this name.
        BranchRefused: it is the one in use.
        NotYourTurn: the model is writing on it.
    """
    async with engine.database.writing() as tx:
        story = await _find(tx, guild_id, channel_id)
        require_starter(story, member)
        branch = await get_branch(tx, story, name)
        if branch.is_in_use:
            raise BranchRefused(branch.name, BranchFault.IN_USE)
        if branch.head_turn_id is not None:
            head = await turns.find_turn(tx, guild_id=guild_id, turn_id=branch.head_turn_id)
            if head is not None and head.is_being_written:
                raise NotYourTurn(head.id)
        archived_ms = engine.clock() if is_archived else None
        await branches.archive_branch(
            tx, guild_id=guild_id, branch_id=branch.id, archived_ms=archived_ms
        )
        return replace(branch, archived_ms=archived_ms)


async def _find(tx: Transaction, guild_id: int, channel_id: int) -> Story:
    story = await find_story(tx, guild_id=guild_id, channel_id=channel_id)
    if story is None:
        raise NoOpenStory(channel_id)
    return story
