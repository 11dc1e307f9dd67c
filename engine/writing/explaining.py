"""Why a turn reads as it does: what the model was given, from its provenance."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NotTheModels
from engine.memory.prompt import BlockKind
from engine.runtime import Engine
from engine.storage import canon, lore, paths
from engine.storage.database import Transaction
from engine.story import Provenance, Story, Turn
from engine.story.canon import Fact
from engine.story.revision import Passage
from engine.writing.credits import Credit, credits_of
from engine.writing.head import get_turn_and_story
from engine.writing.veiling import is_veiled


@dataclass(frozen=True, slots=True)
class FiredLore:
    """A lore entry that stood in the prompt, and its key that fired; "" where none had to."""

    name: str  # "" for one that is gone
    key: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a turn of the model's was written from."""

    story: Story
    turn: Turn
    provenance: Provenance
    hands: tuple[Credit, ...]  # of the turn as it is told now; () where it is told no more
    lore: tuple[FiredLore, ...]
    recalled: tuple[int, ...]  # numbers of old turns, in their order
    summaries: int  # that stood for turns without room
    facts: tuple[Fact, ...]  # of the canon; those that are gone are left out
    first_number: int | None  # of the turns that stood there word for word
    last_number: int | None


async def explain_turn(engine: Engine, *, guild_id: int, turn_id: int) -> Explanation:
    """Tell what the model was given when it wrote a turn.

    Raises:
        TurnNotFound: the server has no such turn.
        NotTheModels: the model did not write it.
    """
    async with engine.database.reading() as tx:
        turn, story = await get_turn_and_story(tx, guild_id=guild_id, turn_id=turn_id)
        provenance = turn.provenance
        if provenance is None:
            raise NotTheModels
        told = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        before = await paths.list_passages(tx, guild_id=guild_id, head_turn_id=turn.parent_id)
        numbers = {each.turn.id: each.turn.number for each in before}
        of_turns = [part for part in provenance.parts if part.kind == BlockKind.TURN]
        recalled = {
            numbers[turn_id]
            for part in provenance.parts
            if part.kind == BlockKind.RECALLED
            for turn_id in part.ids
            if turn_id in numbers
        }
        is_hidden = await is_veiled(tx, story)
        return Explanation(
            story=story,
            turn=turn,
            provenance=provenance,
            hands=tuple(credits_of(_tells(told, turn))),
            lore=() if is_hidden else tuple(await _fired(tx, guild_id, provenance)),
            recalled=tuple(sorted(recalled)),
            summaries=sum(part.kind == BlockKind.SUMMARY for part in provenance.parts),
            facts=() if is_hidden else tuple(await _facts(tx, guild_id, provenance)),
            first_number=numbers.get(of_turns[0].ids[0]) if of_turns else None,
            last_number=numbers.get(of_turns[-1].ids[-1]) if of_turns else None,
        )


def _tells(told: Sequence[Passage], turn: Turn) -> list[Passage]:
    return [passage for passage in told if turn.id in passage.sources]


async def _fired(tx: Transaction, guild_id: int, provenance: Provenance) -> list[FiredLore]:
    found = []
    for part in provenance.parts:
        if part.kind != BlockKind.LORE or not part.ids:
            continue
        kept = await lore.find_entry(tx, guild_id=guild_id, entry_id=part.ids[0])
        if kept is None:
            found.append(FiredLore("", ""))
            continue
        keys = kept.entry.keys
        key = keys[part.key] if part.key is not None and part.key < len(keys) else ""
        found.append(FiredLore(kept.entry.name or (keys[0] if keys else ""), key))
    return found


async def _facts(tx: Transaction, guild_id: int, provenance: Provenance) -> list[Fact]:
    ids = [
        fact_id for part in provenance.parts if part.kind == BlockKind.CANON for fact_id in part.ids
    ]
    found = [await canon.find_fact(tx, guild_id=guild_id, fact_id=fact_id) for fact_id in ids]
    return [fact for fact in found if fact is not None]
