from dataclasses import replace
from typing import Any

from engine.storage import Database, Transaction, paths, revisions, turns
from engine.story import MoveKind, Story, Turn, TurnKind
from engine.story.revision import Hand, Revision, RevisionKind, Span
from tests.engine.storage.samples import ADA, BEA, GUILD, NOW, add_story, add_turn, move
from tests.engine.storage.samples import new_interaction as new_id

EDITED = (Span(Hand.MEMBER, ADA.id, "Ada", "The lamp "), Span(Hand.MEMBER, BEA.id, "Bea", "died."))


async def told(tx: Transaction, head: Turn) -> list[tuple[int, int, str]]:
    path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=head.id)
    return [(turn.id, turn.number, turn.text) for turn in path]


async def revise(
    tx: Transaction, story: Story, head: Turn, revision: Revision, **kept: Any
) -> Turn:
    await move(tx, story, MoveKind.WRITE, story.head_turn_id, head.id)
    return await revisions.insert_revision(
        tx,
        replace(story, head_turn_id=head.id),
        revision,
        guild_id=GUILD,
        member=BEA,
        interaction_id=new_id(),
        now_ms=NOW,
        **kept,
    )


async def test_an_edit_is_a_step_of_the_path_that_tells_an_earlier_turn_anew(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story, text="The lamp went out.")
        second = await add_turn(tx, story, first.id, text="Nobody came.")
        edit = await revise(tx, story, second, Revision(RevisionKind.EDIT, first.id), kept=EDITED)
        third = await add_turn(tx, story, edit.id, text="Then it rained.")
        assert (edit.number, third.number) == (2, 3)
        assert await told(tx, second) == [
            (first.id, 1, "The lamp went out."),
            (second.id, 2, "Nobody came."),
        ]
        assert await told(tx, third) == [
            (first.id, 1, "The lamp died."),
            (second.id, 2, "Nobody came."),
            (third.id, 3, "Then it rained."),
        ]
        nodes = await paths.list_nodes(tx, guild_id=GUILD, head_turn_id=third.id)
        assert [node.turn.id for node in nodes] == [first.id, second.id, edit.id, third.id]
        assert nodes[2].spans == EDITED
        passages = await paths.list_passages(tx, guild_id=GUILD, head_turn_id=third.id)
        assert passages[0].spans == EDITED
        assert passages[0].revised_by == (edit.id,)


async def test_a_split_and_a_merge_number_the_told_turns_anew(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story, text="One. Two.")
        split = await revise(tx, story, first, Revision(RevisionKind.SPLIT, first.id, at=5))
        last = await add_turn(tx, story, split.id, text="Three.")
        parted = [(first.id, 1, "One. "), (split.id, 2, "Two."), (last.id, 3, "Three.")]
        assert await told(tx, last) == parted
        story = await add_story(tx, channel_id=99)
        first = await add_turn(tx, story, text="One.")
        second = await add_turn(tx, story, first.id, text="Two.")
        merge = await revise(
            tx, story, second, Revision(RevisionKind.MERGE, first.id, other_id=second.id)
        )
        assert await told(tx, merge) == [(first.id, 1, "One.\n\nTwo.")]
        (passage,) = await paths.list_passages(tx, guild_id=GUILD, head_turn_id=merge.id)
        assert passage.sources == (first.id, second.id)


async def test_counts_of_a_revised_text_are_not_kept_as_those_of_the_turn(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        second = await add_turn(tx, story, first.id)
        edit = await revise(tx, story, second, Revision(RevisionKind.EDIT, first.id), kept=EDITED)
        counts = {first.id: 7, second.id: 8, edit.id: 9}
        await turns.store_token_counts(tx, guild_id=GUILD, tokenizer="t", counts=counts)
        stored = await paths.list_stored(tx, guild_id=GUILD, head_turn_id=edit.id)
        assert [turn.tokens for turn in stored] == [None, 8, None]
        assert stored[-1].kind is TurnKind.REVISION
