from engine.storage import Database, posts, turns
from engine.story import Post
from tests.engine.storage.samples import CHANNEL, GUILD, add_story, add_turn


async def test_posts_are_listed_in_the_order_of_their_parts(database: Database) -> None:
    async with database.writing() as tx:
        turn = await add_turn(tx, await add_story(tx))
        second = Post(turn.id, 1, CHANNEL, 5002)
        first = Post(turn.id, 0, CHANNEL, 5001)
        await posts.record_post(tx, guild_id=GUILD, post=second)
        await posts.record_post(tx, guild_id=GUILD, post=first)
    async with database.reading() as tx:
        assert await posts.list_posts(tx, guild_id=GUILD, turn_id=turn.id) == [first, second]


async def test_the_newest_message_of_a_part_counts(database: Database) -> None:
    async with database.writing() as tx:
        turn = await add_turn(tx, await add_story(tx))
        for message_id in (5001, 5002, 5002):
            await posts.record_post(tx, guild_id=GUILD, post=Post(turn.id, 0, 7, message_id))
        found = await posts.list_posts(tx, guild_id=GUILD, turn_id=turn.id)
    assert found == [Post(turn.id, 0, 7, 5002)]


async def test_a_turn_is_found_by_any_message_that_shows_it(database: Database) -> None:
    async with database.writing() as tx:
        turn = await add_turn(tx, await add_story(tx), source_message_id=4000)
        for part, message_id in enumerate((5001, 5002)):
            await posts.record_post(tx, guild_id=GUILD, post=Post(turn.id, part, 7, message_id))
    async with database.reading() as tx:
        for message_id in (4000, 5001, 5002):
            found = await turns.find_turn_by_message(tx, guild_id=GUILD, message_id=message_id)
            assert found == turn
        assert await turns.find_turn_by_message(tx, guild_id=GUILD, message_id=6000) is None
