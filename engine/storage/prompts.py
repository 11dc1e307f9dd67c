"""Story prompts, and what members made of them."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from engine.storage.conflicts import insert_into
from engine.storage.database import Transaction
from engine.storage.rows import select_story_prompts, to_story_prompt
from engine.storage.schema import prompt_marks, story_prompts
from engine.story import PromptMark, StoryPrompt, Wish


async def insert_prompts(
    tx: Transaction,
    *,
    guild_id: int,
    interaction_id: int,
    member_id: int,
    wish: Wish,
    texts: Sequence[str],
    now_ms: int,
) -> None:
    """Keep the prompts that an interaction is shown, in their order."""
    await tx.execute(
        insert(story_prompts),
        [
            {
                "guild_id": guild_id,
                "interaction_id": interaction_id,
                "ordinal": ordinal,
                "member_id": member_id,
                "language": wish.language,
                "genre": wish.genre,
                "tone": wish.tone,
                "form": wish.form,
                "seed_words": wish.seed_words,
                "is_long": int(wish.is_long),
                "text": text,
                "created_ms": now_ms,
            }
            for ordinal, text in enumerate(texts)
        ],
    )


async def list_prompts_of(
    tx: Transaction, *, guild_id: int, interaction_id: int
) -> list[StoryPrompt]:
    """Return the prompts that an interaction was shown, in their order."""
    rows = await tx.execute(
        select_story_prompts()
        .where(
            story_prompts.c.guild_id == guild_id, story_prompts.c.interaction_id == interaction_id
        )
        .order_by(story_prompts.c.ordinal)
    )
    return [to_story_prompt(row) for row in rows]


async def find_prompt(tx: Transaction, *, guild_id: int, prompt_id: int) -> StoryPrompt | None:
    """Return a prompt of the server."""
    row = (
        await tx.execute(
            select_story_prompts().where(
                story_prompts.c.guild_id == guild_id, story_prompts.c.id == prompt_id
            )
        )
    ).one_or_none()
    return to_story_prompt(row) if row else None


async def list_recent_texts(
    tx: Transaction, *, guild_id: int, language: str, most: int
) -> list[str]:
    """Return the texts that were shown last on the server, newest first."""
    rows = await tx.execute(
        select(story_prompts.c.text)
        .where(story_prompts.c.guild_id == guild_id, story_prompts.c.language == language)
        .order_by(story_prompts.c.id.desc())
        .limit(most)
    )
    return list(rows.scalars())


async def set_mark(
    tx: Transaction, *, guild_id: int, prompt_id: int, member_id: int, kind: PromptMark, now_ms: int
) -> None:
    """Keep a member's mark; the same mark again changes nothing."""
    await tx.execute(
        insert_into(tx, prompt_marks)
        .values(
            guild_id=guild_id,
            prompt_id=prompt_id,
            member_id=member_id,
            kind=kind,
            created_ms=now_ms,
        )
        .on_conflict_do_nothing()
    )


async def delete_mark(
    tx: Transaction, *, guild_id: int, prompt_id: int, member_id: int, kind: PromptMark
) -> None:
    """Take a member's mark back; one that is not there is no fault."""
    await tx.execute(
        delete(prompt_marks).where(
            prompt_marks.c.guild_id == guild_id,
            prompt_marks.c.prompt_id == prompt_id,
            prompt_marks.c.member_id == member_id,
            prompt_marks.c.kind == kind,
        )
    )


async def list_marks(
    tx: Transaction, *, guild_id: int, prompt_id: int, member_id: int
) -> set[PromptMark]:
    """Return what a member made of a prompt."""
    rows = await tx.execute(
        select(prompt_marks.c.kind).where(
            prompt_marks.c.guild_id == guild_id,
            prompt_marks.c.prompt_id == prompt_id,
            prompt_marks.c.member_id == member_id,
        )
    )
    return set(rows.scalars())


async def list_saved(tx: Transaction, *, guild_id: int, member_id: int) -> list[StoryPrompt]:
    """Return what a member saved, the newest first."""
    rows = await tx.execute(
        select_story_prompts()
        .join(
            prompt_marks,
            (prompt_marks.c.guild_id == story_prompts.c.guild_id)
            & (prompt_marks.c.prompt_id == story_prompts.c.id),
        )
        .where(
            story_prompts.c.guild_id == guild_id,
            prompt_marks.c.member_id == member_id,
            prompt_marks.c.kind == PromptMark.SAVED,
        )
        .order_by(prompt_marks.c.created_ms.desc(), story_prompts.c.id.desc())
    )
    return [to_story_prompt(row) for row in rows]
