"""What a member is suggested, and what they make of it."""

import pytest

from engine.errors import (
    NoPromptsLeft,
    PromptNotFound,
    StoryAlreadyOpen,
    TextRefused,
    Unsupported,
)
from engine.model.request import ModelRequest
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.story import PromptMark, StoryPrompt, Wish
from engine.writing.inspiration import (
    MOST_WISH_CHARACTERS,
    forget_prompt,
    mark_prompt,
    read_batch,
    read_prompt,
    saved_prompts,
    start_from_prompt,
    suggest_prompts,
    title_of,
)
from engine.writing.inspiration.asking import CANDIDATES
from engine.writing.inspiration.suggesting import pick_different
from tests.fakes.desk import ANN, BO, GUILD, Desk, new_id
from tests.fakes.scripted_model import ScriptedModel

CHANNEL = new_id()
ANYTHING = Wish("en")
WHO = ("A baker", "The judge", "Two divers", "My aunt", "A retired spy", "The organist", "Nobody")
WHERE = ("on the night ferry", "below the dam", "in a wax museum", "at the border", "in orbit")
WHAT = ("loses a shadow", "opens the wrong grave", "sells time", "forgets how to count", "wins")


def premise(request: ModelRequest) -> str:
    """Return a premise that differs from seed to seed."""
    n = request.seed
    start = f"{WHO[n % 7]} {WHERE[n // 7 % 5]} {WHAT[n // 35 % 5]} and tells only the dog"
    return f"{start} number {n}. By spring {n % 97} others want it back."


@pytest.fixture
def storage_settings(sqlite_settings: EngineSettings) -> EngineSettings:
    """One engine is enough here: the queries are tested on both."""
    return sqlite_settings


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(premise)


async def suggest(engine: Engine, wish: Wish = ANYTHING, **options: object) -> list[StoryPrompt]:
    where = {"guild_id": GUILD, "channel_id": CHANNEL, "member": ANN}
    fields = {**where, "interaction_id": new_id(), **options}
    return await suggest_prompts(engine, wish=wish, **fields)  # type: ignore[arg-type]


def last_prompt(model: ScriptedModel) -> str:
    return "\n".join(message.text for message in model.requests[-1].messages)


async def test_five_of_a_larger_set_are_shown_and_kept(
    engine: Engine, model: ScriptedModel
) -> None:
    shown = await suggest(engine, Wish("en", genre="noir"))
    assert len(model.requests) == model.most_at_once == CANDIDATES
    assert len({prompt.text for prompt in shown}) == 5
    assert [prompt.ordinal for prompt in shown] == [0, 1, 2, 3, 4]
    batch = await read_batch(engine, guild_id=GUILD, prompt_id=shown[2].id, member=BO)
    assert batch == shown


async def test_every_candidate_is_asked_for_otherwise(engine: Engine, model: ScriptedModel) -> None:
    await suggest(engine)
    asked = {(request.messages[-1].text, request.seed) for request in model.requests}
    assert len({text for text, _ in asked}) == len({seed for _, seed in asked}) == CANDIDATES


async def test_the_wish_reaches_the_model_with_special_tokens_broken(
    engine: Engine, model: ScriptedModel
) -> None:
    await suggest(engine, Wish("en", "noir<|im_end|>", "dry", "letter", "lamp, sea"))
    text = last_prompt(model)
    assert all(word in text for word in ("noir", "dry", "letter", "lamp, sea"))
    assert "<|im_end|>" not in text


async def test_the_same_interaction_gets_the_same_prompts_unasked(
    engine: Engine, model: ScriptedModel
) -> None:
    first = await suggest(engine, interaction_id=77)
    assert await suggest(engine, interaction_id=77) == first
    assert len(model.requests) == CANDIDATES


async def test_a_wish_that_is_too_long_is_refused_before_anything_is_asked(
    engine: Engine, model: ScriptedModel
) -> None:
    with pytest.raises(TextRefused):
        await suggest(engine, Wish("en", genre="x" * (MOST_WISH_CHARACTERS + 1)))
    assert not model.requests


async def test_more_like_one_is_asked_with_it_and_recorded(
    engine: Engine, model: ScriptedModel
) -> None:
    first = (await suggest(engine, Wish("en", genre="noir")))[0]
    more = await suggest(engine, Wish("en"), like_id=first.id)
    assert first.text in last_prompt(model)
    assert {prompt.genre for prompt in more} == {"noir"}
    assert first.text not in {prompt.text for prompt in more}
    _, marks = await read_prompt(engine, guild_id=GUILD, prompt_id=first.id, member=ANN)
    assert marks == {PromptMark.MORE}


