"""Summaries that retell an erased member's words, and those that do not."""

from engine.storage import Database, memory, personal
from engine.story import Member
from tests.engine.storage.memory_samples import add_memory
from tests.engine.storage.samples import BEA, GUILD, add_story, add_turn

ZOE = Member(777_000_777, "Zoe Quill")


async def test_a_summary_that_joins_one_of_the_erased_members_goes_with_it(
    database: Database,
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        await add_turn(tx, story, author=BEA)
        it = {"guild_id": GUILD, "story_id": story.id}
        await memory.insert_summary(tx, **it, digest="first", level=1, text="Bea came.", now_ms=1)
        await memory.insert_summary(tx, **it, digest="both", level=2, text="And Zoe.", now_ms=1)
        edited = await add_memory(tx, story, member=ZOE, text="Zoe went.")
    async with database.writing() as tx:
        await personal.erase_member(tx, guild_id=GUILD, member_id=ZOE.id)
        digests = ["first", "both", edited["digest"]]
        assert set(await memory.find_summaries(tx, **it, digests=digests)) == {"first"}
