import pytest

from engine.prose.segmenting import keys, segment
from engine.settings import EngineSettings
from engine.storage import Database, open_database, personal, search
from tests.engine.storage.samples import ADA, BEA, GUILD, add_story, add_turn

TEXTS = {
    "murder": "The murder in the tower was never solved. Aëlis knew.",
    "谋杀": "塔里的谋杀没有破案，王后知道。",
    "dragon": "Dragons! It's 3.5 miles; well-known | & ! ' \" \\ co-op.",
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("murders", {"murder"}),
        ("aelis", {"murder"}),
        ("谋杀", {"谋杀"}),
        ("王后", {"谋杀"}),
        ("塔", {"谋杀"}),
        ("dragon", {"dragon"}),
        ("tower dragon", {"murder", "dragon"}),
        ("后王", set()),
        ("\" OR ' AND NOT * ( :", set()),
    ],
)
async def test_both_databases_find_the_same(
    database: Database, query: str, found: set[str]
) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        words = {digest: segment(text) for digest, text in TEXTS.items()}
        scope = {"guild_id": GUILD, "story_id": story.id}
        await search.add_words(tx, **scope, words=words)
        await search.add_words(tx, **scope, words=words)  # again: nothing happens
    async with database.reading() as tx:
        assert await search.list_digests(tx, **scope) == set(TEXTS)
        answer = await search.find_words(tx, **scope, keys=keys(query))
    assert answer == {digest: words[digest] for digest in found}


async def test_other_stories_and_servers_are_not_searched(database: Database) -> None:
    async with database.writing() as tx:
        one = await add_story(tx)
        two = await add_story(tx, channel_id=11)
        elsewhere = await add_story(tx, guild_id=GUILD + 1)
        for story in (one, two, elsewhere):
            await search.add_words(
                tx, guild_id=story.guild_id, story_id=story.id, words={f"{story.id}": "lamp"}
            )
    async with database.reading() as tx:
        found = await search.find_words(tx, guild_id=GUILD, story_id=two.id, keys=["lamp", "s1"])
        many = ["lamp", *(f"key{n}" for n in range(1000))]
        all_ = await search.find_words(tx, guild_id=GUILD, story_id=two.id, keys=many)
    assert found == all_ == {f"{two.id}": "lamp"}


async def test_a_thousand_keys_are_no_harm(database: Database) -> None:
    async with database.writing() as tx:
        story = await add_story(tx)
        scope = {"guild_id": GUILD, "story_id": story.id}
        await search.add_words(tx, **scope, words={"digest": "lamp key999"})
        found = await search.find_words(tx, **scope, keys=[f"key{n}" for n in range(1000)])
    assert set(found) == {"digest"}


async def test_erasing_takes_only_the_stories_that_a_member_wrote_in(database: Database) -> None:
    async with database.writing() as tx:
        hers = await add_story(tx)
        other = await add_story(tx, channel_id=11, starter=BEA)
        await add_turn(tx, hers, author=ADA)
        await add_turn(tx, other, author=BEA)
        for story in (hers, other):
            await search.add_words(tx, guild_id=GUILD, story_id=story.id, words={"digest": "lamp"})
        await personal.erase_member(tx, guild_id=GUILD, member_id=ADA.id)
        left = [
            await search.find_words(tx, guild_id=GUILD, story_id=story.id, keys=["lamp"])
            for story in (hers, other)
        ]
    assert left == [{}, {"digest": "lamp"}]


async def test_after_an_erasure_no_byte_of_a_word_is_left_in_the_files(
    sqlite_settings: EngineSettings,
) -> None:
    async with open_database(sqlite_settings) as database:
        async with database.writing() as tx:
            story = await add_story(tx)
            await add_turn(tx, story, author=ADA, text="A canaryword sang.")
            for number in range(300):
                await search.add_words(
                    tx,
                    guild_id=GUILD,
                    story_id=story.id,
                    words={f"digest {number}": f"canaryword lamp{number}"},
                )
        assert _traces(sqlite_settings) > 0
        async with database.writing() as tx:
            await personal.erase_member(tx, guild_id=GUILD, member_id=ADA.id)
        await database.scrub()
        assert _traces(sqlite_settings) == 0


def _traces(settings: EngineSettings) -> int:
    files = [file for file in settings.data_dir.rglob("*") if file.is_file()]
    return sum(file.read_bytes().count(b"canarywo") for file in files)
