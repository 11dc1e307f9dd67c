"""A story with a note, a pin, a summary, and a sample of its server's style."""

from typing import Any

from engine.storage import Transaction, memory
from engine.story import Member, Story


async def add_memory(tx: Transaction, story: Story, *, member: Member, text: str) -> dict[str, Any]:
    """Put a row of `member`'s into every table of the memory; return the ids."""
    it = {"guild_id": story.guild_id, "story_id": story.id}
    digest = f"the digest of {member.id}"
    await memory.set_note(tx, **it, text=text, depth=4, member=member)
    pin_id = await memory.insert_pin(tx, **it, turn_id=None, text=text, member=member)
    sample_id = await memory.insert_sample(
        tx, guild_id=story.guild_id, language="en", text=text, member=member
    )
    await memory.insert_summary(tx, **it, digest=digest, level=1, text=text, now_ms=1)
    found = await memory.find_summaries(tx, **it, digests=[digest])
    await memory.change_summary(
        tx,
        guild_id=story.guild_id,
        summary_id=found[digest].id,
        text=text,
        editor_id=member.id,
        is_pinned=True,
    )
    return {
        "pin_id": pin_id,
        "sample_id": sample_id,
        "summary_id": found[digest].id,
        "digest": digest,
        "digests": [digest],
    }
