"""Turns: accepted, written and posted, each step once."""

import secrets
import string
from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, literal, select, update

from engine.errors import TurnNotFound
from engine.storage.conflicts import insert_unless_present
from engine.storage.database import Transaction
from engine.storage.paths import list_stored, nodes_of
from engine.storage.rows import select_turns, to_turn
from engine.storage.schema import candidates, posts, revisions, turns
from engine.story import Member, Outcome, Provenance, Turn, TurnKind, TurnState
from engine.story.revision import tell_path

_KEY_LETTERS = string.ascii_lowercase + string.digits
_UNWRITTEN = (TurnState.ACCEPTED, TurnState.WRITING)
_UNFINISHED = (TurnState.ACCEPTED, TurnState.WRITING, TurnState.WRITTEN)


async def insert_turn(
    tx: Transaction,
    *,
    guild_id: int,
    story_id: int,
    parent_id: int | None,
    kind: TurnKind,
    state: TurnState,
    author: Member,
    text: str = "",
    direction: str = "",
    ballot_id: int | None = None,
    source_message_id: int | None = None,
    interaction_id: int | None,
    ordinal: int = 0,
    now_ms: int,
) -> Turn:
    """Add a turn below `parent_id`; the same interaction and ordinal again return the first turn.

    Raises:
        TurnNotFound: the story has no turn `parent_id`.
    """
    turn_id = await insert_unless_present(
        tx,
        turns,
        guild_id=guild_id,
        story_id=story_id,
        parent_id=parent_id,
        number=await _number_below(tx, guild_id, story_id, parent_id) - (kind is TurnKind.REVISION),
        kind=kind,
        state=state,
        outcome=Outcome.COMPLETE if state is TurnState.WRITTEN else None,
        author_id=author.id,
        author_name=author.name,
        text=text,
        direction=direction,
        post_key="".join(secrets.choice(_KEY_LETTERS) for _ in range(12)),
        attempts=0,
        source_message_id=source_message_id,
        interaction_id=interaction_id,
        ordinal=ordinal,
        created_ms=now_ms,
    )
    if turn_id is None:
        rows = await tx.execute(
            select_turns().where(
                turns.c.guild_id == guild_id,
                turns.c.interaction_id == interaction_id,
                turns.c.ordinal == ordinal,
            )
        )
        return to_turn(rows.one())
    if ballot_id is not None:
        await tx.execute(
            insert(candidates).values(guild_id=guild_id, turn_id=turn_id, ballot_id=ballot_id)
        )
    return await _get_turn(tx, guild_id, turn_id)


async def _number_below(
    tx: Transaction, guild_id: int, story_id: int, parent_id: int | None
) -> int:
    if parent_id is None:
        return 1
    number: int | None = await tx.scalar(
        select(turns.c.number).where(
            turns.c.guild_id == guild_id, turns.c.story_id == story_id, turns.c.id == parent_id
        )
    )
    if number is None:
        raise TurnNotFound(parent_id)
    return number + 1


async def find_turn(tx: Transaction, *, guild_id: int, turn_id: int) -> Turn | None:
    row = (
        await tx.execute(select_turns().where(turns.c.guild_id == guild_id, turns.c.id == turn_id))
    ).one_or_none()
    return to_turn(row) if row else None


async def find_turn_by_interaction(
    tx: Transaction, *, guild_id: int, interaction_id: int
) -> Turn | None:
    """Return the turn, or the first of several, that an interaction added."""
    row = (
        await tx.execute(
            select_turns().where(
                turns.c.guild_id == guild_id,
                turns.c.interaction_id == interaction_id,
                turns.c.ordinal == 0,
            )
        )
    ).one_or_none()
    return to_turn(row) if row else None


async def find_turn_by_message(tx: Transaction, *, guild_id: int, message_id: int) -> Turn | None:
    """Return the turn that a message shows or that was taken from it."""
    shown = select(posts.c.turn_id).where(
        posts.c.guild_id == guild_id, posts.c.message_id == message_id
    )
    row = (
        await tx.execute(
            select_turns()
            .where(
                turns.c.guild_id == guild_id,
                turns.c.id.in_(shown) | (turns.c.source_message_id == message_id),
            )
            .order_by(turns.c.id)
            .limit(1)
        )
    ).one_or_none()
    return to_turn(row) if row else None


async def list_path(tx: Transaction, *, guild_id: int, head_turn_id: int | None) -> list[Turn]:
    """Return the turns up to `head_turn_id` as they are told; none for None."""
    stored = await list_stored(tx, guild_id=guild_id, head_turn_id=head_turn_id)
    if any(turn.kind is TurnKind.REVISION for turn in stored):
        return tell_path(await nodes_of(tx, stored, guild_id=guild_id))
    return stored


