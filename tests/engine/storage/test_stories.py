import pytest

from engine.errors import StoryAlreadyOpen
from engine.storage import Database, stories
from engine.story import Length, Rating, Story, StoryState, TurnState
from tests.engine.storage.samples import (
    ADA,
    BEA,
    CHANNEL,
    GUILD,
    NOW,
    add_model_turn,
    add_story,
    add_turn,
    new_interaction,
)


async def test_a_story_is_read_as_it_was_started(database: Database) -> None:
    async with database.writing() as tx:
        started = await add_story(tx, rating=Rating.TEEN, length=Length.LONG, language="zh-CN")
    async with database.reading() as tx:
        found = await stories.find_open_story(tx, guild_id=GUILD, channel_id=CHANNEL)
    assert found == started
    assert found == Story(
        id=started.id,
        guild_id=GUILD,
        channel_id=CHANNEL,
        starter_id=ADA.id,
        starter_name="Ada",
        title="The Lighthouse",
        genre="mystery",
        style="terse",
        language="zh-CN",
        rating=Rating.TEEN,
        length=Length.LONG,
        state=StoryState.OPEN,
        branch_id=started.branch_id,
        head_turn_id=None,
        created_ms=NOW,
    )


async def test_the_same_interaction_starts_one_story(database: Database) -> None:
    interaction_id = new_interaction()
    async with database.writing() as tx:
        first = await add_story(tx, interaction_id=interaction_id)
    async with database.writing() as tx:
        again = await add_story(tx, interaction_id=interaction_id, title="Another title")
    assert again == first


async def test_a_channel_has_one_open_story(database: Database) -> None:
    async with database.writing() as tx:
        await add_story(tx, title="The Lighthouse")
    with pytest.raises(StoryAlreadyOpen) as refusal:
        async with database.writing() as tx:
            await add_story(tx, title="Too late")
    assert refusal.value == StoryAlreadyOpen(CHANNEL, "The Lighthouse")
    async with database.writing() as tx:
        await add_story(tx, channel_id=CHANNEL + 1)


async def test_an_ended_story_makes_room_for_the_next(database: Database) -> None:
    async with database.writing() as tx:
        first = await add_story(tx)
        await stories.end_story(tx, guild_id=GUILD, story_id=first.id, now_ms=NOW)
        assert await stories.find_open_story(tx, guild_id=GUILD, channel_id=CHANNEL) is None
        ended = await stories.find_latest_story(tx, guild_id=GUILD, channel_id=CHANNEL)
        assert ended is not None
        assert (ended.id, ended.state) == (first.id, StoryState.ENDED)
        second = await add_story(tx)
    async with database.reading() as tx:
        latest = await stories.find_latest_story(tx, guild_id=GUILD, channel_id=CHANNEL)
    assert latest == second


async def test_participants_are_those_with_turns_in_the_order_they_joined(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story, author=BEA)
        second = await add_turn(tx, story, first.id, author=BEA)
        await add_model_turn(tx, story, second.id, author=ADA)
        held_by = add_turn(tx, story, None, author=type(ADA)(7, "Cy"), state=TurnState.HELD)
        await held_by
    async with database.reading() as tx:
        found = await stories.list_participants(tx, guild_id=GUILD, story_id=story.id)
    assert found == [(BEA.id, "Bea", 2), (ADA.id, "Ada", 0)]


async def test_a_participant_is_known_by_the_newest_name(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        first = await add_turn(tx, story)
        await add_turn(tx, story, first.id, author=type(ADA)(ADA.id, "Countess"))
        found = await stories.list_participants(tx, guild_id=GUILD, story_id=story.id)
    assert found == [(ADA.id, "Countess", 2)]
