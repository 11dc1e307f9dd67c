"""The end of a work: in one transaction nothing is left that could be learned from."""

import time

from engine.storage import library, voices
from engine.storage.database import Transaction
from engine.story import Way, WorkState


async def close_work(
    tx: Transaction,
    *,
    guild_id: int,
    work_id: int,
    state: WorkState,
    way: Way,
    author_id: int | None = None,
    now_ms: int | None = None,
) -> tuple[str, ...]:
    """End a work's consents, erase its text, and take what learned from it out of use.

    `author_id` is whose consent ends by `way`; those of the others end with the work. Without one
    all end by `way`. Return the names of the adapters that are stale now; scrub the database
    afterwards. `now_ms` None: now.
    """
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    for author, ending in ((author_id, way), (None, Way.CLOSED)):
        await library.withdraw_consents(
            tx, guild_id=guild_id, work_id=work_id, author_id=author, way=ending, now_ms=now_ms
        )
    await library.set_state(tx, guild_id=guild_id, work_id=work_id, state=state, now_ms=now_ms)
    await library.erase_text(tx, guild_id=guild_id, work_id=work_id)
    return await voices.mark_stale(tx, guild_id=guild_id, work_id=work_id, now_ms=now_ms)
