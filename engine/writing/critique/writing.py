"""The notes are written: every passage at once, checked, merged and ranked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from engine.errors import (
    CritiqueBeingWritten,
    CritiqueClosed,
    CritiqueNotFound,
    CritiqueTextGone,
)
from engine.model.request import ModelInfo, ModelRequest
from engine.runtime import Engine
from engine.safety.special_tokens import break_special_tokens
from engine.storage import critiques
from engine.story import Critique, CritiqueState, Member, Notes
from engine.writing.asking_all import Show, ask_all, show_nothing
from engine.writing.critique.access import (
    Reading,
    get_reading,
    require_agreed,
    require_open,
    require_party,
    tidy,
)
from engine.writing.critique.asking import (
    REPLY_TOKENS,
    example_reply,
    example_text,
    instructions,
    request_notes,
)
from engine.writing.critique.lenses import Lens, shipped_lenses
from engine.writing.critique.passages import Passage, pack, pieces_of
from engine.writing.critique.ranking import rank
from engine.writing.critique.sieve import Sieve
from engine.writing.patience import patiently

PRESET = "critic"
MOST_PASSAGE_TOKENS = 1500  # a model that reads more at once notes less of its middle
SPARE_TOKENS = 64  # for the marks of the chat template, and for broken special tokens
LEAST_PASSAGE_TOKENS = 128
MOST_PASSAGES_TWICE = 3  # shorter texts have two readings, independent of each other
RECENT_CRITIQUES = 30  # whose wordings a note must not repeat: it would fit any text

log = structlog.get_logger()


async def write_critique(
    engine: Engine,
    *,
    guild_id: int,
    critique_id: int,
    member: Member,
    show: Show = show_nothing,
) -> Reading:
    """Return the critique with its notes, writing them now unless they are written.

    Whatever breaks off leaves it ready, to be taken up by the next call.

    Raises:
        CritiqueNotFound, CritiqueClosed, NotYourCritique: there is nothing to write for them.
        ConsentMissing: an author has not agreed yet.
        CritiqueBeingWritten: another call is at it.
        QueueFull, ModelUnavailable, GenerationFailed, PromptRefused, Unsupported: as `ask_all`.
    """
    reading = await _begin(engine, guild_id, critique_id, member)
    if reading.critique.state is CritiqueState.WRITTEN:
        return reading
    try:
        notes, model, seed = await _read(engine, reading.critique, member, show)
        async with engine.database.writing() as tx:
            await critiques.finish_critique(
                tx,
                guild_id=guild_id,
                critique_id=critique_id,
                notes=notes,
                model=model,
                seed=seed,
                now_ms=engine.clock(),
            )
            return await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
    except BaseException:
        await asyncio.shield(_give_up(engine, guild_id, critique_id))
        raise


async def require_text(
    engine: Engine, *, guild_id: int, critique_id: int, member: Member
) -> Reading:
    """Return a critique whose text may be read again.

    Raises:
        CritiqueNotFound, CritiqueClosed, NotYourCritique, ConsentMissing: as `write_critique`.
        CritiqueTextGone: the text is not kept any longer.
    """
    async with engine.database.writing() as tx:
        await tidy(tx, guild_id=guild_id, now_ms=engine.clock())
        reading = await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
    require_party(reading, member)
    require_open(reading)
    require_agreed(reading)
    if not reading.critique.text:
        raise CritiqueTextGone
    return reading


def next_lens(lens: str) -> Lens:
    """Return the lens after this one; after the last, the first."""
    lenses = shipped_lenses()
    keys = list(lenses)
    at = keys.index(lens) if lens in lenses else -1
    return lenses[keys[(at + 1) % len(keys)]]


async def _begin(engine: Engine, guild_id: int, critique_id: int, member: Member) -> Reading:
    """Let exactly one call write; return a critique that is written as it stands."""
    now_ms = engine.clock()
    async with engine.database.writing() as tx:
        await tidy(tx, guild_id=guild_id, now_ms=now_ms)
        reading = await get_reading(tx, guild_id=guild_id, critique_id=critique_id)
        require_party(reading, member)
        state = reading.critique.state
        if state is CritiqueState.WRITTEN:
            return reading
        if state is CritiqueState.WRITING:
            raise CritiqueBeingWritten
        begun = not reading.missing and await critiques.change_state(
            tx,
            guild_id=guild_id,
            critique_id=critique_id,
            expected=CritiqueState.READY,
            to=CritiqueState.WRITING,
            now_ms=now_ms,
        )
    if not begun:  # outside of the transaction: what it closed stays closed
        require_open(reading)
        require_agreed(reading)
        raise CritiqueClosed(is_expired=True)
    return reading


async def _give_up(engine: Engine, guild_id: int, critique_id: int) -> None:
    async with engine.database.writing() as tx:
        await critiques.change_state(
            tx,
            guild_id=guild_id,
            critique_id=critique_id,
            expected=CritiqueState.WRITING,
            to=CritiqueState.READY,
            now_ms=engine.clock(),
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked, and of which passage."""

    requests: list[ModelRequest]
    passages: list[Passage]  # of each request
    count: int


