"""The story prompts that a member asked for, and their marks."""

from sqlalchemy import delete, select, update

from engine.storage.database import Transaction
from engine.storage.personal.rows import Rows
from engine.storage.schema import premises, prompt_marks, stories, story_prompts


def own_rows(guild_id: int, member_id: int) -> Rows:
    """Select the prompts that the member asked for, their marks, and their stories' premises."""
    return {
        "story_prompts": select(story_prompts).where(
            story_prompts.c.guild_id == guild_id, story_prompts.c.member_id == member_id
        ),
        "prompt_marks": select(prompt_marks).where(
            prompt_marks.c.guild_id == guild_id, prompt_marks.c.member_id == member_id
        ),
        "premises": select(premises).where(
            premises.c.guild_id == guild_id,
            premises.c.story_id.in_(
                select(stories.c.id).where(
                    stories.c.guild_id == guild_id, stories.c.starter_id == member_id
                )
            ),
        ),
    }


async def erase(tx: Transaction, guild_id: int, member_id: int) -> dict[str, int]:
    """Delete the member's marks and blank their wishes and premises.

    The prompts themselves, which the model wrote, stay: others may have saved them.
    """
    marked = await tx.execute(
        delete(prompt_marks).where(
            prompt_marks.c.guild_id == guild_id, prompt_marks.c.member_id == member_id
        )
    )
    asked = await tx.execute(
        update(story_prompts)
        .where(story_prompts.c.guild_id == guild_id, story_prompts.c.member_id == member_id)
        .values(member_id=0, genre="", tone="", form="", seed_words="")
    )
    own_stories = select(stories.c.id).where(
        stories.c.guild_id == guild_id, stories.c.starter_id == member_id
    )
    started = await tx.execute(
        delete(premises).where(
            premises.c.guild_id == guild_id, premises.c.story_id.in_(own_stories)
        )
    )
    return {
        "prompt_marks": marked.rowcount,
        "story_prompts": asked.rowcount,
        "premises": started.rowcount,
    }
