"""A critique as a member may reach it: found, not closed, and theirs."""

from dataclasses import dataclass

from engine.errors import (
    ConsentMissing,
    CritiqueClosed,
    CritiqueNotFound,
    NotTheAuthor,
    NotYourCritique,
)
from engine.runtime import Engine
from engine.storage import critiques
from engine.storage.database import Transaction
from engine.story import ConsentState, Critique, CritiqueConsent, CritiqueState, Member

DAY_MS = 24 * 60 * 60 * 1000
WEEK_MS = 7 * DAY_MS
CLOSED = (CritiqueState.REFUSED, CritiqueState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Reading:
    """A critique with what its authors said."""

    critique: Critique
    consents: tuple[CritiqueConsent, ...]

    @property
    def authors(self) -> tuple[int, ...]:
        """Who wrote the text."""
        return tuple(consent.author_id for consent in self.consents)

    @property
    def missing(self) -> int:
        """How many authors have not agreed."""
        return sum(consent.state is not ConsentState.GIVEN for consent in self.consents)

    @property
    def closes_ms(self) -> int:
        """When it expires unless all authors agree."""
        return self.critique.created_ms + WEEK_MS

    def is_author(self, member: Member) -> bool:
        """Whether the member wrote a part of the text."""
        return member.id in self.authors


async def tidy(tx: Transaction, *, guild_id: int, now_ms: int) -> None:
    """Close what nobody agreed to for a week; drop texts a day after their critique."""
    await critiques.expire_old(
        tx, guild_id=guild_id, created_before_ms=now_ms - WEEK_MS, now_ms=now_ms
    )
    await critiques.drop_old_texts(tx, guild_id=guild_id, before_ms=now_ms - DAY_MS)


async def get_reading(tx: Transaction, *, guild_id: int, critique_id: int) -> Reading:
    """Return a critique with its consents.

    Raises:
        CritiqueNotFound: the server has none of this id, or it was deleted.
    """
    critique = await critiques.find_critique(tx, guild_id=guild_id, critique_id=critique_id)
    if critique is None or critique.state is CritiqueState.DELETED:
        raise CritiqueNotFound
    consents = await critiques.list_consents(tx, guild_id=guild_id, critique_id=critique_id)
    return Reading(critique, tuple(consents))


def require_open(reading: Reading) -> None:
    """Raise CritiqueClosed when an author refused or nobody agreed in time."""
    if reading.critique.state in CLOSED:
        raise CritiqueClosed(reading.critique.state is CritiqueState.EXPIRED)


def require_agreed(reading: Reading) -> None:
    """Raise ConsentMissing while an author has not agreed."""
    if reading.missing:
        raise ConsentMissing(reading.missing, len(reading.consents))


def require_party(reading: Reading, member: Member) -> None:
    """Raise NotYourCritique unless the member asked for it or wrote a part of the text."""
    if member.id != reading.critique.requester_id and not reading.is_author(member):
        raise NotYourCritique


def require_author(reading: Reading, member: Member) -> None:
    """Raise NotTheAuthor unless the member wrote a part of the text."""
    if not reading.is_author(member):
        raise NotTheAuthor


async def read_critique(engine: Engine, *, guild_id: int, critique_id: int) -> Reading:
    """Return a critique as it stands, what is overdue closed.

    Raises:
        CritiqueNotFound: the server has none of this id, or it was deleted.
    """
    async with engine.database.writing() as tx:
        await tidy(tx, guild_id=guild_id, now_ms=engine.clock())
        return await get_reading(tx, guild_id=guild_id, critique_id=critique_id)


async def read_as_author(
    engine: Engine, *, guild_id: int, critique_id: int, member: Member
) -> Reading:
    """Return a critique to an author of its text.

    Raises:
        CritiqueNotFound, CritiqueClosed, NotTheAuthor: there is nothing to see for them.
    """
    reading = await read_critique(engine, guild_id=guild_id, critique_id=critique_id)
    require_author(reading, member)
    require_open(reading)
    return reading


async def list_critiques(engine: Engine, *, guild_id: int, member: Member) -> list[Critique]:
    """Return the newest critiques that a member asked for, at most five."""
    async with engine.database.writing() as tx:
        await tidy(tx, guild_id=guild_id, now_ms=engine.clock())
        return await critiques.list_of_member(tx, guild_id=guild_id, member_id=member.id, most=5)


async def recover_critiques(engine: Engine) -> None:
    """Make ready again what a dead process was writing, on all servers; close what is overdue."""
    now_ms = engine.clock()
    async with engine.database.writing() as tx:
        for guild_id in await critiques.list_guilds_with_texts(tx):
            await critiques.reopen_interrupted(tx, guild_id=guild_id, now_ms=now_ms)
            await tidy(tx, guild_id=guild_id, now_ms=now_ms)
