"""The private note to who wrote a turn, when it may contradict what is established."""

import structlog

from bot import answers
from bot.answers import words_of
from bot.buttons import Interaction
from bot.canon_pages import doubts
from bot.outages import NOT_TAKEN
from engine.story import Turn
from engine.writing.canon import doubts_of

log = structlog.get_logger()


async def tell_doubts(interaction: Interaction, turn: Turn) -> bool:
    """Tell the acting member what in the turn may contradict; return whether anything does.

    Nothing here keeps the turn from being posted.
    """
    try:
        found = await doubts_of(interaction.client.engine, guild_id=turn.guild_id, turn_id=turn.id)
    except Exception as error:  # noqa: BLE001  a note must never cost a turn its post
        log.warning("turn_not_checked", turn_id=turn.id, error=type(error).__name__)
        return False
    if not found:
        return False
    log.info("doubts_told", turn_id=turn.id, doubts=len(found))
    try:
        await answers.tell(interaction, doubts(found, words_of(interaction)))
    except NOT_TAKEN as error:  # the answer's time is over: a long wait in the queue
        log.info("doubts_not_told", turn_id=turn.id, error=type(error).__name__)
    return True
