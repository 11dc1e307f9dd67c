"""Branches of a story: parted from any turn, switched, compared, named and put away."""

from dataclasses import dataclass, replace

from engine.errors import (
    BranchFault,
    BranchNameTaken,
    BranchNotFound,
    BranchRefused,
    RevisionFault,
    RevisionRefused,
    TextRefused,
)
from engine.runtime import Engine
from engine.storage import branches, paths
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Member, Story, Turn
from engine.story.branch import Branch
from engine.story.revision import Passage
from engine.writing.head import find_newest_turn, get_free_head, get_open_story
from engine.writing.order_clock import wind_clock
from engine.writing.revising import get_passage
from engine.writing.rights import require_starter
from engine.writing.telling import carry_revisions, is_told_alike
from engine.writing.texts import tidy_line

MOST_BRANCHES = 50
MOST_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Switched:
    """A story on its new branch, and the turns that it tells in another way than the old one."""

    story: Story
    branch: Branch
    left: Turn | None  # the newest turn of the branch whose place it took
    retold: tuple[Turn, ...]


async def branch_off(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    name: str,
    number: int | None = None,
    thread_id: int | None = None,
    interaction_id: int,
) -> Switched:
    """Part a new branch from a turn, told as it is now; None: from the newest.

    With a thread it is written on there, beside the others; without one it takes the place of
    the branch in use.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAllowed: without a thread, the member is neither its starter nor a moderator.
        NotYourTurn: the model is writing.
        PassageNotFound: there is no such turn.
        RevisionRefused: it is the first half of a turn that was split.
        TextRefused: the name is empty or too long.
        BranchNameTaken, BranchRefused: the name is taken, or there are too many.
    """
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        await get_free_head(tx, story)
        await check_new_branch(tx, story, member, name, in_thread=thread_id is not None)
        told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        head_id = story.head_turn_id
        if number is not None and told[-1:] != [get_passage(told, number)]:
            head_id = await _head_at(tx, story, told[:number], interaction_id)
        branch = await add_branch(
            tx,
            engine,
            story,
            name=tidy_line(name, MOST_NAME_CHARACTERS),
            head_turn_id=head_id,
            thread_id=thread_id,
            member=member,
        )
        if thread_id is not None:
            placed = replace(story, branch_id=branch.id, head_turn_id=head_id, channel_id=thread_id)
            await wind_clock(tx, placed, engine.clock())
            return Switched(placed, branch, None, ())
        return await switch_to(tx, engine, story, branch)


async def check_branch_off(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    name: str,
    number: int | None,
    in_thread: bool,
) -> Story:
    """Refuse what `branch_off` would refuse, before a thread is opened; return the story."""
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        await get_free_head(tx, story)
        await check_new_branch(tx, story, member, name, in_thread=in_thread)
        if number is not None:
            told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
            get_passage(told, number)
        return story


async def switch_branch(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, name: str
) -> Switched:
    """Let the story's channel be written on another branch.

    Raises:
        NoOpenStory: the channel has no open story.
        NotAllowed: the member is neither its starter nor a moderator.
        NotYourTurn: the model is writing.
        BranchNotFound, BranchRefused: there is none of this name; it is archived, lives in a
            thread, or is in use; or the command came from a branch's thread.
    """
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        require_starter(story, member)
        await _refuse_in_thread(tx, story)
        await get_free_head(tx, story)
        branch = await get_branch(tx, story, name)
        if branch.is_archived:
            raise BranchRefused(branch.name, BranchFault.ARCHIVED)
        if branch.is_in_use:
            raise BranchRefused(branch.name, BranchFault.IN_USE)
        if branch.channel_id is not None:
            raise BranchRefused(branch.name, BranchFault.THREAD)
        return await switch_to(tx, engine, story, branch)


async def check_new_branch(
    tx: Transaction, story: Story, member: Member, name: str, *, in_thread: bool
) -> None:
    """Refuse a branch that cannot be added; see `branch_off`."""
    if not in_thread:
        require_starter(story, member)
        await _refuse_in_thread(tx, story)
    await check_name(tx, story, name)
    found = await branches.list_branches(tx, guild_id=story.guild_id, story_id=story.id)
    if len(found) >= MOST_BRANCHES:
        raise BranchRefused("", BranchFault.FULL)


