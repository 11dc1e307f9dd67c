"""What members set beside a story: its author's note, pins, style samples, changed summaries."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import (
    NotAllowed,
    NotYourWords,
    PassageNotFound,
    PinNotFound,
    Right,
    SampleNotFound,
    TooManyKept,
)
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind
from engine.memory.sealing import blocks_of
from engine.runtime import Engine
from engine.storage import memory, turns
from engine.storage.database import Transaction
from engine.story import AuthorNote, Member, Pin, Story, StyleSample, Summary, Turn, TurnKind
from engine.writing.head import get_open_story
from engine.writing.moment import Moment
from engine.writing.reading import read_path
from engine.writing.texts import tidy_line, tidy_text
from engine.writing.veiling import model_path, veil

MOST_NOTE_CHARACTERS = 500
MOST_DEPTH = 20
MOST_PIN_CHARACTERS = 300
MOST_PINS = 12
MOST_SAMPLE_CHARACTERS = 800
MOST_SAMPLES = 8

_WORDINGS = {
    "en": {"note": "[Author's note: {}]", "pin": "Keep in mind: {}", "sample": "How we write:\n{}"},
    "zh-CN": {"note": "【作者注：{}】", "pin": "请记住：{}", "sample": "我们的文风：\n{}"},
}


@dataclass(frozen=True, slots=True)
class SummarizedBlock:
    """Turns `first` to `last` of the story, counted from 1, and what stands for them."""

    first: int
    last: int
    level: int
    summary: Summary | None  # None: not written yet


@dataclass(frozen=True, slots=True)
class Memory:
    """What a story remembers beside its turns, as it stands on the branch in use."""

    story: Story
    note: AuthorNote | None
    pins: tuple[tuple[Pin, str], ...]  # each with the text that it stands for; "" when undone
    samples: tuple[StyleSample, ...]
    blocks: tuple[SummarizedBlock, ...]


async def read_memory(
    engine: Engine, *, guild_id: int, channel_id: int, member_id: int = 0
) -> Memory:
    """Return what the channel's story remembers, with the samples in its language.

    Of a BLIND story that goes on, a pinned turn of others than the member is its last line.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    async with engine.database.reading() as tx:
        story, path = await read_path(tx, guild_id=guild_id, channel_id=channel_id)
        blocks = blocks_of(await model_path(tx, story, path))
        shown = await veil(tx, story, path, member_id=member_id)
        found = await memory.find_summaries(
            tx, guild_id=guild_id, story_id=story.id, digests=[block.digest for block in blocks]
        )
        pins = await memory.list_pins(tx, guild_id=guild_id, story_id=story.id)
        return Memory(
            story=story,
            note=await memory.find_note(tx, guild_id=guild_id, story_id=story.id),
            pins=tuple((pin, _pinned_text(pin, shown)) for pin in pins),
            samples=tuple(
                await memory.list_samples(tx, guild_id=guild_id, language=story.language)
            ),
            blocks=tuple(
                SummarizedBlock(block.first + 1, block.until, block.level, found.get(block.digest))
                for block in blocks
            ),
        )


def _pinned_text(pin: Pin, path: Sequence[Turn]) -> str:
    if pin.turn_id is None:
        return pin.text
    return next((turn.told for turn in path if turn.id == pin.turn_id), "")


async def set_note(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, text: str, depth: int = 4
) -> None:
    """Put a note before the last `depth` turns of the open story; an empty text takes it away.

    Raises:
        NoOpenStory: the channel has no open story.
        TextRefused: it is too long.
    """
    tidy = tidy_line(text, MOST_NOTE_CHARACTERS)
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        await memory.set_note(
            tx,
            guild_id=guild_id,
            story_id=story.id,
            text=tidy,
            depth=max(0, min(depth, MOST_DEPTH)),
            member=member,
        )


async def pin_line(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, text: str
) -> int:
    """Let a line stand in every prompt of the open story; return the pin's id.

    Raises:
        NoOpenStory: the channel has no open story.
        TextRefused: there is no text, or it is too long.
        TooManyKept: the story has MOST_PINS.
    """
    tidy = tidy_text(text, MOST_PIN_CHARACTERS)
    return await _pin(
        engine, guild_id=guild_id, channel_id=channel_id, member=member, text=tidy, number=None
    )


async def pin_turn(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, number: int
) -> int:
    """Let a turn of the open story, by its number, stand in every prompt while it is told.

    Raises:
        NoOpenStory: the channel has no open story.
        PassageNotFound: the story has no such turn.
        TooManyKept: the story has MOST_PINS.
    """
    return await _pin(
        engine, guild_id=guild_id, channel_id=channel_id, member=member, text="", number=number
    )


