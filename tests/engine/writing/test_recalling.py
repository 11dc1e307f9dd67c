from collections.abc import Sequence
from dataclasses import replace

from engine.errors import ModelUnavailable, Unsupported
from engine.memory.prompt import BlockKind, Prompt
from engine.memory.recall import recall
from engine.model.vectors import PROBE, Vectors
from engine.privacy import erase_member
from engine.storage import search, stories
from engine.story import Story, Turn, TurnKind
from engine.writing import show_context
from engine.writing.meanings import by_meaning
from engine.writing.recalling import find_passages, index_story
from tests.fakes.desk import ANN, BO, GUILD, Desk, new_id
from tests.fakes.nouns import path_of
from tests.fakes.scripted_model import ScriptedModel

FACT = "Mara was born in Velmoor, among the salt pans."
ASKED = "Mara tells the stranger where she grew up."


async def fill(desk: Desk, model: ScriptedModel, turns: int = 24) -> None:
    """Tell a fact, and so much after it that the window leaves it out."""
    model._info = replace(model._info, context_tokens=1400)
    await desk.write(FACT)
    for number in range(turns):
        await desk.write(f"Tomas looked for lamp {number} in the yard. " * 5)


def recalled(prompt: Prompt) -> list[str]:
    return [block.text for block in prompt.blocks if block.kind is BlockKind.RECALLED]


async def story_of(desk: Desk) -> Story:
    async with desk.engine.database.reading() as tx:
        story = await stories.find_open_story(tx, **desk.where)
    assert story is not None
    return story


async def test_an_old_turn_comes_back_when_it_is_talked_of(
    desk: Desk, model: ScriptedModel
) -> None:
    await fill(desk, model)
    prompt = await show_context(desk.engine, **desk.where, direction=ASKED)
    assert prompt.dropped_turns > 0
    assert f"Earlier: {FACT}" in recalled(prompt)
    assert prompt.tokens <= prompt.budget_tokens
    await desk.write(ASKED)
    prompt = await show_context(desk.engine, **desk.where)
    assert f"Earlier: {FACT}" in recalled(prompt), "the newest turn asks as well"


async def test_what_is_recalled_does_not_depend_on_the_index(
    desk: Desk, model: ScriptedModel
) -> None:
    await fill(desk, model)
    before = await show_context(desk.engine, **desk.where, direction=ASKED)
    story = await story_of(desk)
    await index_story(desk.engine, GUILD, story.id)
    async with desk.engine.database.reading() as tx:
        assert len(await search.list_digests(tx, guild_id=GUILD, story_id=story.id)) == 25
    after = await show_context(desk.engine, **desk.where, direction=ASKED)
    assert after.digest == before.digest
    await desk.write("Nobody came.")  # half of the path is indexed
    half = await show_context(desk.engine, **desk.where, direction=ASKED)
    await index_story(desk.engine, GUILD, story.id)
    assert (await show_context(desk.engine, **desk.where, direction=ASKED)).digest == half.digest


async def test_a_turn_that_was_undone_is_not_recalled(desk: Desk, model: ScriptedModel) -> None:
    await fill(desk, model)
    await desk.write("Mara grew up in Harrow, she said.")
    story = await story_of(desk)
    await index_story(desk.engine, GUILD, story.id)
    await desk.undo()
    for number in range(12):
        await desk.write(f"Tomas mended chair {number} in the shop. " * 5)
    prompt = await show_context(desk.engine, **desk.where, direction=ASKED)
    assert "Harrow" not in "".join(recalled(prompt))
    assert any("Velmoor" in text for text in recalled(prompt))
    found = await find_passages(desk.engine, **desk.where, query="Where did Mara grow up?")
    assert all("Harrow" not in passage.text for passage in found.passages)


async def test_a_search_finds_passages_and_says_what_is_not_established(desk: Desk) -> None:
    await desk.write("Mara's favourite dish was eel pie.")
    await desk.write("Tomas looked for a lantern in the yard.")
    found = await find_passages(desk.engine, **desk.where, query="What is Mara's favourite dish?")
    assert found.passages[0].text == "Mara's favourite dish was eel pie."
    assert found.is_established
    found = await find_passages(desk.engine, **desk.where, query="What is Mara's horse called?")
    assert not found.is_established


