"""How turns are told where they are shown, and revisions taken along to another head."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.runtime import Engine
from engine.storage import paths, revisions
from engine.storage.database import Transaction
from engine.story import Member, Story, Turn, TurnKind
from engine.story.revision import Node, Passage, RevisionKind, find_place, tell_passages
from engine.writing.head import get_turn_and_story


async def passages_of_turn(
    engine: Engine, *, guild_id: int, turn_id: int
) -> tuple[Story, list[Passage]]:
    """Return how a turn is told where it is shown: more passages than one after a split.

    None of them where the turn is not on the path (any more), or another tells its words.

    Raises:
        TurnNotFound: the server has no such turn.
    """
    async with engine.database.reading() as tx:
        _, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
    return story, [each for each in told if each.sources[0] == turn_id]


async def carry_revisions(
    tx: Transaction,
    story: Story,
    base_turn_id: int | None,
    *,
    without_turn_id: int | None = None,
    interaction_id: int,
) -> int | None:
    """Return a head from which the path to `base_turn_id` is told as the story tells it now.

    Revisions that came after the base are made again after it, where what they change is there.
    """
    nodes = await paths.list_nodes(tx, guild_id=story.guild_id, head_turn_id=story.head_turn_id)
    base = await paths.list_nodes(tx, guild_id=story.guild_id, head_turn_id=base_turn_id)
    there = {node.turn.id for node in base}
    later = [
        node
        for node in nodes
        if node.turn.kind is TurnKind.REVISION
        and node.turn.id not in there
        and node.turn.id != without_turn_id
    ]
    head_id, renamed = base_turn_id, dict[int, int]()
    told = tell_passages(base)
    for ordinal, node in enumerate(later, start=1):
        again = _renamed(node, renamed)
        if not _applies(told, again):
            continue
        assert again.revision is not None
        turn = await revisions.insert_revision(
            tx,
            replace(story, head_turn_id=head_id),
            again.revision,
            guild_id=story.guild_id,
            kept=again.spans,
            member=Member(node.turn.author_id, node.turn.author_name),
            interaction_id=interaction_id,
            ordinal=1000 + ordinal,  # beside the turns of the same interaction
            now_ms=node.turn.created_ms,
        )
        renamed[node.turn.id] = head_id = turn.id
        base.append(replace(again, turn=turn))
        told = tell_passages(base)
    return head_id


def _renamed(node: Node, renamed: dict[int, int]) -> Node:
    assert node.revision is not None
    revision = node.revision
    other = revision.other_id
    return replace(
        node,
        revision=replace(
            revision,
            target_id=renamed.get(revision.target_id, revision.target_id),
            other_id=None if other is None else renamed.get(other, other),
        ),
    )


def _applies(told: Sequence[Passage], node: Node) -> bool:
    assert node.revision is not None
    place = find_place(told, node.revision.target_id)
    if place is None or node.revision.kind is not RevisionKind.MERGE:
        return place is not None
    return find_place(told, node.revision.other_id) == place + 1


def is_told_alike(first: Sequence[Passage], second: Sequence[Passage]) -> bool:
    """Whether two paths tell the same, passage by passage."""
    return [_look(each.turn) for each in first] == [_look(each.turn) for each in second]


def _look(turn: Turn) -> tuple[str, str]:
    return turn.told, turn.kind.value


@dataclass(frozen=True, slots=True)
class Told:
    """How a turn is told where it is shown."""

    turn: Turn  # its text is all that came from it
    is_revised: bool
    told_with: int | None = None  # the number of the turn that tells its words since a merge


async def find_told(engine: Engine, turn: Turn) -> Told:
    """Return how a turn is told; one that is on no path there stands as it was written."""
    async with engine.database.reading() as tx:
        if not await revisions.is_revised(tx, guild_id=turn.guild_id, turn_id=turn.id):
            return Told(turn, is_revised=False)
        _, story = await get_turn_and_story(tx, guild_id=turn.guild_id, turn_id=turn.id)
        told = await paths.list_passages(
            tx, guild_id=turn.guild_id, head_turn_id=story.head_turn_id
        )
    own = [each for each in told if each.sources[0] == turn.id]
    if own:
        text = "\n\n".join(each.turn.text.strip() for each in own)
        is_revised = any(each.revised_by for each in own)
        return Told(replace(turn, text=text) if is_revised else turn, is_revised)
    other = next((each for each in told if turn.id in each.sources), None)
    if other is None:
        return Told(turn, is_revised=False)
    return Told(replace(turn, text=""), is_revised=True, told_with=other.turn.number)


async def find_retold(engine: Engine, *, guild_id: int, turn_id: int) -> list[Turn]:
    """Return the turns whose telling a revision changes; none for any other turn."""
    async with engine.database.reading() as tx:
        roots = await revisions.list_roots(tx, guild_id=guild_id, turn_id=turn_id)
        return [
            (await get_turn_and_story(tx, guild_id=guild_id, turn_id=each))[0] for each in roots
        ]
