"""What in a turn may contradict the canon, for its author alone."""

import asyncio
from dataclasses import dataclass

from engine.prose.continuity import Doubt, check
from engine.runtime import Engine
from engine.storage import canon, turns
from engine.story import Story, Turn
from engine.story.canon import CanonSettings, Fact, facts_now
from engine.writing.head import get_turn_and_story
from engine.writing.veiling import is_veiled

RECENT_TURNS = 6


@dataclass(frozen=True, slots=True)
class Doubted:
    """A doubt about a turn, and the fact that it doubts; None for tense and viewpoint."""

    story: Story
    turn: Turn
    doubt: Doubt
    fact: Fact | None


async def doubts_of(engine: Engine, *, guild_id: int, turn_id: int) -> list[Doubted]:
    """Compare a turn with what was established before it; [] where the server wants none.

    Of a blind story nothing is told. It takes some milliseconds, and never asks the model.

    Raises:
        TurnNotFound: the server has no such turn.
    """
    async with engine.database.reading() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        chosen = await canon.find_settings(tx, guild_id=guild_id) or CanonSettings()
        if not chosen.doubts or not turn.text or await is_veiled(tx, story):
            return []
        path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=turn.parent_id)
        facts = await canon.list_facts(tx, guild_id=guild_id, story_id=story.id)
    now = facts_now(facts, path)
    by_id = {fact.id: fact for fact in now}
    found = await asyncio.to_thread(
        check,
        turn.text,
        now,
        language=story.language,
        recent=[each.told for each in path[-RECENT_TURNS:] if each.text],
    )
    return [Doubted(story, turn, doubt, by_id.get(doubt.fact_id or 0)) for doubt in found]
