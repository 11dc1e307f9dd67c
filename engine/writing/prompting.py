"""From a story's path to the prompt that the served model will see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.memory.compose import Tell, compose, tell_story
from engine.memory.frame import Frame, FrameTokens, frame_story
from engine.memory.prompt import Prompt
from engine.model.request import Model, ModelInfo
from engine.runtime import Engine
from engine.safety.special_tokens import break_special_tokens
from engine.storage import turns
from engine.storage.turns import store_token_counts
from engine.story import Story, Turn
from engine.writing.head import get_free_head, get_open_story
from engine.writing.texts import MOST_DIRECTION_CHARACTERS, tidy_line


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt, the model that it is for, and the token counts that were not stored yet."""

    prompt: Prompt
    model: ModelInfo
    new_counts: dict[int, int]  # by turn id


async def prepare_prompt(
    model: Model, story: Story, path: Sequence[Turn], direction: str
) -> Prepared:
    """Compose the prompt of the turn after `path`, root first.

    Raises:
        ModelUnavailable: the model server cannot be asked.
        ModelUnusable: its context is too small for a story.
    """
    info = await model.info()
    budget_tokens = info.context_tokens - story.length.reply_tokens
    frame = frame_story(
        story,
        direction=direction,
        is_beginning=not path,
        specials=info.special_tokens,
        budget_tokens=budget_tokens,
    )
    return await lay_out(model, info, frame, path, budget_tokens=budget_tokens)


async def lay_out(
    model: Model,
    info: ModelInfo,
    frame: Frame,
    path: Sequence[Turn],
    *,
    budget_tokens: int,
    tell: Tell = tell_story,
) -> Prepared:
    """Count what is not counted yet, and compose the prompt of a frame around the path's turns.

    Raises:
        ModelUnavailable: the model server cannot be asked.
        ModelUnusable: the budget leaves no room for the turns beside the frame.
    """
    uncounted = [turn for turn in path if turn.tokenizer != info.tokenizer]
    counts = await model.count_tokens(
        [
            *frame.texts,
            *(break_special_tokens(turn.told, info.special_tokens) for turn in uncounted),
        ],
    )
    frame_counts, turn_counts = counts[: len(frame.texts)], counts[len(frame.texts) :]
    new_counts = {turn.id: count for turn, count in zip(uncounted, turn_counts, strict=True)}
    prompt = compose(
        frame,
        FrameTokens(*frame_counts),
        [
            replace(turn, tokens=new_counts[turn.id]) if turn.id in new_counts else turn
            for turn in path
        ],
        budget_tokens=budget_tokens,
        specials=info.special_tokens,
        tell=tell,
    )
    return Prepared(prompt, info, new_counts)


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
    engine: Engine, *, guild_id: int, channel_id: int, direction: str = ""
) -> Prompt:
    """Return exactly what the model would see now.

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
    prepared = await prepare_prompt(engine.model, story, path, direction)
    await store_new_counts(engine, guild_id, prepared)
    return prepared.prompt
