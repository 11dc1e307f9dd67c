"""What of a story's old turns is recalled: for the next prompt, and for whoever searches."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence

from engine.memory.asking import Keys, keys_of_names, keys_to_ask_for
from engine.memory.offers import Offer
from engine.memory.passages import Passage, keys_of
from engine.memory.recall import (
    MOST_PASSAGES,
    Recall,
    Search,
    follow,
    look_up,
    with_followed,
)
from engine.memory.recalled import offers_of
from engine.runtime import Engine
from engine.storage import search, stories, turns
from engine.story import Story, Turn
from engine.writing.meanings import by_meaning
from engine.writing.moment import Moment
from engine.writing.reading import read_path
from engine.writing.veiling import veil

MOST_FOUND = 12
Asked = Sequence[tuple[str, float]]


async def provide_recalled(engine: Engine, moment: Moment) -> Sequence[Offer]:
    """Offer the old passages that belong to what is being talked of now."""
    asked = asked_of(moment.path, moment.direction)
    # The newest turn is always in the window, and is what is asked with.
    found = await _recall(engine, moment.story, moment.path, asked, leaving_out=1)
    return offers_of(found, moment.story.language)


async def find_passages(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    query: str,
    most: int = MOST_FOUND,
    member_id: int = 0,
) -> Recall:
    """Search the channel's story, as its branch in use tells it, for what a query is about.

    `is_established` is False when no passage has what was asked: the story does not say it. Of a
    blind story only what the member may read is searched.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    async with engine.database.reading() as tx:
        story, path = await read_path(tx, guild_id=guild_id, channel_id=channel_id)
        shown = await veil(tx, story, path, member_id=member_id)
    written = [turn for turn in shown if turn.text and not turn.is_being_written]
    return await _recall(engine, story, written, [(query, 1.0)], most=most)


async def index_story(engine: Engine, guild_id: int, story_id: int) -> None:
    """Put what the story tells now, and the index lacks, into the index."""
    async with engine.database.reading() as tx:
        story = await stories.find_story(tx, guild_id=guild_id, story_id=story_id)
        if story is None:
            return
        path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        known = await search.list_digests(tx, guild_id=guild_id, story_id=story_id)
    texts = {_digest(turn.told): turn.told for turn in path if not turn.is_being_written}
    missing = {digest: text for digest, text in texts.items() if text and digest not in known}
    if not missing:
        return
    words = await asyncio.to_thread(_segment_all, missing)
    async with engine.database.writing() as tx:
        # Erased meanwhile, a text must not come back.
        path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        told = {_digest(turn.told) for turn in path}
        await search.add_words(
            tx,
            guild_id=guild_id,
            story_id=story_id,
            words={digest: each for digest, each in words.items() if digest in told},
        )


def asked_of(path: Sequence[Turn], direction: str) -> list[tuple[str, float]]:
    """Return what is being talked of now, each text with its weight: the direction, or the
    newest turn, and those before it less and less.
    """
    lately = [turn.told for turn in path[-3:] if turn.text][::-1]
    if direction:
        return [(direction, 1.0), *zip(lately, (0.2, 0.1, 0.05), strict=False)]
    return list(zip(lately, (1.0, 0.2, 0.1), strict=False))


async def _recall(
    engine: Engine,
    story: Story,
    path: Sequence[Turn],
    asked: Asked,
    *,
    most: int = MOST_PASSAGES,
    leaving_out: int = 0,
) -> Recall:
    """Search a path with the help of the index: what is found does not depend on it."""
    if len(path) <= leaving_out or not asked:
        return Recall()
    wanted = await asyncio.to_thread(keys_to_ask_for, asked)
    keys = await _keys(engine, story, path, wanted)
    place = Search(path, keys, story.language, leaving_out)
    found = await asyncio.to_thread(look_up, place, asked, most=most)
    followed: list[Passage] = []
    if found.passages:
        names = keys_of_names(found.passages[0].text)
        keys = await _keys(engine, story, path, names)
        named = Search(path, keys, story.language, leaving_out)
        followed = await asyncio.to_thread(follow, named, found, asked)
    found = await by_meaning(
        engine.model, engine.vectors, engine.settings, asked[0][0], found, most=most
    )
    return with_followed(found, followed, most=most)


async def _keys(
    engine: Engine, story: Story, path: Sequence[Turn], wanted: Collection[str]
) -> dict[int, Keys]:
    """Return the keys of those turns of a path that may have any of the wanted ones."""
    scope = {"guild_id": story.guild_id, "story_id": story.id}
    async with engine.database.reading() as tx:
        indexed = await search.list_digests(tx, **scope)
        words = await search.find_words(tx, **scope, keys=wanted)
    return await asyncio.to_thread(_keys_by_turn, path, indexed, words)


def _keys_by_turn(
    path: Sequence[Turn], indexed: Collection[str], words: dict[str, str]
) -> dict[int, Keys]:
    found = {}
    for turn in path:
        if not turn.text:
            continue
        digest = _digest(turn.told)
        if digest in words:
            found[turn.id] = Keys(f" {words[digest]} ")
        elif digest not in indexed:
            found[turn.id] = keys_of(turn.told)
    return found


def _segment_all(texts: dict[str, str]) -> dict[str, str]:
    return {digest: keys_of(text).text.strip() for digest, text in texts.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
