import pytest

from engine.errors import (
    ContentRefused,
    NoOpenStory,
    NotAllowed,
    Right,
    StoryAlreadyOpen,
    StoryEnded,
    TextRefused,
)
from engine.runtime import Engine
from engine.story import Rating, StoryState
from engine.writing import (
    MOST_DETAIL_CHARACTERS,
    MOST_TITLE_CHARACTERS,
    end_story,
    read_story,
    start_story,
)
from tests.fakes.desk import ANN, BO, GUILD, MO, Desk, new_id
from tests.fakes.gate import Gate


async def test_a_started_story_is_open_and_empty(engine: Engine) -> None:
    desk = Desk(engine)
    story = await desk.start(BO, title="Fog", genre="noir", style="dry", language="zh-CN")
    assert (story.title, story.genre, story.style, story.language) == (
        "Fog",
        "noir",
        "dry",
        "zh-CN",
    )
    assert (story.starter_id, story.state, story.head_turn_id) == (BO.id, StoryState.OPEN, None)
    assert await desk.texts() == []


async def test_a_channel_has_one_open_story(desk: Desk) -> None:
    with pytest.raises(StoryAlreadyOpen) as refusal:
        await desk.start(BO, title="Another")
    assert refusal.value == StoryAlreadyOpen(desk.channel_id, "The Lamp")


async def test_the_same_interaction_starts_one_story(engine: Engine) -> None:
    fields = {
        "guild_id": GUILD,
        "channel_id": new_id(),
        "starter": ANN,
        "title": "Once",
        "channel_is_age_restricted": False,
        "interaction_id": new_id(),
    }
    assert await start_story(engine, **fields) == await start_story(engine, **fields)


async def test_a_mature_story_needs_an_age_restricted_channel(engine: Engine) -> None:
    desk = Desk(engine)
    with pytest.raises(ContentRefused) as refusal:
        await desk.start(rating=Rating.MATURE)
    assert refusal.value.rating == Rating.MATURE
    story = await desk.start(rating=Rating.MATURE, channel_is_age_restricted=True)
    assert story.rating is Rating.MATURE


@pytest.mark.parametrize(
    ("details", "characters", "most"),
    [
        ({"title": " \u200b\n"}, 0, MOST_TITLE_CHARACTERS),
        ({"title": "t" * 101}, 101, MOST_TITLE_CHARACTERS),
        ({"genre": "g" * 201}, 201, MOST_DETAIL_CHARACTERS),
        ({"style": "s" * 201}, 201, MOST_DETAIL_CHARACTERS),
    ],
)
async def test_details_have_bounds(
    engine: Engine, details: dict[str, str], characters: int, most: int
) -> None:
    with pytest.raises(TextRefused) as refusal:
        await Desk(engine).start(**details)
    assert refusal.value == TextRefused(characters, most)


async def test_a_title_is_one_line_without_what_nobody_sees(engine: Engine) -> None:
    story = await Desk(engine).start(title="  The\u202e\nlong \t road ")
    assert story.title == "The long road"


async def test_an_unknown_language_is_a_mistake_of_the_caller(engine: Engine) -> None:
    with pytest.raises(ValueError, match="tlh"):
        await Desk(engine).start(language="tlh")


async def test_an_ended_story_is_read_and_not_changed(desk: Desk) -> None:
    turn = await desk.continue_()
    ended = await end_story(desk.engine, **desk.where, member=ANN)
    assert ended.state is StoryState.ENDED
    with pytest.raises(NoOpenStory):
        await desk.write("More.")
    with pytest.raises(StoryEnded) as refusal:
        await desk.retry(turn)
    assert refusal.value.title == "The Lamp"
    story, turns = await read_story(desk.engine, **desk.where)
    assert (story, [each.id for each in turns]) == (ended, [turn.id])


async def test_only_the_starter_or_a_moderator_ends_a_story(desk: Desk) -> None:
    with pytest.raises(NotAllowed) as refusal:
        await end_story(desk.engine, **desk.where, member=BO)
    assert refusal.value.needed is Right.STARTER
    await end_story(desk.engine, **desk.where, member=MO)
    with pytest.raises(NoOpenStory):
        await end_story(desk.engine, **desk.where, member=MO)


async def test_a_story_that_ends_while_the_model_writes_still_gets_the_turn(
    desk: Desk, gate: Gate
) -> None:
    gate.shut()
    async with desk.drafting() as draft:
        await end_story(desk.engine, **desk.where, member=ANN)
        gate.open()
    written = await draft.finished()
    assert await desk.texts() == [written.text]


async def test_after_the_end_a_new_story_may_start(desk: Desk) -> None:
    await end_story(desk.engine, **desk.where, member=ANN)
    second = await desk.start(title="The Second")
    story, _ = await read_story(desk.engine, **desk.where)
    assert story == second


async def test_another_server_sees_no_story(desk: Desk) -> None:
    with pytest.raises(NoOpenStory):
        await read_story(desk.engine, guild_id=GUILD + 1, channel_id=desk.channel_id)
