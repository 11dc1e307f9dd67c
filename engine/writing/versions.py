"""Other versions of a turn: alternatives, earlier attempts, what was undone. None is lost."""

from dataclasses import dataclass

from engine.errors import PassageNotFound, RevisionFault, RevisionRefused, TurnNotFound
from engine.runtime import Engine
from engine.storage import branches, paths, turns
from engine.storage.database import Transaction
from engine.story import Member, MoveKind, Story, Turn
from engine.writing.branches import Switched, add_branch, check_new_branch, switch_to
from engine.writing.head import (
    find_newest_turn,
    get_free_head,
    get_open_story,
    get_turn_and_story,
    move_story,
    refuse_ended,
)
from engine.writing.order import check_may_return
from engine.writing.revising import get_passage
from engine.writing.rights import require_author
from engine.writing.telling import carry_revisions
from engine.writing.veiling import is_veiled


@dataclass(frozen=True, slots=True)
class Version:
    """One of several turns that follow the same turn."""

    turn: Turn
    is_told: bool  # the story goes on with it


@dataclass(frozen=True, slots=True)
class Returned:
    """A version that is told again; on a branch of its own when the story had gone on."""

    story: Story
    turn: Turn
    replaced: Turn | None  # the newest turn, in whose place it stands
    switched: Switched | None


async def list_versions(
    engine: Engine, *, guild_id: int, channel_id: int, number: int | None = None
) -> tuple[int, list[Version]]:
    """Return the number of a turn and all its versions, oldest first; None: the newest turn.

    One after the newest is what was undone there, or offered and not chosen.

    Raises:
        NoOpenStory: the channel has no open story.
        PassageNotFound: there is no such turn, and nothing was there.
        RevisionRefused: the story is written blind.
    """
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        if await is_veiled(tx, story):
            raise RevisionRefused(RevisionFault.VEILED)
        told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        stored = await paths.list_stored(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        on_path = {turn.id for turn in stored}
        if number == len(told) + 1 or (number is None and not told):
            newest = await find_newest_turn(tx, story)
            after = await branches.list_after(tx, guild_id=guild_id, story_id=story.id, turn=newest)
            if not after:
                raise PassageNotFound(len(told) + 1)
            return len(told) + 1, [Version(turn, is_told=False) for turn in after]
        passage = get_passage(told, number)
        turn = await turns.find_turn(tx, guild_id=guild_id, turn_id=passage.sources[0])
        assert turn is not None
        beside = await branches.list_beside(tx, guild_id=guild_id, turn=turn)
        return passage.turn.number, [Version(each, each.id in on_path) for each in beside]


async def bring_back(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    turn_id: int,
    member: Member,
    interaction_id: int,
) -> Returned:
    """Tell another version: in place of the newest turn, or after it, or on a new branch.

    Raises:
        NoOpenStory: the channel has no open story.
        TurnNotFound: it has no such turn.
        NotYourTurn: the model is writing.
        NotAllowed: the turn that it replaces, or it, is somebody else's; or a new branch is for
            the story's starter and moderators.
        StoryEnded: the story has ended.
        ChosenByVote, OutOfTurn: by the turn rules it would be somebody else's turn.
        BranchRefused: there are too many branches, or this one lives in a thread.
    """
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        turn, home = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        refuse_ended(story)
        if home.id != story.id or not turn.text or turn.is_being_written:
            raise TurnNotFound(turn_id)
        await get_free_head(tx, story)
        newest = await find_newest_turn(tx, story)
        if newest is not None and newest.id == turn.id:
            return Returned(story, turn, None, None)
        after = await branches.list_after(tx, guild_id=guild_id, story_id=story.id, turn=newest)
        beside = []
        if newest is not None:
            beside = await branches.list_beside(tx, guild_id=guild_id, turn=newest)
        is_beside = turn.id in {each.id for each in beside}
        if not is_beside and turn.id not in {each.id for each in after}:
            switched = await _branch(tx, engine, story, turn, member)
            return Returned(switched.story, turn, None, switched)
        require_author(story, newest if is_beside and newest else turn, member)
        await check_may_return(tx, story, turn, newest if is_beside else None, member)
        await move_story(
            tx,
            story,
            MoveKind.RETURN,
            await carry_revisions(tx, story, turn.id, interaction_id=interaction_id),
            member_id=member.id,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
        return Returned(story, turn, newest if is_beside else None, None)


async def _branch(
    tx: Transaction, engine: Engine, story: Story, turn: Turn, member: Member
) -> Switched:
    names = {
        each.name.casefold()
        for each in await branches.list_branches(tx, guild_id=story.guild_id, story_id=story.id)
    }
    name = next(
        name
        for count in range(1, len(names) + 2)
        if (name := f"{turn.number}-{count}") not in names
    )
    await check_new_branch(tx, story, member, name, in_thread=False)
    branch = await add_branch(
        tx,
        engine,
        story,
        name=name,
        head_turn_id=turn.id,
        thread_id=None,
        member=member,
    )
    return await switch_to(tx, engine, story, branch)
