"""The lore of a scene is looked through: for the next prompt, and for members who test it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.memory.lore import is_always_there, offers_of, scan
from engine.memory.lore.decorators import strip_decorators
from engine.memory.macros import expand
from engine.memory.offers import Offer
from engine.runtime import Engine
from engine.storage import lore, stories, turns
from engine.story import (
    Length,
    LoreLine,
    LoreReason,
    Member,
    Rating,
    Scan,
    Story,
    StoryState,
    Turn,
)
from engine.writing.lore.scene import Shelf, shelf_of
from engine.writing.moment import Moment
from engine.writing.texts import MOST_TURN_CHARACTERS, tidy_text
from engine.writing.veiling import model_path


async def provide_lore(engine: Engine, moment: Moment) -> Sequence[Offer]:
    """Return the lore that the story calls for now.

    Raises:
        ModelUnavailable: the model server cannot count its tokens.
    """
    shelf = await shelf_of(
        engine,
        moment.story,
        moment.path,
        member_id=moment.member_id,
        character_id=moment.character_id,
    )
    if not shelf.books:
        return ()
    scanned = await _scan(engine, moment.story.guild_id, shelf, moment.budget_tokens)
    return offers_of(scanned, char=shelf.scene.char, user=shelf.scene.user)


@dataclass(frozen=True, slots=True)
class LoreTest:
    """What lore would be active, and in what it was looked for."""

    scan: Scan
    story: Story | None  # None: in the text alone
    has_text: bool
    book_names: dict[int, str]  # by the ids of entries


def steady_ids(scanned: Scan) -> frozenset[int]:
    """Return the ids of the active entries that stand before the turns: those always there."""
    return frozenset(
        active.entry.id
        for active in scanned.active
        if active.reason is LoreReason.CONSTANT and is_always_there(active.entry)
    )


async def try_lore(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    language: str,
    text: str = "",
) -> LoreTest:
    """Tell what lore would be active now; with a text, were it the next turn here. Nothing is kept.

    Raises:
        ModelUnavailable: the model server cannot count its tokens.
        TextRefused: the text is longer than a turn may be.
    """
    if text:
        text = tidy_text(text, MOST_TURN_CHARACTERS)
    path: Sequence[Turn] = ()
    async with engine.database.reading() as tx:
        story = await stories.find_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        if story is not None:
            path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
            path = await model_path(tx, story, path)
    info = await engine.model.info()
    place = story or _no_story(guild_id, channel_id, member, language)
    shelf = await shelf_of(engine, place, path, member_id=member.id)
    if text and shelf.books:
        line = LoreLine(id=0, name=member.name, text=text)
        shelf = replace(shelf, scene=replace(shelf.scene, lines=(*shelf.scene.lines, line)))
    budget = info.context_tokens - place.length.reply_tokens
    scanned = await _scan(engine, guild_id, shelf, budget)
    names = {entry.id: each.book.name for each in shelf.books for entry in each.book.entries}
    return LoreTest(scanned, story, bool(text), names)


async def _scan(engine: Engine, guild_id: int, shelf: Shelf, budget_tokens: int) -> Scan:
    tokens = await _tokens(engine, guild_id, shelf)

    def look() -> Scan:
        counted = {
            expand(
                strip_decorators(entry.content),
                char=shelf.scene.char,
                user=shelf.scene.user,
                seed=entry.id,
            ): tokens[entry.id]
            for each in shelf.books
            for entry in each.book.entries
        }
        return scan(
            shelf.books,
            shelf.scene,
            settings=shelf.settings,
            budget_tokens=budget_tokens,
            # A text that was not counted is taken at its bytes, which no tokenizer exceeds.
            count=lambda text: counted.get(text, len(text.encode("utf-8", "replace"))),
        )

    return await asyncio.to_thread(look)


async def _tokens(engine: Engine, guild_id: int, shelf: Shelf) -> dict[int, int]:
    """Return the tokens of each entry by its id; what was not counted yet is, and kept."""
    info = await engine.model.info()
    known = {
        number: kept.tokens
        for number, kept in shelf.entries.items()
        if kept.tokens is not None and kept.tokenizer == info.tokenizer
    }
    missing = [number for number in shelf.entries if number not in known]
    if not missing:
        return known
    texts = [strip_decorators(shelf.entries[number].entry.content) for number in missing]
    counts = dict(zip(missing, await engine.model.count_tokens(texts), strict=True))
    async with engine.database.writing() as tx:
        await lore.store_entry_tokens(
            tx, guild_id=guild_id, tokenizer=info.tokenizer, counts=counts
        )
    return known | counts


def _no_story(guild_id: int, channel_id: int, member: Member, language: str) -> Story:
    return Story(
        id=0,
        guild_id=guild_id,
        channel_id=channel_id,
        starter_id=member.id,
        starter_name=member.name,
        title="",
        genre="",
        style="",
        language=language,
        rating=Rating.GENERAL,
        length=Length.MEDIUM,
        state=StoryState.OPEN,
        branch_id=0,
        head_turn_id=None,
        created_ms=0,
    )