async def _pin(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    text: str,
    number: int | None,
) -> int:
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        turn_id = await _turn_of(tx, story, number)
        if len(await memory.list_pins(tx, guild_id=guild_id, story_id=story.id)) >= MOST_PINS:
            raise TooManyKept(MOST_PINS)
        return await memory.insert_pin(
            tx, guild_id=guild_id, story_id=story.id, turn_id=turn_id, text=text, member=member
        )


async def _turn_of(tx: Transaction, story: Story, number: int | None) -> int | None:
    if number is None:
        return None
    path = await turns.list_path(tx, guild_id=story.guild_id, head_turn_id=story.head_turn_id)
    for turn in path:
        if turn.number == number and turn.text:
            return turn.id
    raise PassageNotFound(number)


async def unpin(engine: Engine, *, guild_id: int, pin_id: int, member: Member) -> None:
    """Take a pin away.

    Raises:
        PinNotFound: it is gone already.
        NotAllowed: somebody else pinned it, and the member is no moderator.
    """
    async with engine.database.writing() as tx:
        pin = await memory.find_pin(tx, guild_id=guild_id, pin_id=pin_id)
        if pin is None:
            raise PinNotFound(pin_id)
        if pin.member_id != member.id and not member.is_moderator:
            raise NotAllowed(Right.WRITER)
        await memory.delete_pin(tx, guild_id=guild_id, pin_id=pin_id)


async def give_sample(
    engine: Engine, *, guild_id: int, member: Member, language: str, text: str
) -> int:
    """Keep a passage of the member's own as an example of how this server writes.

    Raises:
        TextRefused: there is no text, or it is too long.
        TooManyKept: the server has MOST_SAMPLES in this language.
    """
    tidy = tidy_text(text, MOST_SAMPLE_CHARACTERS)
    async with engine.database.writing() as tx:
        kept = await memory.list_samples(tx, guild_id=guild_id, language=language)
        if len(kept) >= MOST_SAMPLES:
            raise TooManyKept(MOST_SAMPLES)
        return await memory.insert_sample(
            tx, guild_id=guild_id, language=language, text=tidy, member=member
        )


async def sample_turn(
    engine: Engine, *, guild_id: int, channel_id: int, member: Member, number: int
) -> int:
    """Keep a turn of the member's own, by its number, as a style sample.

    Raises:
        NoOpenStory: the channel has no open story.
        PassageNotFound: the story has no such turn.
        NotYourWords: somebody else, or the model, wrote it.
        TextRefused, TooManyKept: as `give_sample`.
    """
    async with engine.database.reading() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        turn_id = await _turn_of(tx, story, number)
        turn = await turns.find_turn(tx, guild_id=guild_id, turn_id=turn_id or 0)
    if turn is None or turn.kind is not TurnKind.HUMAN or turn.author_id != member.id:
        raise NotYourWords
    return await give_sample(
        engine, guild_id=guild_id, member=member, language=story.language, text=turn.text
    )


async def drop_sample(engine: Engine, *, guild_id: int, sample_id: int, member: Member) -> None:
    """Take a style sample away.

    Raises:
        SampleNotFound: it is gone already.
        NotAllowed: somebody else gave it, and the member is no moderator.
    """
    async with engine.database.writing() as tx:
        for sample in await memory.list_samples(tx, guild_id=guild_id):
            if sample.id == sample_id:
                if sample.member_id != member.id and not member.is_moderator:
                    raise NotAllowed(Right.WRITER)
                await memory.delete_sample(tx, guild_id=guild_id, sample_id=sample_id)
                return
        raise SampleNotFound(sample_id)


async def provide_kept(engine: Engine, moment: Moment) -> list[Offer]:
    """Offer the author's note, the pins of the path, and samples to the story's own turns."""
    story, words = moment.story, _WORDINGS[moment.story.language]
    async with engine.database.reading() as tx:
        where = {"guild_id": story.guild_id, "story_id": story.id}
        note = await memory.find_note(tx, **where)
        pins = await memory.list_pins(tx, **where)
        samples = await memory.list_samples(tx, guild_id=story.guild_id, language=story.language)
    offers = [
        Offer(BlockKind.PIN, words["pin"].format(text), Spot.BEFORE_TURNS, ids=(pin.id,))
        for pin in pins
        if (text := _pinned_text(pin, moment.path))
    ]
    if moment.character_id is None:
        offers += [
            Offer(
                BlockKind.SAMPLE,
                words["sample"].format(sample.text),
                Spot.HEAD,
                role="system",
                ids=(sample.id,),
            )
            for sample in samples
        ]
    if note is not None:
        offers.append(
            Offer(
                BlockKind.NOTE,
                words["note"].format(note.text),
                Spot.AT_DEPTH,
                depth=note.depth,
                role="system",
                is_vital=True,
            )
        )
    return offers
