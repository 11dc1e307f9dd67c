"""How a story starts and ends."""

from engine.errors import TextRefused
from engine.memory.wording import WORDINGS
from engine.runtime import Engine
from engine.safety.ratings import refuse_unfit
from engine.storage import stories
from engine.story import Length, Member, Rating, Story, StoryState
from engine.writing.head import get_open_story
from engine.writing.rights import require_starter
from engine.writing.texts import (
    MOST_DETAIL_CHARACTERS,
    MOST_PREMISE_CHARACTERS,
    MOST_TITLE_CHARACTERS,
    tidy_line,
)

LANGUAGES = tuple(WORDINGS)


async def start_story(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    starter: Member,
    title: str,
    genre: str = "",
    style: str = "",
    language: str = "en",
    rating: Rating = Rating.GENERAL,
    length: Length = Length.MEDIUM,
    premise: str = "",
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> Story:
    """Start a story in a channel or thread. `language` is one of LANGUAGES.

    Raises:
        TextRefused: there is no title, or a detail is too long.
        ContentRefused: the rating does not fit the channel.
        StoryAlreadyOpen: the channel has an open story.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no wording for the language {language!r}")
    refuse_unfit(rating, channel_is_age_restricted=channel_is_age_restricted)
    title = tidy_line(title, MOST_TITLE_CHARACTERS)
    if not title:
        raise TextRefused(0, MOST_TITLE_CHARACTERS)
    async with engine.database.writing() as tx:
        return await stories.insert_story(
            tx,
            guild_id=guild_id,
            channel_id=channel_id,
            starter=starter,
            title=title,
            genre=tidy_line(genre, MOST_DETAIL_CHARACTERS),
            style=tidy_line(style, MOST_DETAIL_CHARACTERS),
            language=language,
            rating=rating,
            length=length,
            premise=tidy_line(premise, MOST_PREMISE_CHARACTERS),
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )


async def end_story(engine: Engine, *, guild_id: int, channel_id: int, member: Member) -> Story:
    """End the open story of a channel. A turn that the model is writing is still written.

    Raises:
        NoOpenStory: the channel has none.
        NotAllowed: the member is neither its starter nor a moderator.
    """
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        require_starter(story, member)
        await stories.end_story(tx, guild_id=guild_id, story_id=story.id, now_ms=engine.clock())
        ended = await stories.find_story(tx, guild_id=guild_id, story_id=story.id)
        assert ended is not None
        assert ended.state is StoryState.ENDED
        return ended
