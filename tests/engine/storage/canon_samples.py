"""A story with a fact, a passage that was read, and a server that chose."""

from engine.storage import Transaction, canon
from engine.story import Member, Story
from engine.story.canon import CanonSettings, Fact, FactScope, FactState


async def add_canon(
    tx: Transaction, story: Story, *, member: Member, text: str, turn_id: int
) -> Fact:
    """Put a row of `member`'s into every table of the canon; return the fact."""
    it = {"guild_id": story.guild_id, "story_id": story.id}
    fact = await canon.insert_fact(
        tx,
        **it,
        turn_id=turn_id,
        subject=text,
        relation="owns",
        value=text,
        quote=text,
        state=FactState.ACCEPTED,
        scope=FactScope.WITNESSES,
        witnesses=(text,),
        supersedes_id=None,
        proposer_id=member.id,
        now_ms=1,
    )
    await canon.mark_read(tx, **it, digest="the digest of a passage")
    await canon.save_settings(tx, guild_id=story.guild_id, chosen=CanonSettings(accepts=True))
    return fact
