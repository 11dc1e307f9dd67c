"""Where a character speaks: the open story of a channel, or one that opens by itself."""

from dataclasses import dataclass

from engine.errors import StoryAlreadyOpen
from engine.runtime import Engine
from engine.safety.ratings import refuse_unfit
from engine.storage import stories
from engine.storage.database import Transaction
from engine.story import Length, Member, Rating, Story, StoryState
from engine.writing.texts import MOST_TITLE_CHARACTERS


@dataclass(frozen=True, slots=True)
class Scene:
    """A channel or thread, and how a story is called that opens there by itself."""

    guild_id: int
    channel_id: int
    title: str
    language: str
    is_age_restricted: bool


async def find_scene(tx: Transaction, scene: Scene, member: Member) -> Story:
    """Return the open story, or one as it would be opened, with the id 0.

    Raises:
        ContentRefused: the story's rating is not allowed in this channel.
    """
    story = await stories.find_open_story(tx, guild_id=scene.guild_id, channel_id=scene.channel_id)
    if story is not None:
        refuse_unfit(story.rating, channel_is_age_restricted=scene.is_age_restricted)
        return story
    return Story(
        id=0,
        guild_id=scene.guild_id,
        channel_id=scene.channel_id,
        starter_id=member.id,
        starter_name=member.name,
        title=scene.title[:MOST_TITLE_CHARACTERS],
        genre="",
        style="",
        language=scene.language,
        rating=Rating.GENERAL,
        length=Length.MEDIUM,
        state=StoryState.OPEN,
        branch_id=0,
        head_turn_id=None,
        created_ms=0,
    )


async def open_scene(
    tx: Transaction, engine: Engine, scene: Scene, member: Member, interaction_id: int
) -> Story:
    """Return the open story; where none is, open one that the member starts.

    Raises:
        ContentRefused: the story's rating is not allowed in this channel.
    """
    story = await find_scene(tx, scene, member)
    if story.id:
        return story
    try:
        return await stories.insert_story(
            tx,
            guild_id=scene.guild_id,
            channel_id=scene.channel_id,
            starter=member,
            title=story.title,
            genre="",
            style="",
            language=story.language,
            rating=story.rating,
            length=story.length,
            interaction_id=interaction_id,
            now_ms=engine.clock(),
        )
    except StoryAlreadyOpen:  # somebody else opened it at the same moment
        return await find_scene(tx, scene, member)
