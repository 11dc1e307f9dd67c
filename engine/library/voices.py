"""The use cases of a server's voice: promote one, go back, use none, see how things stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from engine.errors import (
    NotAllowed,
    NoVoice,
    Right,
    VoiceInUse,
    VoiceNotFound,
    VoiceStale,
    VoiceUnavailable,
    VoiceUnusable,
)
from engine.runtime import Engine
from engine.storage import Transaction, training_jobs, voices
from engine.story import (
    Adapter,
    Member,
    TrainingJob,
    TrainingWork,
    VoiceChange,
    VoiceChangeKind,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class VoiceStatus:
    """How things stand with the voice of a server."""

    promoted: Adapter | None
    since: VoiceChange | None  # the last change of it
    works: tuple[TrainingWork, ...]  # that the promoted one learned from
    adapters: tuple[Adapter, ...]  # all, the newest first
    job: TrainingJob | None  # the training that is not over


def require_server(member: Member) -> None:
    """Raise NotAllowed unless the member may manage the server."""
    if not member.may_manage_server:
        raise NotAllowed(Right.SERVER)


async def read_voice(engine: Engine, *, guild_id: int) -> VoiceStatus:
    """Return how things stand."""
    async with engine.database.reading() as tx:
        promoted = await voices.find_promoted(tx, guild_id=guild_id)
        changes = await voices.list_changes(tx, guild_id=guild_id)
        works = (
            await training_jobs.list_works(tx, guild_id=guild_id, job_id=promoted.job_id)
            if promoted
            else []
        )
        return VoiceStatus(
            promoted=promoted,
            since=changes[-1] if changes else None,
            works=tuple(works),
            adapters=tuple(await voices.list_adapters(tx, guild_id=guild_id)),
            job=await training_jobs.find_unfinished_job(tx, guild_id=guild_id),
        )


async def newest_usable(engine: Engine, *, guild_id: int) -> int:
    """Return the number of the server's newest voice that is not stale. Raise NoVoice."""
    async with engine.database.reading() as tx:
        known = await voices.list_adapters(tx, guild_id=guild_id)
    number = next((adapter.number for adapter in known if not adapter.is_stale), None)
    if number is None:
        raise NoVoice
    return number


async def promote_voice(engine: Engine, *, guild_id: int, member: Member, number: int) -> Adapter:
    """Let voice `number` write for the server from the next request on.

    Raises:
        NotAllowed: the member may not manage the server.
        VoiceNotFound, VoiceStale, VoiceInUse: it cannot be promoted.
        VoiceUnusable: it does not load on the present model server.
        ModelUnavailable: the model server cannot be asked.
    """
    require_server(member)
    async with engine.database.reading() as tx:
        adapter = await get_usable(tx, guild_id=guild_id, number=number)
        before = await voices.find_promoted(tx, guild_id=guild_id)
    if before == adapter:
        raise VoiceInUse(number)
    await prepare_voice(engine, adapter)
    async with engine.database.writing() as tx:
        # It loaded for a while: a work may have been withdrawn meanwhile.
        adapter = await get_usable(tx, guild_id=guild_id, number=number)
        await voices.change_voice(
            tx,
            guild_id=guild_id,
            kind=VoiceChangeKind.PROMOTE,
            adapter_id=adapter.id,
            member_id=member.id,
            now_ms=engine.clock(),
        )
    log.info("voice_promoted", guild_id=guild_id, number=number)
    return adapter


async def roll_back_voice(engine: Engine, *, guild_id: int, member: Member) -> Adapter | None:
    """Go back to what wrote before the last change: an adapter that is not stale, or none.

    Raises:
        NotAllowed: the member may not manage the server.
        NoVoice: nothing else wrote before.
    """
    require_server(member)
    async with engine.database.writing() as tx:
        promoted = await voices.find_promoted(tx, guild_id=guild_id)
        known = {a.id: a for a in await voices.list_adapters(tx, guild_id=guild_id)}
        changes = await voices.list_changes(tx, guild_id=guild_id)
        usable = {None, *(a.id for a in known.values() if not a.is_stale)}
        before = promoted.id if promoted else None
        target = rollback_target(changes, usable)
        if target == before:
            raise NoVoice
        await voices.change_voice(
            tx,
            guild_id=guild_id,
            kind=VoiceChangeKind.ROLLBACK,
            adapter_id=target,
            member_id=member.id,
            now_ms=engine.clock(),
        )
    log.info("voice_rolled_back", guild_id=guild_id)
    return known[target] if target is not None else None


def rollback_target(changes: Sequence[VoiceChange], usable: set[int | None]) -> int | None:
    """Return what wrote before, None for the base model; what may not be used is passed over."""
    stack: list[int | None] = [None]
    for change in changes:
        if change.kind is VoiceChangeKind.ROLLBACK:
            while len(stack) > 1 and stack[-1] != change.to_adapter_id:
                stack.pop()
        else:
            stack.append(change.to_adapter_id)
    now = stack.pop()
    while stack and (stack[-1] == now or stack[-1] not in usable):
        stack.pop()
    return stack[-1] if stack else now


async def switch_voice_off(engine: Engine, *, guild_id: int, member: Member) -> Adapter:
    """Let the base model write; return the adapter that wrote until now.

    Raises:
        NotAllowed: the member may not manage the server.
        NoVoice: none does.
    """
    require_server(member)
    async with engine.database.writing() as tx:
        promoted = await voices.find_promoted(tx, guild_id=guild_id)
        if promoted is None:
            raise NoVoice
        await voices.change_voice(
            tx,
            guild_id=guild_id,
            kind=VoiceChangeKind.OFF,
            adapter_id=None,
            member_id=member.id,
            now_ms=engine.clock(),
        )
    log.info("voice_off", guild_id=guild_id)
    return promoted


async def get_usable(tx: Transaction, *, guild_id: int, number: int) -> Adapter:
    """Return a finished adapter of the server that may be used.

    Raises:
        VoiceNotFound: there is none of this number.
        VoiceStale: a work that it learned from was withdrawn.
    """
    known = await voices.list_adapters(tx, guild_id=guild_id)
    found = next((adapter for adapter in known if adapter.number == number), None)
    if found is None:
        usable = sorted(adapter.number for adapter in known if not adapter.is_stale)
        raise VoiceNotFound(number, tuple(usable))
    if found.is_stale:
        raise VoiceStale(number)
    return found


async def prepare_voice(engine: Engine, adapter: Adapter) -> str:
    """Have an adapter loaded for a member who asked for it; return its name.

    Raises:
        VoiceStale: a work was withdrawn while it loaded; the model server has forgotten it.
        VoiceUnusable: it does not load on the present model server.
        ModelUnavailable: the model server cannot be asked.
    """
    try:
        name = await engine.voices.prepare(adapter)
    except VoiceUnavailable as error:
        raise VoiceUnusable(error.number, error.fault, error.reason) from None
    async with engine.database.reading() as tx:
        now = await voices.find_adapter(tx, guild_id=adapter.guild_id, adapter_id=adapter.id)
    if now is None or now.is_stale:  # whoever withdrew asked before it was loaded
        await engine.voices.drop_stale(guild_id=adapter.guild_id)
        raise VoiceStale(adapter.number)
    return name
