"""Works of a library to test on."""

from typing import Any

from engine.library.gate import hash_of
from engine.storage import Transaction, library
from engine.story import (
    Licence,
    Member,
    Purpose,
    Source,
    Way,
    Work,
    WorkAuthor,
    WorkState,
)
from tests.engine.storage.samples import ADA, GUILD, NOW


async def add_work(
    tx: Transaction,
    guild_id: int = GUILD,
    authors: tuple[Member, ...] = (ADA,),
    text: str = "The lamp burned on.",
    **changes: Any,
) -> Work:
    """Take in a work that waits for its authors."""
    facts: dict[str, Any] = {
        "title": "The Lamp",
        "source": Source.HANDED_IN,
        "licence": Licence.LEARN_AND_READ,
        "language": "en",
        "text": text,
        "text_hash": hash_of(text),
        "story_id": None,
        "giver_id": authors[0].id if authors else 0,
        "consent_version": 1,
        "evidence": "",
        "authors": [(author.id, author.name) for author in authors],
        "interaction_id": None,
        "now_ms": NOW,
    }
    return await library.insert_work(tx, guild_id=guild_id, **(facts | changes))


async def add_consent(tx: Transaction, work: Work, author: WorkAuthor, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "purpose": Purpose.TRAINING,
        "text_hash": work.text_hash,
        "version": 1,
        "language": "en",
        "wording_hash": "cd" * 32,
        "way": Way.BUTTON,
        "now_ms": NOW,
    }
    await library.insert_consent(
        tx,
        guild_id=work.guild_id,
        work_id=work.id,
        author_id=author.id,
        **(facts | changes),
    )


async def add_given(
    tx: Transaction, guild_id: int = GUILD, authors: tuple[Member, ...] = (ADA,), **changes: Any
) -> Work:
    """Take in a work to which everybody has agreed."""
    work = await add_work(tx, guild_id, authors, **changes)
    for author in work.authors:
        await add_consent(tx, work, author)
    await library.set_state(
        tx, guild_id=guild_id, work_id=work.id, state=WorkState.GIVEN, now_ms=NOW
    )
    given = await library.find_work(tx, guild_id=guild_id, work_id=work.id)
    assert given is not None
    return given
