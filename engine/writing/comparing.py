"""Blind pairs: the same beginning, told by an adapter and by its rival, written in one batch."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import structlog

from engine.errors import GenerationFailed, VoiceStale
from engine.model.request import ModelRequest
from engine.runtime import Engine
from engine.storage import comparisons, voices
from engine.story import (
    Comparison,
    Length,
    Member,
    Opponents,
    Pair,
    Rating,
    Story,
    StoryState,
)
from engine.writing.asking import request_turn
from engine.writing.asking_all import Reply, Show, ask_all, show_nothing
from engine.writing.prompting import prepare_plain
from engine.writing.reply import cut_to_sentence
from engine.writing.style import read_style

log = structlog.get_logger()

PREMISES = Path(__file__).with_name("premises.toml")
MOST_PAIRS = 20  # as many as there are premises
MOST_CHARACTERS = 800  # of one text: both stand in one message with their premise


async def write_pairs(
    engine: Engine,
    sides: Opponents,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    language: str,
    pairs: int,
    interaction_id: int,
    show: Show = show_nothing,
) -> tuple[Comparison, list[Pair]]:
    """Have pairs written and kept, in an order that only the database knows.

    Both sides get the same prompt, seed, sampling and bans. A pair of which a side was broken off
    is left out.

    Raises:
        QueueFull, ModelUnavailable, GenerationFailed, PromptRefused: as `ask_all`.
        VoiceStale: a work was withdrawn while the pairs were written.
    """
    seed = engine.seeds()
    draw = Random(seed)
    premises = draw.sample(premises_of(language), pairs)
    story = _story(guild_id, channel_id, member, language, engine.clock())
    requests = [
        request
        for premise in premises
        for request in await _requests(engine, story, premise, sides, draw.getrandbits(31))
    ]
    replies = await ask_all(
        engine, requests, guild_id=guild_id, channel_id=channel_id, member=member, show=show
    )
    told = [(premise, *_texts(replies[2 * at : 2 * at + 2])) for at, premise in enumerate(premises)]
    whole = [(premise, ours, other) for premise, ours, other in told if ours and other]
    if not whole:
        raise GenerationFailed("no pair was written")
    comparison = Comparison(
        id=0,
        guild_id=guild_id,
        channel_id=channel_id,
        adapter_id=sides.adapter.id,
        rival_adapter_id=sides.rival.id if sides.rival else None,
        opener_id=member.id,
        language=language,
        seed=seed,
        created_ms=engine.clock(),
    )
    return await _keep(engine, sides, comparison, whole, draw=draw, interaction_id=interaction_id)


async def _keep(
    engine: Engine,
    sides: Opponents,
    comparison: Comparison,
    told: Sequence[tuple[str, str, str]],
    *,
    draw: Random,
    interaction_id: int,
) -> tuple[Comparison, list[Pair]]:
    """Keep pairs of premise, adapter's text and rival's text, each in a drawn order."""
    guild_id = comparison.guild_id
    async with engine.database.writing() as tx:
        for side in filter(None, (sides.adapter, sides.rival)):
            now = await voices.find_adapter(tx, guild_id=guild_id, adapter_id=side.id)
            if now is None or now.is_stale:
                raise VoiceStale(side.number)
        comparison = await comparisons.insert_comparison(
            tx, comparison, guild_id=guild_id, interaction_id=interaction_id
        )
        for number, (premise, ours, other) in enumerate(told, 1):
            is_first = draw.random() < 0.5
            await comparisons.insert_pair(
                tx,
                guild_id=guild_id,
                comparison_id=comparison.id,
                number=number,
                prompt=premise,
                first=ours if is_first else other,
                second=other if is_first else ours,
                adapter_is_first=is_first,
            )
        kept = await comparisons.list_pairs(tx, guild_id=guild_id, comparison_id=comparison.id)
    log.info("pairs_written", guild_id=guild_id, comparison_id=comparison.id, pairs=len(kept))
    return comparison, kept


@cache
def premises_of(language: str) -> tuple[str, ...]:
    """Return the shipped premises of a language."""
    return tuple(tomllib.loads(PREMISES.read_text(encoding="utf-8"))[language])


async def _requests(
    engine: Engine, story: Story, premise: str, sides: Opponents, seed: int
) -> list[ModelRequest]:
    style = await read_style(engine, guild_id=story.guild_id)
    prepared = await prepare_plain(engine, story, premise)
    return [
        request_turn(story, (), prepared, style, direction=premise, seed=seed, adapter=name)
        for name in (sides.adapter_name, sides.rival_name)
    ]


def _texts(replies: list[Reply | None]) -> list[str]:
    return [_cut(reply) if reply else "" for reply in replies]


def _cut(reply: Reply) -> str:
    text = reply.text if reply.is_whole else cut_to_sentence(reply.text)
    return text if len(text) <= MOST_CHARACTERS else cut_to_sentence(text[:MOST_CHARACTERS])


def _story(guild_id: int, channel_id: int, member: Member, language: str, now_ms: int) -> Story:
    """Return a story that is not kept: the pair is asked for as its first turn would be."""
    return Story(
        id=0,
        guild_id=guild_id,
        channel_id=channel_id,
        starter_id=member.id,
        starter_name="",
        title="",
        genre="",
        style="",
        language=language,
        rating=Rating.GENERAL,
        length=Length.SHORT,
        state=StoryState.OPEN,
        branch_id=0,
        head_turn_id=None,
        created_ms=now_ms,
    )
