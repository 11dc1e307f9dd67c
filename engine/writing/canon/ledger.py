"""The ledger: read, stated by members, decided about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import FactDecided, FactIncomplete, FactNotFound, PassageNotFound, QuoteNotFound
from engine.runtime import Engine
from engine.storage import canon, turns
from engine.storage.database import Transaction
from engine.story import Member, Story, Turn
from engine.story.canon import (
    RELATIONS,
    CanonSettings,
    Established,
    Fact,
    FactScope,
    FactState,
    facts_on,
    is_told,
    stated,
)
from engine.writing.head import get_open_story
from engine.writing.reading import read_path
from engine.writing.rights import require_server
from engine.writing.texts import tidy_line
from engine.writing.veiling import veil

MOST_PART_CHARACTERS = 120  # of a subject, a relation or a value
MOST_QUOTE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Canon:
    """What is established on the branch in use, in order, and what waits for a decision."""

    story: Story
    established: tuple[Established, ...]
    proposed: tuple[Fact, ...]
    path: tuple[Turn, ...]  # as the member may read it


async def read_canon(
    engine: Engine, *, guild_id: int, channel_id: int, member_id: int = 0
) -> Canon:
    """Return the canon of the channel's story, of what the member may read of it.

    Raises:
        NoOpenStory: the channel never had a story.
    """
    async with engine.database.reading() as tx:
        story, path = await read_path(tx, guild_id=guild_id, channel_id=channel_id)
        shown = tuple(await veil(tx, story, path, member_id=member_id))
        facts = await canon.list_facts(tx, guild_id=guild_id, story_id=story.id)
    places = {turn.id: place for place, turn in enumerate(shown)}
    established = tuple(facts_on(facts, shown))
    known = {stated(each.fact) for each in established}
    return Canon(
        story=story,
        established=established,
        proposed=tuple(
            fact
            for fact in facts
            if fact.state is FactState.PROPOSED
            and is_told(fact, shown, places)
            and stated(fact) not in known
        ),
        path=shown,
    )


async def read_fact(engine: Engine, *, guild_id: int, fact_id: int) -> Fact:
    """Return a fact.

    Raises:
        FactNotFound: the server has no such fact.
    """
    async with engine.database.reading() as tx:
        return await _get_fact(tx, guild_id, fact_id)


async def add_fact(
    engine: Engine,
    *,
    guild_id: int,
    channel_id: int,
    member: Member,
    subject: str,
    relation: str,
    value: str,
    turn_number: int | None = None,
    quote: str = "",
    witnesses: tuple[str, ...] = (),
    supersedes_id: int | None = None,
) -> Fact:
    """State a fact; it holds from a turn on: the one named, or the newest that has the quote.

    With witnesses, only these characters know it.

    Raises:
        NoOpenStory: the channel has no open story.
        FactIncomplete: a part is missing or too long.
        PassageNotFound: the story has no turn of this number.
        QuoteNotFound: the quote does not stand in that turn, or in any, as the member may read
            them.
        FactNotFound: there is nothing to supersede.
    """
    subject, relation, value = _tidy(subject, relation, value)
    quote = tidy_line(quote, MOST_QUOTE_CHARACTERS)
    async with engine.database.writing() as tx:
        story = await get_open_story(tx, guild_id=guild_id, channel_id=channel_id)
        path = await turns.list_path(tx, guild_id=guild_id, head_turn_id=story.head_turn_id)
        shown = await veil(tx, story, path, member_id=member.id)  # else a quote would tell
        turn = _turn_of(shown, turn_number, quote)
        if supersedes_id is not None:
            older = await _get_fact(tx, guild_id, supersedes_id)
            if older.story_id != story.id:
                raise FactNotFound(supersedes_id)
        return await canon.insert_fact(
            tx,
            guild_id=guild_id,
            story_id=story.id,
            turn_id=turn.id if turn else None,
            subject=subject,
            relation=relation,
            value=value,
            quote=quote,
            state=FactState.ACCEPTED,
            scope=FactScope.WITNESSES if witnesses else FactScope.EVERYBODY,
            witnesses=witnesses,
            supersedes_id=supersedes_id,
            proposer_id=member.id,
            now_ms=engine.clock(),
        )


def _turn_of(path: Sequence[Turn], number: int | None, quote: str) -> Turn | None:
    among = path if number is None else [t for t in path if t.number == number and t.text]
    if number is not None and not among:
        raise PassageNotFound(number)
    if not quote:
        return among[-1] if among else None
    for turn in reversed(among):
        if quote in " ".join(turn.told.split()):
            return turn
    raise QuoteNotFound(quote)


async def accept_fact(engine: Engine, *, guild_id: int, fact_id: int, member: Member) -> Fact:
    """Let a proposal hold.

    Raises:
        FactNotFound: the server has no such fact.
        FactDecided: somebody rejected it.
    """
    return await _decide(engine, guild_id, fact_id, member, FactState.ACCEPTED)


async def reject_fact(engine: Engine, *, guild_id: int, fact_id: int, member: Member) -> Fact:
    """Let a fact hold no more, a proposal or one that was accepted; it is not proposed again.

    Raises:
        FactNotFound: the server has no such fact.
    """
    return await _decide(engine, guild_id, fact_id, member, FactState.REJECTED)


async def edit_fact(
    engine: Engine,
    *,
    guild_id: int,
    fact_id: int,
    member: Member,
    subject: str,
    relation: str,
    value: str,
    witnesses: tuple[str, ...] = (),
) -> Fact:
    """Put it in other words and let it hold; its turn and its quote stay.

    Raises:
        FactNotFound: the server has no such fact.
        FactIncomplete: a part is missing or too long.
    """
    subject, relation, value = _tidy(subject, relation, value)
    async with engine.database.writing() as tx:
        fact = await _get_fact(tx, guild_id, fact_id)
        changed = replace(
            fact,
            subject=subject,
            relation=relation,
            value=value,
            state=FactState.ACCEPTED,
            scope=FactScope.WITNESSES if witnesses else FactScope.EVERYBODY,
            witnesses=witnesses,
            proposer_id=member.id,  # the words are theirs now
            decider_id=member.id,
        )
        return await _save(tx, changed)


async def _decide(
    engine: Engine, guild_id: int, fact_id: int, member: Member, state: FactState
) -> Fact:
    async with engine.database.writing() as tx:
        fact = await _get_fact(tx, guild_id, fact_id)
        if fact.state is state:
            return fact
        if state is FactState.ACCEPTED and fact.state is FactState.REJECTED:
            raise FactDecided(fact_id)
        return await _save(tx, replace(fact, state=state, decider_id=member.id))


async def _save(tx: Transaction, fact: Fact) -> Fact:
    await canon.change_fact(
        tx,
        guild_id=fact.guild_id,
        fact_id=fact.id,
        subject=fact.subject,
        relation=fact.relation,
        value=fact.value,
        state=fact.state,
        scope=fact.scope,
        witnesses=fact.witnesses,
        proposer_id=fact.proposer_id,
        decider_id=fact.decider_id,
    )
    return fact


async def _get_fact(tx: Transaction, guild_id: int, fact_id: int) -> Fact:
    fact = await canon.find_fact(tx, guild_id=guild_id, fact_id=fact_id)
    if fact is None:
        raise FactNotFound(fact_id)
    return fact


def _tidy(subject: str, relation: str, value: str) -> tuple[str, str, str]:
    parts = [" ".join(part.split()) for part in (subject, relation, value)]
    if not all(0 < len(part) <= MOST_PART_CHARACTERS for part in parts):
        raise FactIncomplete(MOST_PART_CHARACTERS)
    named = parts[1].casefold().replace(" ", "_")
    return parts[0], named if named in RELATIONS else parts[1], parts[2]


async def read_settings(engine: Engine, *, guild_id: int) -> CanonSettings:
    """Return what the server chose, or what it starts with."""
    async with engine.database.reading() as tx:
        return await canon.find_settings(tx, guild_id=guild_id) or CanonSettings()


async def choose_settings(
    engine: Engine, *, guild_id: int, member: Member, chosen: CanonSettings
) -> None:
    """Keep what the server chose.

    Raises:
        NotAllowed: the member may not manage the server.
    """
    require_server(member)
    async with engine.database.writing() as tx:
        await canon.save_settings(tx, guild_id=guild_id, chosen=chosen)
