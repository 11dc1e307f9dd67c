"""Works handed to the operator outside Discord: all of a folder taken in, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from engine.errors import DocumentRefused, ImportRefused
from engine.files.documents import read_document
from engine.library.gate import hash_of
from engine.library.sidecars import Entry, HandedAuthor, HandedConsent, read_sidecars
from engine.library.wording import NEWEST_VERSION, consent_wording
from engine.runtime import epoch_ms
from engine.settings import EngineSettings
from engine.storage import Database, Transaction, library
from engine.story import Purpose, Source, Way, Work, WorkState


class Verdict(StrEnum):
    """What becomes of a text of the folder."""

    NEW = "new"
    KNOWN = "known"  # the library has this text: nothing to do
    WITHDRAWN = "withdrawn"  # its author took it back after agreeing to this


@dataclass(frozen=True, slots=True)
class HandedText:
    """A described text, read and found without fault."""

    entry: Entry
    text: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A text and what becomes of it."""

    handed: HandedText
    verdict: Verdict


def read_folder(folder: Path, settings: EngineSettings, *, today: date) -> list[HandedText]:
    """Return the works of a folder, read and checked.

    Raises:
        ImportRefused: with every fault that was found, each with its file and line.
    """
    faults: list[str] = []
    read: dict[str, HandedText] = {}
    for entry in read_sidecars(folder):
        faults += [f"{entry.described_at}: {fault}" for fault in _faults(entry, settings, today)]
        try:
            text = read_document(entry.path.name, entry.path.read_bytes()).text
        except DocumentRefused as refusal:
            faults.append(f"{entry.path.name}: it cannot be read: {refusal.fault.value}")
            continue
        handed = HandedText(entry, text, hash_of(text))
        if handed.text_hash in read:
            twin = read[handed.text_hash].entry.path.name
            faults.append(f"{entry.described_at}: the same text as {twin}")
        read[handed.text_hash] = handed
    if faults:
        raise ImportRefused(tuple(faults))
    return list(read.values())


def _faults(entry: Entry, settings: EngineSettings, today: date) -> list[str]:
    """Return what the rules of the library have against a work as it is described."""
    work, faults = entry.work, list[str]()
    if work.source is Source.DISCORD:
        faults.append('source: works from Discord are given there; "handed in" or "public domain"')
    if work.source is Source.PUBLIC_DOMAIN:
        if not work.licence.is_free_of_rights:
            faults.append('licence: in the public domain it is "public-domain" or "cc0-1.0"')
        if not work.evidence:
            faults.append("evidence: say where the text comes from and why nobody has rights in it")
    elif not work.author:
        faults.append("author: a work that is handed in has at least one [[author]]")
    for author in work.author:
        faults += _faults_of(author, work.source, settings, today)
    return faults


def _faults_of(
    author: HandedAuthor, source: Source, settings: EngineSettings, today: date
) -> list[str]:
    consent = author.consent
    if consent is None:
        is_asked = source is not Source.PUBLIC_DOMAIN or author.member is not None
        return [f"author {author.name!r}: without a consent"] if is_asked else []
    faults = []
    try:
        consent_wording(settings, consent.version, consent.language)
    except LookupError:
        faults.append(f"author {author.name!r}: there is no consent text {consent.version}")
    if consent.given > today + timedelta(days=1):  # it is tomorrow somewhere
        faults.append(f"author {author.name!r}: the consent lies in the future")
    return faults


async def judge(database: Database, *, guild_id: int, texts: Sequence[HandedText]) -> list[Judged]:
    """Return what would become of the texts, without a change."""
    async with database.reading() as tx:
        return await _judge(tx, guild_id, texts)


async def import_works(
    database: Database,
    settings: EngineSettings,
    *,
    guild_id: int,
    texts: Sequence[HandedText],
) -> list[Judged]:
    """Take in the new ones among the texts, all or none; return what became of each.

    It takes no engine: with SQLite the bot is stopped meanwhile.
    """
    now_ms = epoch_ms()
    async with database.writing() as tx:
        judged = await _judge(tx, guild_id, texts)
        for each in judged:
            if each.verdict is Verdict.NEW:
                await _take_in(tx, settings, guild_id, each.handed, now_ms)
    return judged


async def _judge(tx: Transaction, guild_id: int, texts: Sequence[HandedText]) -> list[Judged]:
    known = await library.list_works(tx, guild_id=guild_id)
    return [Judged(text, _verdict(text, known)) for text in texts]


def _verdict(handed: HandedText, known: Sequence[Work]) -> Verdict:
    """Judge a text. What was taken back stays so until its authors agree anew, on a later day."""
    same = [work for work in known if work.text_hash == handed.text_hash]
    if any(work.state in {WorkState.WAITING, WorkState.GIVEN} for work in same):
        return Verdict.KNOWN
    closed_ms = max((work.closed_ms or 0 for work in same), default=0)
    given = [_ms(author.consent.given) for author in handed.entry.work.author if author.consent]
    is_anew = bool(given) and min(given) > closed_ms
    return Verdict.WITHDRAWN if same and not is_anew else Verdict.NEW


async def _take_in(
    tx: Transaction, settings: EngineSettings, guild_id: int, handed: HandedText, now_ms: int
) -> None:
    described = handed.entry.work
    work = await library.insert_work(
        tx,
        guild_id=guild_id,
        title=described.title,
        source=described.source,
        licence=described.licence,
        language=described.language,
        text=handed.text,
        text_hash=handed.text_hash,
        story_id=None,
        giver_id=0,
        consent_version=NEWEST_VERSION,
        evidence=described.evidence,
        authors=[(author.member, author.name) for author in described.author],
        interaction_id=None,
        now_ms=now_ms,
    )
    for author, known in zip(described.author, work.authors, strict=True):
        if author.consent is not None:
            await _record(tx, settings, work, known.id, author.consent)
    await library.set_state(
        tx, guild_id=guild_id, work_id=work.id, state=WorkState.GIVEN, now_ms=now_ms
    )


async def _record(
    tx: Transaction,
    settings: EngineSettings,
    work: Work,
    author_id: int,
    consent: HandedConsent,
) -> None:
    wording = consent_wording(settings, consent.version, consent.language)
    for purpose in (Purpose.TRAINING, *((Purpose.LISTING,) if consent.listed else ())):
        await library.insert_consent(
            tx,
            guild_id=work.guild_id,
            work_id=work.id,
            author_id=author_id,
            purpose=purpose,
            text_hash=work.text_hash,
            version=wording.version,
            language=wording.language,
            wording_hash=wording.digest,
            way=Way.OPERATOR,
            evidence=consent.evidence,
            now_ms=_ms(consent.given),
        )


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)