async def test_what_the_server_was_shown_before_is_not_shown_again(
    engine: Engine, model: ScriptedModel
) -> None:
    model._replies = lambda request: premise(request) if request.seed % 2 else premise_of_all()
    before = {prompt.text for _ in range(3) for prompt in await suggest(engine)}
    after = {prompt.text for prompt in await suggest(engine)}
    assert not before & after


def premise_of_all() -> str:
    return "A keeper of bees hears the hive speak her name in the voice of her brother. He is lost."


async def test_when_all_say_the_same_one_is_shown_and_then_none(
    engine: Engine, model: ScriptedModel
) -> None:
    model._replies = lambda _: premise_of_all()
    assert [prompt.text for prompt in await suggest(engine)] == [premise_of_all()]
    with pytest.raises(NoPromptsLeft) as refusal:
        await suggest(engine)
    assert refusal.value.candidates == CANDIDATES


async def test_meaning_decides_where_the_server_has_embeddings(
    engine: Engine, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["A ship waits in fog.", "One vessel idles through mist.", "Bread rises at dawn."]
    places = dict(zip(texts, ([1.0, 0.0], [1.0, 0.01], [0.0, 1.0]), strict=True))

    async def embed(asked: list[str]) -> list[list[float]]:
        return [places[text] for text in asked]

    monkeypatch.setattr(model, "embed", embed)
    chosen = await pick_different(engine, texts, [], "en")
    assert chosen[0] == texts[2]
    monkeypatch.setattr(model, "embed", unsupported)
    assert set(await pick_different(engine, texts, [], "en")) == set(texts)


async def unsupported(_: list[str]) -> list[list[float]]:
    raise Unsupported("embeddings", "off")


async def test_the_choice_depends_on_the_candidates_alone(engine: Engine) -> None:
    texts = [premise(ModelRequest((), 1, seed)) for seed in range(0, 160, 10)]
    first = await pick_different(engine, texts, [], "en")
    assert first == await pick_different(engine, texts, [], "en")
    assert 2 <= len(first) <= 5


async def test_saved_and_not_for_me_exclude_each_other(engine: Engine) -> None:
    prompt = (await suggest(engine))[0]
    it = {"guild_id": GUILD, "prompt_id": prompt.id, "member": ANN}
    for _ in range(2):
        await mark_prompt(engine, mark=PromptMark.SAVED, **it)
    assert await saved_prompts(engine, guild_id=GUILD, member=ANN) == [prompt]
    assert await saved_prompts(engine, guild_id=GUILD, member=BO) == []
    await mark_prompt(engine, mark=PromptMark.NOT_FOR_ME, **it)
    assert await saved_prompts(engine, guild_id=GUILD, member=ANN) == []
    batch = await read_batch(engine, **it)
    assert prompt not in batch
    assert len(batch) == 4


async def test_a_forgotten_prompt_is_saved_no_more(engine: Engine) -> None:
    prompt = (await suggest(engine))[0]
    it = {"guild_id": GUILD, "prompt_id": prompt.id, "member": ANN}
    await mark_prompt(engine, mark=PromptMark.SAVED, **it)
    await forget_prompt(engine, **it)
    assert await saved_prompts(engine, guild_id=GUILD, member=ANN) == []


async def test_another_server_does_not_know_the_prompt(engine: Engine) -> None:
    prompt = (await suggest(engine))[0]
    with pytest.raises(PromptNotFound):
        await mark_prompt(
            engine,
            guild_id=GUILD + 1,
            prompt_id=prompt.id,
            member=ANN,
            mark=PromptMark.SAVED,
        )


async def test_a_story_started_from_a_prompt_tells_the_model_what_it_is_about(
    engine: Engine, model: ScriptedModel
) -> None:
    prompt = (await suggest(engine, Wish("en", genre="noir", tone="dry")))[0]
    desk = Desk(engine)
    it = {"guild_id": GUILD, "channel_id": desk.channel_id, "prompt_id": prompt.id}
    fields = {"member": BO, "channel_is_age_restricted": False, "interaction_id": 91}
    story = await start_from_prompt(engine, **it, **fields)  # type: ignore[arg-type]
    assert (story.premise, story.genre, story.style) == (prompt.text, "noir", "dry")
    assert story.title == title_of(prompt)
    await desk.continue_()
    assert prompt.text in last_prompt(model)
    _, marks = await read_prompt(engine, guild_id=GUILD, prompt_id=prompt.id, member=BO)
    assert marks == {PromptMark.STARTED}
    with pytest.raises(StoryAlreadyOpen):
        await start_from_prompt(engine, **it, **fields | {"interaction_id": 92})  # type: ignore[arg-type]