async def _read(
    engine: Engine, critique: Critique, member: Member, show: Show
) -> tuple[Notes, str, int]:
    lens = shipped_lenses().get(critique.lens)
    if lens is None:  # its file was taken out
        raise CritiqueNotFound
    info = await patiently(engine, engine.model.info)
    seed = engine.seeds()
    plan = await patiently(engine, lambda: _plan(engine, critique, lens, info, seed))
    replies = await ask_all(
        engine,
        plan.requests,
        guild_id=critique.guild_id,
        channel_id=critique.channel_id,
        member=member,
        show=show,
    )
    sieve = Sieve(
        critique.text,
        critique.language,
        lens,
        told=[instructions(lens, critique.language), example_reply(lens, critique.language)],
        known_wordings=await _recent_wordings(engine, critique),
    )
    for reply, passage in zip(replies, plan.passages, strict=True):
        sieve.sift(reply.text if reply else None, passage)
    notes = rank(sieve.sifted, passages=plan.count)
    log.info(
        "critique_written",
        critique_id=critique.id,
        passages=plan.count,
        requests=len(replies),
        notes=len(notes.notes),
        praise=len(notes.praise),
        **{f"dropped_{key.name.lower()}": count for key, count in notes.dropped.items()},
    )
    return notes, info.name, seed


async def _plan(
    engine: Engine, critique: Critique, lens: Lens, info: ModelInfo, seed: int
) -> _Plan:
    passages = await _passages(engine, critique, lens, info)
    rounds = 2 if len(passages) <= MOST_PASSAGES_TWICE else 1
    asked = [(number, each) for _ in range(rounds) for number, each in enumerate(passages, 1)]
    requests = [
        request_notes(
            lens,
            critique.text,
            passage,
            number=number,
            of=len(passages),
            language=critique.language,
            specials=info.special_tokens,
            sampling=engine.presets[PRESET].sampling,
            seed=(seed + drawn) % 2**31,
            guild_id=critique.guild_id,
            channel_id=critique.channel_id,
        )
        for drawn, (number, passage) in enumerate(asked)
    ]
    return _Plan(requests, [passage for _, passage in asked], len(passages))


async def _passages(
    engine: Engine, critique: Critique, lens: Lens, info: ModelInfo
) -> Sequence[Passage]:
    pieces = pieces_of(critique.text, critique.language)
    frame = [
        instructions(lens, critique.language),
        example_reply(lens, critique.language),
        example_text(lens, critique.language),
    ]
    shown = [break_special_tokens(f"[99] {each.text}", info.special_tokens) for each in pieces]
    counts = await engine.model.count_tokens([*frame, *shown])
    around = sum(counts[: len(frame)]) + REPLY_TOKENS + SPARE_TOKENS * 3
    room = max(LEAST_PASSAGE_TOKENS, min(MOST_PASSAGE_TOKENS, info.context_tokens - around))
    return pack(critique.text, pieces, counts[len(frame) :], room)


async def _recent_wordings(engine: Engine, critique: Critique) -> list[str]:
    """Return how notes on other texts of the server were worded."""
    async with engine.database.reading() as tx:
        recent = await critiques.list_recent_notes(
            tx,
            guild_id=critique.guild_id,
            text_hash=critique.text_hash,
            most=RECENT_CRITIQUES,
        )
    noted = [note.why for notes in recent for note in notes.notes]
    return noted + [each.why for notes in recent for each in notes.praise]
