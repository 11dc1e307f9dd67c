"""A turn in its final form: as its story tells it now, with what stands below the newest one."""

from dataclasses import replace

from bot import looks, turn_order
from bot.locales import Words
from bot.looks import Candidate, Look
from engine.runtime import Engine
from engine.story import Story, Turn
from engine.writing import candidate_rests, read_tally, see_order
from engine.writing.telling import find_told
from engine.writing.veiling import last_line


async def final_looks(
    engine: Engine, words: Words, story: Story, turn: Turn, *, note: str = "", code: str = ""
) -> list[Look]:
    """Return the messages of a written turn; `note` and `code` are as in `looks.written`."""
    candidate = await find_candidate(engine, turn)
    sight = await see_order(engine, story)
    is_newest = sight.newest is not None and sight.newest.id == turn.id
    below = None
    if sight.state is not None and is_newest:
        below = turn_order.below(sight.state, words)
    told = await find_told(engine, turn)
    if told.told_with is not None and not note:
        note = words("Told together with turn {number}.", number=told.told_with)
    shown = _veiled(told.turn, story) if sight.is_veiled else told.turn
    return looks.written(
        words,
        shown,
        candidate,
        note=note,
        code=code,
        below=below,
        is_newest=is_newest,
        is_revised=told.is_revised,
    )


async def find_candidate(engine: Engine, turn: Turn) -> Candidate | None:
    """Return which of several a turn is, None for a turn that stands alone."""
    if turn.ballot_id is None:
        return None
    tally = await read_tally(engine, guild_id=turn.guild_id, ballot_id=turn.ballot_id)
    return looks.candidate_of(tally, turn, rests=await candidate_rests(engine, turn))


def _veiled(turn: Turn, story: Story) -> Turn:
    """Return a turn as a veiled story shows it: by its last line."""
    line = last_line(turn.text, story.language)
    is_more = line != turn.text.strip()
    return replace(turn, text=f"… {line}" if is_more else line)
