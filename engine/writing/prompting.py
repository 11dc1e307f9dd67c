"""From a story's path to the prompt that the served model will see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from engine.memory.compose import Beside, Tell, compose, shaped, tell_story
from engine.memory.frame import Frame, FrameTokens, frame_story
from engine.memory.prompt import Prompt
from engine.model.request import ModelInfo
from engine.runtime import Engine
from engine.safety.special_tokens import break_special_tokens
from engine.storage import turns
from engine.storage.order import find_rules
from engine.storage.turns import store_token_counts
from engine.story import Story, Turn
from engine.story.order import Mode
from engine.writing.gathering import Moment, gather_offers
from engine.writing.head import get_free_head, get_open_story
from engine.writing.seals import valid_seals
from engine.writing.texts import MOST_DIRECTION_CHARACTERS, tidy_line
from engine.writing.veiling import model_path


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt, the model that it is for, and the token counts that were not stored yet."""

    prompt: Prompt
    model: ModelInfo
    new_counts: dict[int, int]  # by turn id


async def prepare_prompt(
    engine: Engine, story: Story, path: Sequence[Turn], direction: str, *, member_id: int = 0
) -> Prepared:
    """Compose the prompt of the turn after `path`, root first, with all that belongs beside it.

    Raises:
        ModelUnavailable: the model server cannot be asked.
        ModelUnusable: its context is too small for a story.
    """
    info, frame, budget_tokens = await _frame(engine, story, direction, is_beginning=not path)
    moment = Moment(story, path, direction, budget_tokens, info.special_tokens, member_id)
    return await lay_out(engine, info, frame, moment)


async def lay_out(
    engine: Engine, info: ModelInfo, frame: Frame, moment: Moment, *, tell: Tell = tell_story
) -> Prepared:
    """Count what is not counted yet, and compose a frame, the path and what is offered beside.

    Raises:
        ModelUnavailable: the model server cannot be asked.
        ModelUnusable: the budget leaves no room for the turns beside the frame.
    """
    async with engine.database.reading() as tx:
        shown = await model_path(tx, moment.story, moment.path)
    is_veiled = shown is not moment.path
    moment = replace(moment, path=shown)
    offers = await gather_offers(engine, moment)
    seals = await valid_seals(engine, moment.story, moment.path)
    specials = info.special_tokens
    uncounted = [turn for turn in moment.path if turn.tokenizer != info.tokenizer]
    texts = [
        *frame.texts,
        *(shaped(offer.text, specials) for offer in offers),
        *(shaped(seal.text, specials) for seal in seals),
        *(break_special_tokens(turn.told, specials) for turn in uncounted),
    ]
    counts = iter(await engine.model.count_tokens(texts))
    frame_tokens = FrameTokens(*islice(counts, len(frame.texts)))
    beside = Beside(
        offers, tuple(islice(counts, len(offers))), seals, tuple(islice(counts, len(seals)))
    )
    new_counts = dict(zip((turn.id for turn in uncounted), counts, strict=True))
    prompt = compose(
        frame,
        frame_tokens,
        [
            replace(turn, tokens=new_counts[turn.id]) if turn.id in new_counts else turn
            for turn in moment.path
        ],
        budget_tokens=moment.budget_tokens,
        specials=specials,
        tell=tell,
        beside=beside,
    )
    # A veiled turn was counted by its last line: that is not the count of the turn.
    return Prepared(prompt, info, {} if is_veiled else new_counts)


async def prepare_plain(engine: Engine, story: Story, direction: str) -> Prepared:
    """Compose the prompt of a story's first turn, with nothing beside it.

    Raises:
        ModelUnavailable, ModelUnusable: as `prepare_prompt`.
    """
    info, frame, budget_tokens = await _frame(engine, story, direction, is_beginning=True)
    frame_tokens = FrameTokens(*await engine.model.count_tokens(frame.texts))
    prompt = compose(
        frame, frame_tokens, (), budget_tokens=budget_tokens, specials=info.special_tokens
    )
    return Prepared(prompt, info, {})


async def _frame(
    engine: Engine, story: Story, direction: str, *, is_beginning: bool
) -> tuple[ModelInfo, Frame, int]:
    info = await engine.model.info()
    budget_tokens = info.context_tokens - story.length.reply_tokens
    async with engine.database.reading() as tx:
        rules = await find_rules(tx, guild_id=story.guild_id, story_id=story.id)
    frame = frame_story(
        story,
        direction=direction,
        is_beginning=is_beginning,
        specials=info.special_tokens,
        budget_tokens=budget_tokens,
        is_one_sentence=rules is not None and rules.mode is Mode.ONE_SENTENCE,
    )
    return info, frame, budget_tokens


async def store_new_counts(engine: Engine, guild_id: int, prepared: Prepared) -> None:
    """Keep the counts, so that each text is counted once."""
    if prepared.new_counts:
        async with engine.database.writing() as tx:
            await store_token_counts(
                tx,
                guild_id=guild_id,
                tokenizer=prepared.model.tokenizer,
                counts=prepared.new_counts,
            )


async def show_context(
    engine: Engine, *, guild_id: int, channel_id: int, direction: str = "", member_id: int = 0
) -> Prompt:
    """Return exactly what the model would see now, if this member asked. Nothing is written.

    Raises:
        NoOpenStory: the channel has no open story.
        NotYourTurn: the model is writing.
        ModelUnavailable: the model server cannot be asked.
    """
    direction = tidy_line(direction, MOST_DIRECTION_CHARACTERS)
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        await get_free_head(tx, story)
        path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
    prepared = await prepare_prompt(engine, story, path, direction, member_id=member_id)
    await store_new_counts(engine, guild_id, prepared)
    return prepared.prompt
