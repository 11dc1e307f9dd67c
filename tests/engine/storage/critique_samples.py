"""Critiques as they stand in the database."""

from collections.abc import Iterable

from engine.storage import Transaction, critiques
from engine.story import (
    ConsentState,
    Critique,
    CritiqueSource,
    CritiqueState,
    Dropped,
    Member,
    Note,
    Notes,
    Praise,
    Quote,
)
from tests.engine.storage.samples import ADA, CHANNEL, GUILD, NOW, new_interaction

TEXT = "The lamp went out. Nobody spoke."


def notes_on(text: str) -> Notes:
    """Return notes that quote the text."""
    quote = Quote(text, 0, 1, 1)
    return Notes(
        causes=("told",),
        notes=(Note("told", quote, "The lamp says it already.", "Who sees the lamp?"),),
        praise=(Praise(quote, "Nobody answers the lamp."),),
        dropped={Dropped.ECHO: 2},
    )


async def add_critique(
    tx: Transaction,
    guild_id: int = GUILD,
    *,
    requester: Member = ADA,
    authors: Iterable[Member] = (ADA,),
    text: str = TEXT,
    text_hash: str = "ab",
    consent: ConsentState = ConsentState.GIVEN,
    is_written: bool = True,
    interaction_id: int | None = None,
    now_ms: int = NOW,
) -> Critique:
    """Keep a critique, written and shown to all unless told otherwise."""
    critique = await critiques.insert_critique(
        tx,
        guild_id=guild_id,
        channel_id=CHANNEL,
        requester_id=requester.id,
        source=CritiqueSource.TEXT,
        lens="line",
        language="en",
        text=text,
        text_hash=text_hash,
        state=CritiqueState.WRITING if is_written else CritiqueState.WAITING,
        consents=[(author.id, consent) for author in authors],
        interaction_id=interaction_id or new_interaction(),
        now_ms=now_ms,
    )
    it = {"guild_id": guild_id, "critique_id": critique.id}
    if is_written:
        await critiques.finish_critique(
            tx, notes=notes_on(text), model="m", seed=7, now_ms=now_ms, **it
        )
        await critiques.record_critique_post(
            tx, part=0, channel_id=CHANNEL, message_id=critique.id, **it
        )
    found = await critiques.find_critique(tx, **it)
    assert found is not None
    return found
