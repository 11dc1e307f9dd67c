"""Critiques: asked for, agreed to, written, each step once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update

from engine.storage.conflicts import insert_unless_present
from engine.storage.database import Transaction
from engine.storage.rows import (
    select_critique_consents,
    select_critiques,
    to_critique,
    to_critique_consent,
)
from engine.storage.schema import critique_consents, critique_posts, critiques
from engine.story import (
    ConsentState,
    Critique,
    CritiqueConsent,
    CritiqueSource,
    CritiqueState,
    Notes,
    Post,
)


async def insert_critique(
    tx: Transaction,
    *,
    guild_id: int,
    channel_id: int,
    requester_id: int,
    source: CritiqueSource,
    lens: str,
    language: str,
    text: str,
    text_hash: str,
    state: CritiqueState,
    consents: Iterable[tuple[int, ConsentState]],
    interaction_id: int,
    now_ms: int,
) -> Critique:
    """Keep a request with its authors; the same interaction again returns the first."""
    critique_id = await insert_unless_present(
        tx,
        critiques,
        guild_id=guild_id,
        channel_id=channel_id,
        requester_id=requester_id,
        source=source,
        lens=lens,
        language=language,
        text=text,
        text_hash=text_hash,
        state=state,
        model="",
        seed=0,
        interaction_id=interaction_id,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    rows = [
        {
            "guild_id": guild_id,
            "critique_id": critique_id,
            "author_id": author_id,
            "state": consent,
            "may_share": 0,
            "changed_ms": now_ms,
        }
        for author_id, consent in consents
    ]
    if critique_id is not None and rows:
        await tx.execute(insert(critique_consents), rows)
    found = await tx.execute(
        select_critiques().where(
            critiques.c.guild_id == guild_id, critiques.c.interaction_id == interaction_id
        )
    )
    return to_critique(found.one())


async def find_critique(tx: Transaction, *, guild_id: int, critique_id: int) -> Critique | None:
    row = (await tx.execute(_one(guild_id, critique_id))).one_or_none()
    return to_critique(row) if row else None


def _one(guild_id: int, critique_id: int) -> Select[Any]:
    return select_critiques().where(critiques.c.guild_id == guild_id, critiques.c.id == critique_id)


async def list_consents(
    tx: Transaction, *, guild_id: int, critique_id: int
) -> list[CritiqueConsent]:
    """Return the authors of a text with what they said."""
    rows = await tx.execute(
        select_critique_consents()
        .where(
            critique_consents.c.guild_id == guild_id,
            critique_consents.c.critique_id == critique_id,
        )
        .order_by(critique_consents.c.author_id)
    )
    return [to_critique_consent(row) for row in rows]


async def list_of_member(
    tx: Transaction, *, guild_id: int, member_id: int, most: int
) -> list[Critique]:
    """Return the critiques that a member asked for, the newest first; deleted ones are not."""
    rows = await tx.execute(
        select_critiques()
        .where(
            critiques.c.guild_id == guild_id,
            critiques.c.requester_id == member_id,
            critiques.c.state != CritiqueState.DELETED,
        )
        .order_by(critiques.c.id.desc())
        .limit(most)
    )
    return [to_critique(row) for row in rows]


async def list_recent_notes(
    tx: Transaction, *, guild_id: int, text_hash: str, most: int
) -> list[Notes]:
    """Return the newest notes on OTHER texts of the server."""
    rows = await tx.execute(
        select(critiques.c.notes)
        .where(
            critiques.c.guild_id == guild_id,
            critiques.c.text_hash != text_hash,
            critiques.c.state == CritiqueState.WRITTEN,
        )
        .order_by(critiques.c.id.desc())
        .limit(most)
    )
    return [row.notes for row in rows if row.notes is not None]


async def change_state(
    tx: Transaction,
    *,
    guild_id: int,
    critique_id: int,
    expected: CritiqueState,
    to: CritiqueState,
    now_ms: int,
) -> bool:
    """Take a step unless somebody else took one before; say whether it was taken."""
    changed = await tx.execute(
        update(critiques)
        .where(
            critiques.c.guild_id == guild_id,
            critiques.c.id == critique_id,
            critiques.c.state == expected,
        )
        .values(state=to, changed_ms=now_ms)
    )
    return changed.rowcount == 1


async def finish_critique(
    tx: Transaction,
    *,
    guild_id: int,
    critique_id: int,
    notes: Notes,
    model: str,
    seed: int,
    now_ms: int,
) -> bool:
    """Keep the notes of a critique that is being written; say whether it still was."""
    changed = await tx.execute(
        update(critiques)
        .where(
            critiques.c.guild_id == guild_id,
            critiques.c.id == critique_id,
            critiques.c.state == CritiqueState.WRITING,
        )
        .values(state=CritiqueState.WRITTEN, notes=notes, model=model, seed=seed, changed_ms=now_ms)
    )
    return changed.rowcount == 1


async def close_critique(
    tx: Transaction, *, guild_id: int, critique_id: int, state: CritiqueState, now_ms: int
) -> None:
    """End a critique in this state, without text and notes."""
    await tx.execute(
        update(critiques)
        .where(critiques.c.guild_id == guild_id, critiques.c.id == critique_id)
        .values(state=state, text="", notes=None, changed_ms=now_ms)
    )


async def drop_old_texts(tx: Transaction, *, guild_id: int, before_ms: int) -> None:
    """Drop the texts of critiques that were written before a time; hash and quotes stay."""
    await tx.execute(
        update(critiques)
        .where(
            critiques.c.guild_id == guild_id,
            critiques.c.state == CritiqueState.WRITTEN,
            critiques.c.changed_ms < before_ms,
            critiques.c.text != "",
        )
        .values(text="")
    )


async def expire_old(
    tx: Transaction, *, guild_id: int, created_before_ms: int, now_ms: int
) -> None:
    """End the critiques that nobody agreed to, or took up, since a time; their texts go."""
    await tx.execute(
        update(critiques)
        .where(
            critiques.c.guild_id == guild_id,
            critiques.c.state.in_((CritiqueState.WAITING, CritiqueState.READY)),
            critiques.c.created_ms < created_before_ms,
        )
        .values(state=CritiqueState.EXPIRED, text="", changed_ms=now_ms)
    )


async def list_guilds_with_texts(tx: Transaction) -> list[int]:
    """Return ALL servers that have a critique with a text: for the tidying at the start."""
    rows = await tx.execute(
        select(critiques.c.guild_id).where(critiques.c.text != "").group_by(critiques.c.guild_id)
    )
    return [row.guild_id for row in rows]


async def reopen_interrupted(tx: Transaction, *, guild_id: int, now_ms: int) -> None:
    """Make the critiques that a dead process was writing ready again."""
    await tx.execute(
        update(critiques)
        .where(critiques.c.guild_id == guild_id, critiques.c.state == CritiqueState.WRITING)
        .values(state=CritiqueState.READY, changed_ms=now_ms)
    )


async def answer_consent(
    tx: Transaction,
    *,
    guild_id: int,
    critique_id: int,
    author_id: int,
    state: ConsentState,
    now_ms: int,
) -> bool:
    """Keep what an author said; say whether they were asked and had not said anything yet."""
    changed = await tx.execute(
        update(critique_consents)
        .where(
            critique_consents.c.guild_id == guild_id,
            critique_consents.c.critique_id == critique_id,
            critique_consents.c.author_id == author_id,
            critique_consents.c.state == ConsentState.ASKED,
        )
        .values(state=state, changed_ms=now_ms)
    )
    return changed.rowcount == 1


async def allow_sharing(
    tx: Transaction, *, guild_id: int, critique_id: int, author_id: int, now_ms: int
) -> None:
    """Note that an author wishes that everybody may see the critique."""
    await tx.execute(
        update(critique_consents)
        .where(
            critique_consents.c.guild_id == guild_id,
            critique_consents.c.critique_id == critique_id,
            critique_consents.c.author_id == author_id,
        )
        .values(may_share=1, changed_ms=now_ms)
    )


async def count_unwilling(tx: Transaction, *, guild_id: int, critique_id: int) -> int:
    """Count the authors who did not say that everybody may see the critique."""
    found = await tx.scalar(
        select(func.count())
        .select_from(critique_consents)
        .where(
            critique_consents.c.guild_id == guild_id,
            critique_consents.c.critique_id == critique_id,
            or_(
                critique_consents.c.may_share == 0,
                critique_consents.c.state != ConsentState.GIVEN,
            ),
        )
    )
    return int(found or 0)


async def record_critique_post(
    tx: Transaction,
    *,
    guild_id: int,
    critique_id: int,
    part: int,
    channel_id: int,
    message_id: int,
) -> None:
    """Note a message that shows part `part` of a critique to all."""
    await tx.execute(
        insert(critique_posts).values(
            guild_id=guild_id,
            critique_id=critique_id,
            part=part,
            channel_id=channel_id,
            message_id=message_id,
        )
    )


async def list_critique_posts(tx: Transaction, *, guild_id: int, critique_id: int) -> list[Post]:
    """Return the messages that show a critique to all; `turn_id` is 0: they are of no turn."""
    rows = await tx.execute(
        select(critique_posts)
        .where(critique_posts.c.guild_id == guild_id, critique_posts.c.critique_id == critique_id)
        .order_by(critique_posts.c.part)
    )
    return [Post(0, row.part, row.channel_id, row.message_id) for row in rows]


async def forget_critique_posts(tx: Transaction, *, guild_id: int, critique_id: int) -> None:
    """Forget the messages of a critique, which are taken from Discord."""
    await tx.execute(
        delete(critique_posts).where(
            critique_posts.c.guild_id == guild_id, critique_posts.c.critique_id == critique_id
        )
    )
