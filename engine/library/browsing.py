"""The library as members see it: their own works, and what its authors agreed to show."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import WorkClosed, WorkNotFound
from engine.library.answering import still_asked
from engine.library.gate import Reason, asked_authors, permission_of, refusal
from engine.runtime import Engine
from engine.storage import library
from engine.story import Consent, Purpose, Work, WorkAuthor, WorkState

WORKS_ON_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A work as its author sees it."""

    work: Work
    consents: tuple[Consent, ...]  # the author's own, ended ones too
    missing: tuple[WorkAuthor, ...]  # who has not answered yet
    reason: Reason | None  # why nothing learns from it, None when it may be learned from

    def agreed(self, purpose: Purpose) -> bool:
        """Whether the author's consent holds now."""
        return any(consent.covers(self.work, purpose) for consent in self.consents)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the works that are shown, the newest first."""

    works: tuple[Work, ...]
    page: int  # from 0
    pages: int
    in_all: int


async def own_works(engine: Engine, *, guild_id: int, member_id: int) -> list[OwnWork]:
    """Return every work that the member gave or wrote, the newest first."""
    async with engine.database.reading() as tx:
        works = await library.list_works_of(tx, guild_id=guild_id, member_id=member_id)
        held = await library.list_consents(tx, guild_id=guild_id)
    permission = permission_of(engine.settings)
    found = []
    for work in reversed(works):
        own = {author.id for author in work.authors if author.member_id == member_id}
        found.append(
            OwnWork(
                work=work,
                consents=tuple(consent for consent in held if consent.author_id in own),
                missing=still_asked(work, held),
                reason=refusal(work, held, permission),
            )
        )
    return found


async def own_work(engine: Engine, *, guild_id: int, member_id: int, work_id: int) -> OwnWork:
    """Return one of the member's own works.

    Raises:
        WorkNotFound: it is not there, or not theirs.
    """
    found = await own_works(engine, guild_id=guild_id, member_id=member_id)
    for own in found:
        if own.work.id == work_id:
            return own
    raise WorkNotFound(work_id)


async def browse(engine: Engine, *, guild_id: int, page: int) -> Shelf:
    """Return a page of the given works whose authors all agreed to show them.

    Beyond the last page, the last.
    """
    async with engine.database.reading() as tx:
        given = await library.list_works(tx, guild_id=guild_id, state=WorkState.GIVEN)
        held = await library.list_consents(tx, guild_id=guild_id)
    shown = [work for work in reversed(given) if is_shown(work, held)]
    pages = max(1, -(-len(shown) // WORKS_ON_A_PAGE))
    page = min(max(page, 0), pages - 1)
    first = page * WORKS_ON_A_PAGE
    return Shelf(tuple(shown[first : first + WORKS_ON_A_PAGE]), page, pages, len(shown))


async def read_work(
    engine: Engine, *, guild_id: int, work_id: int, member_id: int
) -> tuple[Work, str]:
    """Return a work with its text: to its authors, or to all where licence and authors allow it.

    Raises:
        WorkNotFound: the server has no such work, or this member may not read it.
        WorkClosed: it is the member's own, and its text is erased.
    """
    async with engine.database.reading() as tx:
        work = await library.find_work(tx, guild_id=guild_id, work_id=work_id)
        if work is None:
            raise WorkNotFound(work_id)
        held = await library.list_consents(tx, guild_id=guild_id, work_id=work_id)
        text = await library.find_text(tx, guild_id=guild_id, work_id=work_id)
    is_own = any(author.member_id == member_id for author in work.authors)
    may_read = work.state is WorkState.GIVEN and work.licence.allows_reading
    if not is_own and not (may_read and is_shown(work, held)):
        raise WorkNotFound(work_id)
    if text is None:
        raise WorkClosed(work_id)
    return work, text


def is_shown(work: Work, consents: Sequence[Consent]) -> bool:
    """Whether every author who has to be asked agreed to show title and name."""
    agreed = {c.author_id for c in consents if c.covers(work, Purpose.LISTING)}
    return all(author.id in agreed for author in asked_authors(work))