async def add_branch(
    tx: Transaction,
    engine: Engine,
    story: Story,
    *,
    name: str,
    head_turn_id: int | None,
    thread_id: int | None,
    member: Member,
) -> Branch:
    """Add a branch that is not in use yet, with the order as it is on the story's own."""
    branch_id = await branches.insert_branch(
        tx,
        guild_id=story.guild_id,
        story_id=story.id,
        name=name,
        head_turn_id=head_turn_id,
        from_turn_id=head_turn_id,
        channel_id=thread_id,
        member_id=member.id,
        now_ms=engine.clock(),
    )
    await orders.share_steps(
        tx, guild_id=story.guild_id, branch_id=story.branch_id, to_branch_id=branch_id
    )
    found = await branches.list_branches(tx, guild_id=story.guild_id, story_id=story.id)
    return next(each for each in found if each.id == branch_id)


async def switch_to(tx: Transaction, engine: Engine, story: Story, branch: Branch) -> Switched:
    """Put a branch in place of the one in use; the story's head must be free."""
    await _refuse_in_thread(tx, story)
    before = await paths.list_passages(tx, guild_id=story.guild_id, head_turn_id=story.head_turn_id)
    await branches.use_branch(tx, guild_id=story.guild_id, story_id=story.id, branch_id=branch.id)
    switched = replace(story, branch_id=branch.id, head_turn_id=branch.head_turn_id)
    await wind_clock(tx, switched, engine.clock())
    after = {each.turn.id: each for each in await tell_branch(tx, branch)}
    retold = [
        after[each.turn.id].turn
        for each in before
        if each.turn.id in after and after[each.turn.id].turn.text != each.turn.text
    ]
    left = await find_newest_turn(tx, story)
    return Switched(switched, replace(branch, is_in_use=True), left, tuple(retold))


async def _refuse_in_thread(tx: Transaction, story: Story) -> None:
    """Refuse to switch what a branch's own thread is written on."""
    found = await branches.list_branches(tx, guild_id=story.guild_id, story_id=story.id)
    own = next(each for each in found if each.id == story.branch_id)
    if not own.is_in_use:
        raise BranchRefused(own.name, BranchFault.THREAD)


async def _head_at(
    tx: Transaction, story: Story, wanted: list[Passage], interaction_id: int
) -> int | None:
    stored = await paths.list_stored(tx, guild_id=story.guild_id, head_turn_id=story.head_turn_id)
    sources = {source for passage in wanted for source in passage.sources}
    base = [turn.id for turn in stored if turn.id in sources][-1]
    head_id = await carry_revisions(tx, story, base, interaction_id=interaction_id)
    told = await paths.list_passages(tx, guild_id=story.guild_id, head_turn_id=head_id)
    if not is_told_alike(told, wanted):
        raise RevisionRefused(RevisionFault.WITHIN)
    return head_id


async def check_name(tx: Transaction, story: Story, name: str, besides: int = 0) -> str:
    tidy = tidy_line(name, MOST_NAME_CHARACTERS)
    if not tidy:
        raise TextRefused(0, MOST_NAME_CHARACTERS)
    for each in await branches.list_branches(tx, guild_id=story.guild_id, story_id=story.id):
        if each.name.casefold() == tidy.casefold() and each.id != besides:
            raise BranchNameTaken(each.name)
    return tidy


async def get_branch(tx: Transaction, story: Story, name: str) -> Branch:
    tidy = name.strip().casefold()
    for each in await branches.list_branches(tx, guild_id=story.guild_id, story_id=story.id):
        if each.name.casefold() == tidy:
            return each
    raise BranchNotFound(name)


async def tell_branch(tx: Transaction, branch: Branch) -> list[Passage]:
    return await paths.list_passages(tx, guild_id=branch.guild_id, head_turn_id=branch.head_turn_id)
