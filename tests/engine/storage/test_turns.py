import asyncio
import time

import pytest

from engine.errors import TurnNotFound
from engine.storage import Database, turns
from engine.story import Outcome, Provenance, Turn, TurnKind, TurnState
from tests.engine.storage.samples import (
    ADA,
    GUILD,
    NOW,
    add_model_turn,
    add_story,
    add_turn,
    new_interaction,
)

PROVENANCE = Provenance(
    model="smollm2",
    seed=2**31 - 1,
    sampling={"temperature": 0.8, "stop": ["结束"]},
    prompt_hash="ab" * 32,
    prompt_tokens=300,
    cached_tokens=256,
    reply_tokens=80,
)


async def test_a_turn_is_read_as_it_was_written(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        written = await add_turn(tx, story, text="灯灭了。 🕯️", source_message_id=77)
    async with database.reading() as tx:
        found = await turns.find_turn(tx, guild_id=GUILD, turn_id=written.id)
    assert found == written
    assert found == Turn(
        id=written.id,
        guild_id=GUILD,
        story_id=story.id,
        parent_id=None,
        kind=TurnKind.HUMAN,
        state=TurnState.WRITTEN,
        outcome=Outcome.COMPLETE,
        author_id=ADA.id,
        author_name="Ada",
        text="灯灭了。 🕯️",
        direction="",
        number=1,
        post_key=written.post_key,
        attempts=0,
        created_ms=NOW,
        source_message_id=77,
    )
    assert len(written.post_key) == 12


async def test_a_model_turn_goes_through_its_states_once(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        turn = await add_model_turn(tx, story, direction="Let it rain.")
        assert (turn.state, turn.outcome, turn.text) == (TurnState.ACCEPTED, None, "")
        assert await turns.begin_writing(tx, guild_id=GUILD, turn_id=turn.id) == 1
        await turns.save_partial(tx, guild_id=GUILD, turn_id=turn.id, text="Rain")
        assert await turns.begin_writing(tx, guild_id=GUILD, turn_id=turn.id) == 2
        finished = await turns.finish_writing(
            tx,
            guild_id=GUILD,
            turn_id=turn.id,
            text="Rain fell.",
            outcome=Outcome.COMPLETE,
            provenance=PROVENANCE,
            tokens=4,
            tokenizer="t1",
        )
        assert (finished.state, finished.text) == (TurnState.WRITTEN, "Rain fell.")
        await turns.mark_posted(tx, guild_id=GUILD, turn_id=turn.id)
    async with database.reading() as tx:
        posted = await turns.find_turn(tx, guild_id=GUILD, turn_id=turn.id)
    assert posted is not None
    assert (posted.state, posted.outcome) == (TurnState.POSTED, Outcome.COMPLETE)
    assert (posted.tokens, posted.tokenizer, posted.provenance) == (4, "t1", PROVENANCE)


async def test_a_written_turn_is_never_written_again(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        turn = await add_model_turn(tx, story)
        await turns.finish_writing(
            tx, guild_id=GUILD, turn_id=turn.id, text="First.", outcome=Outcome.STOPPED
        )
        await turns.save_partial(tx, guild_id=GUILD, turn_id=turn.id, text="Late piece")
        again = await turns.finish_writing(
            tx, guild_id=GUILD, turn_id=turn.id, text="Second.", outcome=Outcome.COMPLETE
        )
        assert (again.text, again.outcome) == ("First.", Outcome.STOPPED)
        with pytest.raises(TurnNotFound):
            await turns.begin_writing(tx, guild_id=GUILD, turn_id=turn.id)
        assert await turns.find_turn(tx, guild_id=GUILD, turn_id=turn.id) == again


async def test_a_turn_that_is_not_written_cannot_be_posted(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        turn = await add_model_turn(tx, story)
        await turns.mark_posted(tx, guild_id=GUILD, turn_id=turn.id)
        assert await turns.find_turn(tx, guild_id=GUILD, turn_id=turn.id) == turn


async def test_the_same_interaction_adds_one_turn(database: Database) -> None:
    interaction_id = new_interaction()
    async with database.writing() as tx:
        story = await add_story(tx)

    async def accept() -> Turn:
        async with database.writing() as tx:
            return await add_turn(tx, story, interaction_id=interaction_id)

    accepted = await asyncio.gather(*(accept() for _ in range(10)))
    assert len({turn.id for turn in accepted}) == 1
    async with database.reading() as tx:
        assert await turns.list_unfinished(tx) == [accepted[0]]


async def test_postgres_takes_an_interaction_once_even_from_writers_at_once(
    postgres_database: Database,
) -> None:
    interaction_id = new_interaction()
    async with postgres_database.writing() as tx:
        story = await add_story(tx)

    async def accept() -> Turn:
        async with postgres_database.writer.begin() as tx:
            return await add_turn(tx, story, interaction_id=interaction_id)

    accepted = await asyncio.gather(*(accept() for _ in range(10)))
    assert len({turn.id for turn in accepted}) == 1


async def test_one_interaction_may_add_several_turns_by_ordinal(database: Database) -> None:
    interaction_id = new_interaction()
    async with database.writing() as tx:
        story = await add_story(tx)
        added = [
            await add_model_turn(tx, story, interaction_id=interaction_id, ordinal=ordinal)
            for ordinal in (0, 1, 2, 1)
        ]
        first = await turns.find_turn_by_interaction(
            tx, guild_id=GUILD, interaction_id=interaction_id
        )
    assert len({turn.id for turn in added}) == 3
    assert added[3] == added[1]
    assert first == added[0]


async def test_turns_without_an_interaction_are_all_kept(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        added = [await add_turn(tx, story, interaction_id=None) for _ in range(3)]
    assert len({turn.id for turn in added}) == 3


async def test_a_parent_of_another_story_is_not_found(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        other = await add_story(tx, channel_id=99)
        elsewhere = await add_turn(tx, other)
        with pytest.raises(TurnNotFound):
            await add_turn(tx, story, elsewhere.id)


async def test_a_path_has_the_turns_of_one_branch_from_the_beginning(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        left = await add_turn(tx, story, first.id)
        right = await add_turn(tx, story, first.id)
        last = await add_turn(tx, story, right.id)
    async with database.reading() as tx:
        assert await turns.list_path(tx, guild_id=GUILD, head_turn_id=last.id) == [
            first,
            right,
            last,
        ]
        assert await turns.list_path(tx, guild_id=GUILD, head_turn_id=left.id) == [first, left]
        assert await turns.list_path(tx, guild_id=GUILD, head_turn_id=None) == []
    assert [turn.number for turn in (first, right, last)] == [1, 2, 3]


async def test_unfinished_turns_are_those_accepted_and_not_posted(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        elsewhere = await add_story(tx, guild_id=GUILD + 1)
        accepted = await add_model_turn(tx, story)
        writing = await add_model_turn(tx, elsewhere)
        await turns.begin_writing(tx, guild_id=GUILD + 1, turn_id=writing.id)
        written = await add_turn(tx, story)
        await add_turn(tx, story, state=TurnState.HELD)
        posted = await add_turn(tx, story)
        await turns.mark_posted(tx, guild_id=GUILD, turn_id=posted.id)
    async with database.reading() as tx:
        unfinished = await turns.list_unfinished(tx)
    assert [turn.id for turn in unfinished] == [accepted.id, writing.id, written.id]


async def test_a_held_text_is_adopted_once(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        held = await add_turn(tx, story, state=TurnState.HELD)
        head = await add_turn(tx, story)
        adopted = await turns.adopt_held_turn(
            tx, guild_id=GUILD, turn_id=held.id, parent_id=head.id
        )
        assert (adopted.state, adopted.outcome) == (TurnState.WRITTEN, Outcome.COMPLETE)
        assert (adopted.parent_id, adopted.number, adopted.text) == (head.id, 2, held.text)
        with pytest.raises(TurnNotFound):
            await turns.adopt_held_turn(tx, guild_id=GUILD, turn_id=held.id, parent_id=None)


async def test_token_counts_are_kept_with_the_turns(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        second = await add_turn(tx, story, first.id)
        counts = {first.id: 11, second.id: 22}
        await turns.store_token_counts(tx, guild_id=GUILD, tokenizer="t2", counts=counts)
        await turns.store_token_counts(tx, guild_id=GUILD, tokenizer="t3", counts={})
        path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=second.id)
    assert [(turn.tokens, turn.tokenizer) for turn in path] == [(11, "t2"), (22, "t2")]


ODD_TEXTS = {
    "a\x00b": "a\ufffdb",  # PostgreSQL has no NUL
    "a\ud800b": "a\ufffdb",  # a lone surrogate is no text
    "\ud83d\ude00": "😀",  # a pair of them is
    "'; DROP TABLE turns; --": "'; DROP TABLE turns; --",
    "\u202e\u200d\ufdfa" + "\u0301" * 500: "\u202e\u200d\ufdfa" + "\u0301" * 500,
}


async def test_odd_text_is_kept(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        added = [await add_turn(tx, story, text=odd, direction=odd) for odd in ODD_TEXTS]
    assert [turn.text for turn in added] == list(ODD_TEXTS.values())
    assert [turn.direction for turn in added] == list(ODD_TEXTS.values())


async def test_a_path_of_5000_turns_is_read_in_well_under_a_second(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        head = await add_turn(tx, story)
        rows = [
            {
                "guild_id": GUILD,
                "story_id": story.id,
                "parent_id": head.id + below,
                "number": below + 2,
                "kind": TurnKind.HUMAN,
                "state": TurnState.POSTED,
                "author_id": ADA.id,
                "author_name": "Ada",
                "text": "word " * 100,
                "direction": "",
                "post_key": f"{below:012}",
                "attempts": 0,
                "ordinal": 0,
                "created_ms": NOW,
            }
            for below in range(4_999)
        ]
        await tx.execute(turns.turns.insert(), rows)
    seconds = []
    for _ in range(5):
        async with database.reading() as tx:
            began = time.perf_counter()
            path = await turns.list_path(tx, guild_id=GUILD, head_turn_id=head.id + 4_999)
            seconds.append(time.perf_counter() - began)
    assert [turn.number for turn in path] == list(range(1, 5_001))
    assert min(seconds) < 0.5  # 0.05 on a machine that does nothing else