async def test_another_channels_story_is_not_searched(desk: Desk) -> None:
    await desk.write("Mara's favourite dish was eel pie.")
    other = Desk(desk.engine, new_id())
    await other.start()
    await other.write("It rained.")
    found = await find_passages(other.engine, **other.where, query="Mara's favourite dish")
    assert found.passages == ()


async def test_an_erased_text_does_not_come_back_into_the_index(desk: Desk) -> None:
    await desk.write(FACT, ANN)
    await desk.write("Bo says nothing.", BO)
    story = await story_of(desk)
    await index_story(desk.engine, GUILD, story.id)
    await erase_member(desk.engine, guild_id=GUILD, member_id=ANN.id)
    await index_story(desk.engine, GUILD, story.id)
    scope = {"guild_id": GUILD, "story_id": story.id}
    async with desk.engine.database.reading() as tx:
        assert await search.find_words(tx, **scope, keys=["velmoor"]) == {}
        assert len(await search.find_words(tx, **scope, keys=["bo"])) == 1


class WithoutEmbeddings(ScriptedModel):
    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise Unsupported("embeddings", "scripted")


class Prefixed(ScriptedModel):
    """Takes note of what it is to place."""

    def __init__(self) -> None:
        super().__init__()
        self.placed: list[str] = []

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.placed += texts
        return await super().embed(texts)


def told_of_mara() -> list[Turn]:
    told = [f"Mara eel{n} egret{n} elder{n} elm{n}." for n in range(10)]  # rare words, no u
    told.insert(2, "Mara hums uuuu.")
    return path_of([(TurnKind.HUMAN, text) for text in told])


async def test_what_is_close_in_meaning_comes_after_the_best(desk: Desk) -> None:
    path, engine = told_of_mara(), desk.engine
    found = recall(path, [("Mara, Uuu?", 1.0)], "en", most=8)
    wanted = "Mara hums uuuu."
    assert wanted not in [passage.text for passage in found.passages[:4]], "or it is found anyway"
    near = await by_meaning(
        engine.model, engine.vectors, engine.settings, "Uuuu uuu", found, most=8
    )
    assert near.passages[:3] == found.passages[:3], "what was asked for stays first"
    assert near.passages[3].text == wanted
    assert len(near.passages) == 8


async def test_without_an_embedding_model_all_stays_as_it_is(desk: Desk) -> None:
    found = recall(told_of_mara(), [("Mara", 1.0)], "en")
    engine, model = desk.engine, WithoutEmbeddings()
    assert await by_meaning(model, Vectors(), engine.settings, "uuuu", found) == found
    away = ScriptedModel()
    away.down = ModelUnavailable("it starts")
    assert await by_meaning(away, Vectors(), engine.settings, "uuuu", found) == found


async def test_where_nobody_is_named_what_was_found_is_ordered_by_meaning(desk: Desk) -> None:
    told = ["Lamp, aa.", "Lamp, ee.", "Lamp, ii.", "Lamp, oo.", "Lamp, uu."]
    path = path_of([(TurnKind.HUMAN, text) for text in told])
    found = recall(path, [("lamp", 1.0)], "en")
    assert not found.told_of
    engine = desk.engine
    near = await by_meaning(engine.model, engine.vectors, engine.settings, "aaa", found)
    assert near.passages[3].text == told[0], "it is the last by age"
    assert found.passages[3].text == told[1]
    assert sorted(map(repr, near.passages)) == sorted(map(repr, found.passages))


async def test_an_embedding_model_gets_the_prefixes_that_it_wants(desk: Desk) -> None:
    found, model = recall(told_of_mara(), [("Mara", 1.0)], "en"), Prefixed()
    settings = desk.engine.settings.model_copy(
        update={"embedding_query_prefix": "query: ", "embedding_passage_prefix": "passage: "}
    )
    await by_meaning(model, Vectors(), settings, "Who hums?", found)
    assert model.placed[:2] == [PROBE, "query: Who hums?"]
    assert all(text.startswith("passage: Mara ") for text in model.placed[2:])
