"""What members do with the summaries of a story: edit, pin, forget."""

from engine.errors import SummaryNotFound
from engine.runtime import Engine
from engine.storage import memory
from engine.storage.database import Transaction
from engine.story import Member, Summary
from engine.writing.texts import tidy_text

MOST_SUMMARY_CHARACTERS = 1000


async def edit_summary(
    engine: Engine, *, guild_id: int, summary_id: int, member: Member, text: str
) -> None:
    """Put the member's words in the place of a summary; it stays bound to the same turns.

    Raises:
        SummaryNotFound: it is gone.
        TextRefused: there is no text, or it is too long.
    """
    tidy = tidy_text(text, MOST_SUMMARY_CHARACTERS)
    async with engine.database.writing() as tx:
        summary = await _get_summary(tx, guild_id, summary_id)
        await memory.change_summary(
            tx,
            guild_id=guild_id,
            summary_id=summary_id,
            text=tidy,
            editor_id=member.id,
            is_pinned=summary.is_pinned,
        )


async def pin_summary(engine: Engine, *, guild_id: int, summary_id: int, is_pinned: bool) -> None:
    """Keep a summary where others make room, or let it go again.

    Raises:
        SummaryNotFound: it is gone.
    """
    async with engine.database.writing() as tx:
        summary = await _get_summary(tx, guild_id, summary_id)
        await memory.change_summary(
            tx,
            guild_id=guild_id,
            summary_id=summary_id,
            text=summary.text,
            editor_id=summary.editor_id,
            is_pinned=is_pinned,
        )


async def forget_summary(engine: Engine, *, guild_id: int, summary_id: int) -> int:
    """Forget a summary, so that the model writes it anew; return its story's id.

    Raises:
        SummaryNotFound: it is gone.
    """
    async with engine.database.writing() as tx:
        summary = await _get_summary(tx, guild_id, summary_id)
        await memory.delete_summary(tx, guild_id=guild_id, summary_id=summary_id)
        return summary.story_id


async def read_summary(engine: Engine, *, guild_id: int, summary_id: int) -> Summary:
    """Return a summary.

    Raises:
        SummaryNotFound: it is gone.
    """
    async with engine.database.reading() as tx:
        return await _get_summary(tx, guild_id, summary_id)


async def _get_summary(tx: Transaction, guild_id: int, summary_id: int) -> Summary:
    summary = await memory.find_summary(tx, guild_id=guild_id, summary_id=summary_id)
    if summary is None:
        raise SummaryNotFound(summary_id)
    return summary
