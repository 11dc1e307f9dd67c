"""What members make of story prompts: saved, started, put aside."""

from engine.errors import PromptNotFound
from engine.runtime import Engine
from engine.storage import prompts
from engine.storage.database import Transaction
from engine.story import Length, Member, PromptMark, Rating, Story, StoryPrompt
from engine.writing.story_bounds import start_story
from engine.writing.texts import MOST_TITLE_CHARACTERS

TITLE_WORDS = 6
TITLE_CHARACTERS = 12  # of Chinese


async def read_prompt(
    engine: Engine, *, guild_id: int, prompt_id: int, member: Member
) -> tuple[StoryPrompt, set[PromptMark]]:
    """Return a prompt and what the member made of it.

    Raises:
        PromptNotFound: the server has no such prompt.
    """
    async with engine.database.reading() as tx:
        prompt = await _get(tx, guild_id, prompt_id)
        marks = await prompts.list_marks(
            tx, guild_id=guild_id, prompt_id=prompt_id, member_id=member.id
        )
    return prompt, marks


async def read_batch(
    engine: Engine, *, guild_id: int, prompt_id: int, member: Member
) -> list[StoryPrompt]:
    """Return the prompts that were shown together with one, less those that are not for them.

    Raises:
        PromptNotFound: the server has no such prompt.
    """
    async with engine.database.reading() as tx:
        prompt = await _get(tx, guild_id, prompt_id)
        batch = await prompts.list_prompts_of(
            tx, guild_id=guild_id, interaction_id=prompt.interaction_id
        )
        marks = [
            await prompts.list_marks(tx, guild_id=guild_id, prompt_id=one.id, member_id=member.id)
            for one in batch
        ]
    return [
        one
        for one, made_of in zip(batch, marks, strict=True)
        if PromptMark.NOT_FOR_ME not in made_of
    ]


async def mark_prompt(
    engine: Engine, *, guild_id: int, prompt_id: int, member: Member, mark: PromptMark
) -> StoryPrompt:
    """Keep what a member made of a prompt. Saved and not-for-me exclude each other.

    Raises:
        PromptNotFound: the server has no such prompt.
    """
    opposite = {
        PromptMark.SAVED: PromptMark.NOT_FOR_ME,
        PromptMark.NOT_FOR_ME: PromptMark.SAVED,
    }.get(mark)
    async with engine.database.writing() as tx:
        prompt = await _get(tx, guild_id, prompt_id)
        if opposite is not None:
            await prompts.delete_mark(
                tx, guild_id=guild_id, prompt_id=prompt_id, member_id=member.id, kind=opposite
            )
        await prompts.set_mark(
            tx,
            guild_id=guild_id,
            prompt_id=prompt_id,
            member_id=member.id,
            kind=mark,
            now_ms=engine.clock(),
        )
    return prompt


async def forget_prompt(
    engine: Engine, *, guild_id: int, prompt_id: int, member: Member
) -> StoryPrompt:
    """Take a prompt off the member's saved ones.

    Raises:
        PromptNotFound: the server has no such prompt.
    """
    async with engine.database.writing() as tx:
        prompt = await _get(tx, guild_id, prompt_id)
        await prompts.delete_mark(
            tx, guild_id=guild_id, prompt_id=prompt_id, member_id=member.id, kind=PromptMark.SAVED
        )
    return prompt


async def saved_prompts(engine: Engine, *, guild_id: int, member: Member) -> list[StoryPrompt]:
    """Return what the member saved on this server, the newest first."""
    async with engine.database.reading() as tx:
        return await prompts.list_saved(tx, guild_id=guild_id, member_id=member.id)


async def start_from_prompt(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    prompt_id: int,
    channel_is_age_restricted: bool,
    interaction_id: int,
) -> Story:
    """Start a story whose premise is the prompt, in the prompt's language.

    Raises:
        PromptNotFound: the server has no such prompt.
        StoryAlreadyOpen: the channel has an open story.
    """
    prompt, _ = await read_prompt(engine, guild_id=guild_id, prompt_id=prompt_id, member=member)
    story = await start_story(
        engine,
        guild_id=guild_id,
        channel_id=channel_id,
        starter=member,
        title=title_of(prompt),
        genre=prompt.genre,
        style=prompt.tone,
        language=prompt.language,
        rating=Rating.GENERAL,
        length=Length.MEDIUM,
        premise=prompt.text,
        channel_is_age_restricted=channel_is_age_restricted,
        interaction_id=interaction_id,
    )
    await mark_prompt(
        engine, guild_id=guild_id, prompt_id=prompt_id, member=member, mark=PromptMark.STARTED
    )
    return story


def title_of(prompt: StoryPrompt) -> str:
    """Return a working title: how the prompt begins."""
    if prompt.language.startswith("zh"):
        beginning = prompt.text[:TITLE_CHARACTERS].rstrip("，。、；：！？ ")
        return beginning if len(prompt.text) <= TITLE_CHARACTERS else f"{beginning}…"
    words = prompt.text.split()
    beginning = " ".join(words[:TITLE_WORDS]).rstrip(",.;:!? ")
    return (beginning if len(words) <= TITLE_WORDS else f"{beginning}…")[:MOST_TITLE_CHARACTERS]


async def _get(tx: Transaction, guild_id: int, prompt_id: int) -> StoryPrompt:
    prompt = await prompts.find_prompt(tx, guild_id=guild_id, prompt_id=prompt_id)
    if prompt is None:
        raise PromptNotFound(prompt_id)
    return prompt
