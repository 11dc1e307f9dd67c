"""Turn rules as they are stored: players, steps, the way back from a head, clocks."""

import pytest
from sqlalchemy.exc import IntegrityError

from engine.storage import Database, Transaction, order, order_clocks, order_path, stories
from engine.story import Story, Turn
from engine.story.order import (
    Due,
    Mode,
    ModelPlace,
    PlayerState,
    Standing,
    StepKind,
    TurnRules,
)
from tests.engine.storage.order_samples import add_order
from tests.engine.storage.samples import (
    ADA,
    BEA,
    GUILD,
    NOW,
    add_model_turn,
    add_story,
    add_turn,
    new_interaction,
)


async def test_the_newest_rules_hold(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        it = {"guild_id": GUILD, "story_id": story.id}
        assert await order.find_rules(tx, **it) is None
        for mode, place in (
            (Mode.VOTE, ModelPlace.PLAYER),
            (Mode.POPCORN, ModelPlace.EVERY_NTH),
        ):
            await order.save_rules(
                tx, **it, mode=mode, model_place=place, every=3, deadline_hours=5
            )
        rules = await order.find_rules(tx, **it)
    assert rules == TurnRules(Mode.POPCORN, ModelPlace.EVERY_NTH, 3, 5)


async def test_who_comes_back_has_the_last_seat_and_agreed_to_nothing(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        it = {"guild_id": GUILD, "story_id": story.id}
        ada = await order.add_player(tx, **it, author=ADA)
        await order.change_player(tx, guild_id=GUILD, player_id=ada.id, may_be_stood_in=True)
        await order.add_player(tx, **it, author=BEA)
        await order.change_player(tx, guild_id=GUILD, player_id=ada.id, state=PlayerState.LEFT)
        back = await order.add_player(tx, **it, author=ADA)
        players = await order.list_players(tx, **it)
    assert (back.id, back.seat, back.may_be_stood_in) == (ada.id, 3, False)
    assert [player.member_id for player in players] == [BEA.id, ADA.id]


async def test_a_member_has_one_seat_whatever_happens_at_once(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        await order.add_player(tx, guild_id=GUILD, story_id=story.id, author=ADA)
    with pytest.raises(IntegrityError):
        async with database.writing() as tx:
            await tx.exec_driver_sql(
                "INSERT INTO players (guild_id, story_id, member_id, name, is_model, seat, state,"
                " may_be_stood_in, wants_reminder)"
                f" VALUES ({GUILD}, {story.id}, {ADA.id}, 'Ada', 0, 9, 'playing', 0, 0)"
            )


async def test_steps_belong_to_their_anchor(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        turn = await add_turn(tx, story)
        it = {"guild_id": GUILD, "branch_id": story.branch_id}
        for anchor, kind in ((None, StepKind.SKIP), (turn.id, StepKind.NAME)):
            await order.insert_step(
                tx,
                **it,
                story_id=story.id,
                anchor_turn_id=anchor,
                kind=kind,
                player_id=None,
                to_player_id=None,
                member_id=ADA.id,
                interaction_id=new_interaction(),
                now_ms=NOW,
            )
        first = await order.list_steps(tx, **it, anchor_turn_id=None)
        second = await order.list_steps(tx, **it, anchor_turn_id=turn.id)
    assert [step.kind for step in first] == [StepKind.SKIP]
    assert [step.kind for step in second] == [StepKind.NAME]


async def path_of(tx: Transaction, story: Story) -> list[Turn]:
    """Add: Ada's, a turn outside of rules, the model's Nth."""
    ada = await order.add_player(tx, guild_id=GUILD, story_id=story.id, author=ADA)
    first = await add_turn(tx, story)
    await order.record_played(tx, guild_id=GUILD, turn_id=first.id, player_id=ada.id)
    second = await add_turn(tx, story, first.id)
    third = await add_model_turn(tx, story, second.id)
    await order.record_played(tx, guild_id=GUILD, turn_id=third.id, player_id=None, due=Due.NTH)
    return [first, second, third]


async def test_the_way_back_finds_the_anchor_the_player_and_the_models_turn(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first, second, third = await path_of(tx, story)
        player_id = (await order.list_players(tx, guild_id=GUILD, story_id=story.id))[0].id

        async def look(head: Turn | None, **fields: object) -> Standing:
            return await order_path.look_back(
                tx,
                guild_id=GUILD,
                head_turn_id=head.id if head else None,
                **fields,  # type: ignore[arg-type]
            )

        assert await look(None) == Standing()
        assert await look(first) == Standing(first.id, player_id, False, 1)
        assert await look(second, every=3) == Standing(second.id, player_id, False, 2)
        assert await look(third, every=3) == Standing(second.id, player_id, True, 0)
        alone = await look(third, seats=False)
        assert (alone.anchor_turn_id, alone.is_after_model) == (second.id, True)


async def test_a_clock_is_found_when_its_time_has_come_and_its_story_is_open(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        assert await order_clocks.find_next_time(tx) is None
        turn = await add_turn(tx, story)
        await add_order(tx, story, member=ADA, turn_id=turn.id, interaction_id=new_interaction())
        assert await order_clocks.find_next_time(tx) == NOW + 1
        place = order_clocks.Waiting(GUILD, story.id, story.branch_id)
        assert await order_clocks.list_overdue(tx, now_ms=NOW + 1) == []
        assert await order_clocks.list_overdue(tx, now_ms=NOW + 2) == [place]
        assert await order_clocks.list_reminders(tx, now_ms=NOW + 1) == [place]
        assert await order_clocks.list_self_writing(tx) == [place]
        await order_clocks.set_reminder(
            tx, guild_id=GUILD, branch_id=story.branch_id, reminder_ms=None
        )
        assert await order_clocks.list_reminders(tx, now_ms=NOW + 9) == []
        assert await order_clocks.find_next_time(tx) == NOW + 2
        await stories.end_story(tx, guild_id=GUILD, story_id=story.id, now_ms=NOW)
        assert await order_clocks.find_next_time(tx) is None
        assert await order_clocks.list_overdue(tx, now_ms=NOW + 9) == []
        assert await order_clocks.list_self_writing(tx) == []