async def list_unfinished(tx: Transaction) -> list[Turn]:
    """Return the turns of ALL servers that are not wholly shown, oldest first.

    The one query across servers: recovery at the start of the bot.
    """
    rows = await tx.execute(
        select_turns().where(turns.c.state.in_(_UNFINISHED)).order_by(turns.c.id)
    )
    return [to_turn(row) for row in rows]


async def adopt_held_turn(
    tx: Transaction, *, guild_id: int, turn_id: int, parent_id: int | None
) -> Turn:
    """Put a held turn below `parent_id`, written.

    Raises:
        TurnNotFound: no turn is held under this id (any more), or its story has no such parent.
    """
    held = await find_turn(tx, guild_id=guild_id, turn_id=turn_id)
    if held is None:
        raise TurnNotFound(turn_id)
    adopted = await tx.execute(
        update(turns)
        .where(turns.c.guild_id == guild_id, turns.c.id == turn_id, turns.c.state == TurnState.HELD)
        .values(
            parent_id=parent_id,
            number=await _number_below(tx, guild_id, held.story_id, parent_id),
            state=TurnState.WRITTEN,
            outcome=Outcome.COMPLETE,
        )
    )
    if adopted.rowcount != 1:
        raise TurnNotFound(turn_id)
    return await _get_turn(tx, guild_id, turn_id)


async def replace_held_text(tx: Transaction, *, guild_id: int, turn_id: int, text: str) -> None:
    """Hold another text in a held turn's place; what is held no more stays as it is."""
    await tx.execute(
        update(turns)
        .where(turns.c.guild_id == guild_id, turns.c.id == turn_id, turns.c.state == TurnState.HELD)
        .values(text=text)
    )


async def _get_turn(tx: Transaction, guild_id: int, turn_id: int) -> Turn:
    turn = await find_turn(tx, guild_id=guild_id, turn_id=turn_id)
    if turn is None:
        raise TurnNotFound(turn_id)
    return turn


def _waits_for_text(guild_id: int, turn_id: int) -> ColumnElement[bool]:
    return and_(turns.c.guild_id == guild_id, turns.c.id == turn_id, turns.c.state.in_(_UNWRITTEN))


async def begin_writing(tx: Transaction, *, guild_id: int, turn_id: int) -> int:
    """Note that the text is being written (again); return how many times that was begun.

    Raises:
        TurnNotFound: no turn of this id waits for its text.
    """
    attempts: int | None = await tx.scalar(
        update(turns)
        .where(_waits_for_text(guild_id, turn_id))
        .values(state=TurnState.WRITING, attempts=turns.c.attempts + 1)
        .returning(turns.c.attempts)
    )
    if attempts is None:
        raise TurnNotFound(turn_id)
    return attempts


async def save_partial(tx: Transaction, *, guild_id: int, turn_id: int, text: str) -> None:
    """Keep the text so far; once the turn is written this does nothing."""
    await tx.execute(update(turns).where(_waits_for_text(guild_id, turn_id)).values(text=text))


async def finish_writing(
    tx: Transaction,
    *,
    guild_id: int,
    turn_id: int,
    text: str,
    outcome: Outcome,
    provenance: Provenance | None = None,
    tokens: int | None = None,
    tokenizer: str | None = None,
) -> Turn:
    """Write the final text; a turn that is written already is returned as it stands.

    Raises:
        TurnNotFound: the server has no such turn.
    """
    await tx.execute(
        update(turns)
        .where(_waits_for_text(guild_id, turn_id))
        .values(
            state=TurnState.WRITTEN,
            text=text,
            outcome=outcome,
            provenance=provenance,
            tokens=tokens,
            tokenizer=tokenizer,
        )
    )
    return await _get_turn(tx, guild_id, turn_id)


async def mark_posted(tx: Transaction, *, guild_id: int, turn_id: int) -> None:
    """Note that Discord shows the final form of a written turn."""
    await tx.execute(
        update(turns)
        .where(
            turns.c.guild_id == guild_id,
            turns.c.id == turn_id,
            turns.c.state == TurnState.WRITTEN,
        )
        .values(state=TurnState.POSTED)
    )


async def store_token_counts(
    tx: Transaction, *, guild_id: int, tokenizer: str, counts: Mapping[int, int]
) -> None:
    """Keep the tokens of each turn's text, by turn id, as `tokenizer` counts them.

    Not of turns that were ever revised: their text is another on other paths.
    """
    if not counts:
        return
    own = (revisions.c.guild_id == turns.c.guild_id) & (
        (revisions.c.target_id == turns.c.id) | (revisions.c.turn_id == turns.c.id)
    )
    await tx.execute(
        update(turns)
        .where(
            turns.c.guild_id == guild_id,
            turns.c.id == bindparam("turn_id"),
            ~exists().where(own),
        )
        .values(tokens=bindparam("count"), tokenizer=literal(tokenizer)),
        [{"turn_id": turn_id, "count": count} for turn_id, count in counts.items()],
    )
