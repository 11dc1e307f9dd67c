"""The use cases of a comparison: who stands against whom, votes, and what they say."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import ComparisonOver, NoVoice
from engine.library.voices import get_usable, prepare_voice, require_server
from engine.library.wilson import Share, missing_votes, share_of
from engine.runtime import Engine
from engine.storage import comparisons, voices
from engine.story import Choice, Comparison, Member, Opponents, Pair


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the votes of a comparison say."""

    comparison: Comparison
    adapter_number: int
    rival_number: int | None  # None: the base model
    pairs: int
    share: Share  # of the adapter, among the votes that preferred one side
    same: int  # votes that saw no difference
    missing: int | None  # votes until it is settled; 0: it is; None: it cannot be told

    @property
    def is_better(self) -> bool:
        """Whether the adapter is preferred, beyond chance."""
        return self.share.votes > 0 and self.share.low > 0.5

    @property
    def is_worse(self) -> bool:
        """Whether the rival is preferred, beyond chance."""
        return self.share.votes > 0 and self.share.high < 0.5


async def choose_opponents(
    engine: Engine, *, guild_id: int, member: Member, number: int | None
) -> Opponents:
    """Return voice `number`, or the newest usable one, and its rival, both loaded.

    The rival is the promoted voice; the base model if there is none, or if it is the same.

    Raises:
        NotAllowed: the member may not manage the server.
        NoVoice: the server has no voice that may be used.
        VoiceNotFound, VoiceStale: this one may not be.
        VoiceUnusable: one of them does not load.
        ModelUnavailable: the model server cannot be asked.
    """
    require_server(member)
    async with engine.database.reading() as tx:
        promoted = await voices.find_promoted(tx, guild_id=guild_id)
        if number is None:
            known = await voices.list_adapters(tx, guild_id=guild_id)
            number = next((a.number for a in known if not a.is_stale), None)
        if number is None:
            raise NoVoice
        adapter = await get_usable(tx, guild_id=guild_id, number=number)
    rival = promoted if promoted != adapter else None
    return Opponents(
        adapter,
        await prepare_voice(engine, adapter),
        rival,
        await prepare_voice(engine, rival) if rival else None,
    )


async def vote_on_pair(
    engine: Engine, *, guild_id: int, pair_id: int, member: Member, choice: Choice
) -> Pair:
    """Give a member's one vote on a pair, or change it.

    Raises:
        ComparisonOver: the server has no such pair.
    """
    async with engine.database.writing() as tx:
        pair = await comparisons.find_pair(tx, guild_id=guild_id, pair_id=pair_id)
        if pair is None:
            raise ComparisonOver
        await comparisons.cast_choice(
            tx,
            guild_id=guild_id,
            pair_id=pair_id,
            member_id=member.id,
            choice=choice,
            now_ms=engine.clock(),
        )
    return pair


async def record_pair_message(
    engine: Engine, *, guild_id: int, pair_id: int, message_id: int
) -> None:
    """Note which message shows a pair."""
    async with engine.database.writing() as tx:
        await comparisons.set_pair_message(
            tx, guild_id=guild_id, pair_id=pair_id, message_id=message_id
        )


async def read_verdict(engine: Engine, *, guild_id: int, comparison_id: int) -> Verdict:
    """Return what the votes say.

    Raises:
        ComparisonOver: the server has no such comparison.
    """
    async with engine.database.reading() as tx:
        found = await comparisons.find_comparison(
            tx, guild_id=guild_id, comparison_id=comparison_id
        )
        if found is None:
            raise ComparisonOver
        numbers = {a.id: a.number for a in await voices.list_adapters(tx, guild_id=guild_id)}
        where = {"guild_id": guild_id, "comparison_id": comparison_id}
        pairs = await comparisons.list_pairs(tx, **where)
        votes = await comparisons.list_choices(tx, **where)
    wins, losses, same = count_votes(votes)
    rival = found.rival_adapter_id
    return Verdict(
        comparison=found,
        adapter_number=numbers[found.adapter_id],
        rival_number=None if rival is None else numbers[rival],
        pairs=len(pairs),
        share=share_of(wins, wins + losses),
        same=same,
        missing=missing_votes(wins, wins + losses),
    )


async def read_pair_verdict(engine: Engine, *, guild_id: int, pair_id: int) -> Verdict:
    """Return what the votes say of the comparison that a pair belongs to.

    Raises:
        ComparisonOver: the server has no such pair.
    """
    async with engine.database.reading() as tx:
        pair = await comparisons.find_pair(tx, guild_id=guild_id, pair_id=pair_id)
    if pair is None:
        raise ComparisonOver
    return await read_verdict(engine, guild_id=guild_id, comparison_id=pair.comparison_id)


async def read_newest_verdict(engine: Engine, *, guild_id: int) -> Verdict | None:
    """Return what the votes of the server's newest comparison say."""
    async with engine.database.reading() as tx:
        known = await comparisons.list_comparisons(tx, guild_id=guild_id)
    if not known:
        return None
    return await read_verdict(engine, guild_id=guild_id, comparison_id=known[0].id)


def count_votes(votes: Iterable[tuple[bool, Choice]]) -> tuple[int, int, int]:
    """Count the votes for the adapter, for its rival, and for neither."""
    wins = losses = same = 0
    for adapter_is_first, choice in votes:
        if choice is Choice.SAME:
            same += 1
        elif adapter_is_first is (choice is Choice.FIRST):
            wins += 1
        else:
            losses += 1
    return wins, losses, same
