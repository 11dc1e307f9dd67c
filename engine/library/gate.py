"""The one gate between the library and whatever learns: what may be trained on, and why not."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Transaction, library
from engine.story import Consent, Licence, Permission, Source, Work, WorkAuthor, WorkState

log = structlog.get_logger()


class Reason(StrEnum):
    """Why a work may not be trained on."""

    NOT_GIVEN = "not given"  # its authors are still asked
    CLOSED = "closed"  # declined or withdrawn
    NO_TEXT = "no text"  # it is erased
    LICENCE = "licence"
    NO_PERMISSION = "no permission"  # of Discord
    NO_AUTHOR = "no author"  # nobody could have agreed
    NO_CONSENT = "no consent"  # of every author, to exactly this text


@dataclass(frozen=True, slots=True)
class TrainableWork:
    """A work that may be trained on now, with what makes it so."""

    work_id: int
    title: str
    source: Source
    licence: Licence
    language: str  # "en" or "zh-CN"
    text: str
    text_hash: str  # SHA-256 of the text, hex
    consents: tuple[Consent, ...]  # the live ones; empty where nobody has to be asked


def refusal(
    work: Work, consents: Sequence[Consent], permission: Permission | None
) -> Reason | None:
    """Return why a work may not be trained on, None when it may. The rule, and the only one.

    Discord's Developer Policy (rule 21, text of 2024-07-08) forbids training on message content
    without Discord's own permission, whatever the members agreed to.
    """
    if (reason := _own_reason(work)) is not None:
        return reason
    if work.source is Source.DISCORD and permission is None:
        return Reason.NO_PERMISSION
    if work.source is not Source.PUBLIC_DOMAIN and not work.authors:
        return Reason.NO_AUTHOR
    agreed = {consent.author_id for consent in consents if consent.covers(work)}
    asked = {author.id for author in asked_authors(work)}
    return None if asked <= agreed else Reason.NO_CONSENT


def _own_reason(work: Work) -> Reason | None:
    """Return what stands against a work by itself, whoever agreed."""
    if work.state is not WorkState.GIVEN:
        return Reason.NOT_GIVEN if work.state is WorkState.WAITING else Reason.CLOSED
    if work.characters == 0:
        return Reason.NO_TEXT
    is_public = work.source is not Source.PUBLIC_DOMAIN or work.licence.is_free_of_rights
    return None if work.licence.allows_learning and is_public else Reason.LICENCE


def asked_authors(work: Work) -> tuple[WorkAuthor, ...]:
    """Return the authors without whose consent the work is not used.

    All of them; in the public domain only those who are members here, if there should be any.
    """
    if work.source is not Source.PUBLIC_DOMAIN:
        return work.authors
    return tuple(author for author in work.authors if author.member_id is not None)


def permission_of(settings: EngineSettings) -> Permission | None:
    """Return Discord's permission as the operator recorded it, None without one."""
    by = settings.discord_training_permission_by
    day = settings.discord_training_permission_date
    reference = settings.discord_training_permission_reference
    if by is None or day is None or reference is None:
        return None
    return Permission(by, day, reference)


async def trainable_works(engine: Engine, *, guild_id: int) -> list[TrainableWork]:
    """Return the works of a server that may be trained on at this moment, the oldest first.

    By the time a data set is recorded this moment is past: ask `still_trainable` then.
    """
    taken = []
    async with engine.database.reading() as tx:
        works, consents = await _pass(tx, guild_id, permission_of(engine.settings))
        for work in works:
            text = await library.find_text(tx, guild_id=guild_id, work_id=work.id)
            if text is None or hash_of(text) != work.text_hash:
                log.error("work_is_not_what_was_agreed_to", guild_id=guild_id, work_id=work.id)
                continue
            taken.append(_trainable(work, text, consents))
    return taken


async def still_trainable(
    tx: Transaction, *, guild_id: int, permission: Permission | None
) -> dict[int, str]:
    """Return the works that may be trained on now: text hashes by id.

    Ask it in the transaction that records a data set: whoever withdraws later finds the record.
    """
    works, _ = await _pass(tx, guild_id, permission)
    return {work.id: work.text_hash for work in works}


async def _pass(
    tx: Transaction, guild_id: int, permission: Permission | None
) -> tuple[list[Work], list[Consent]]:
    given = await library.list_works(tx, guild_id=guild_id, state=WorkState.GIVEN)
    consents = await library.list_consents(tx, guild_id=guild_id)
    return [work for work in given if refusal(work, consents, permission) is None], consents


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text, hex: what a consent is bound to."""
    return hashlib.sha256(text.encode()).hexdigest()


def _trainable(work: Work, text: str, consents: Sequence[Consent]) -> TrainableWork:
    return TrainableWork(
        work_id=work.id,
        title=work.title,
        source=work.source,
        licence=work.licence,
        language=work.language,
        text=text,
        text_hash=work.text_hash,
        consents=tuple(consent for consent in consents if consent.covers(work)),
    )
