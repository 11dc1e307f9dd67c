"""The facts that the next prompt needs."""

from collections.abc import Sequence

from engine.memory.canon import facts_named_in, known_to, offers_of_facts
from engine.memory.offers import Offer
from engine.runtime import Engine
from engine.storage import canon, cast
from engine.story.canon import facts_now
from engine.writing.moment import Moment

NAMED_IN_TURNS = 3


async def provide_canon(engine: Engine, moment: Moment) -> Sequence[Offer]:
    """Offer what holds about whoever the newest turns and the direction name.

    A character is offered only what everybody knows, or what it witnessed.
    """
    story = moment.story
    async with engine.database.reading() as tx:
        facts = await canon.list_facts(tx, guild_id=story.guild_id, story_id=story.id)
        if not facts:
            return []
        witness = None
        if moment.character_id is not None:
            character = await cast.find_character(
                tx, guild_id=story.guild_id, character_id=moment.character_id
            )
            witness = character.name if character else ""
    now = known_to(facts_now(facts, moment.path), witness)
    texts = [turn.told for turn in moment.path[-NAMED_IN_TURNS:]]
    named = facts_named_in(now, [*texts, moment.direction])
    return offers_of_facts(named, story.language)
