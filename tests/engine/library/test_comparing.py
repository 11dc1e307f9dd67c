"""Blind pairs: who stands against whom, that nobody can tell, and what the votes say."""

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import (
    ComparisonOver,
    GenerationFailed,
    NotAllowed,
    NoVoice,
    VoiceStale,
)
from engine.library.comparing import (
    choose_opponents,
    read_newest_verdict,
    read_verdict,
    vote_on_pair,
)
from engine.model.request import ModelRequest
from engine.runtime import Engine
from engine.storage import voices
from engine.story import Choice, Comparison, Member, Opponents, Pair
from engine.writing.comparing import premises_of, write_pairs
from tests.engine.storage.samples import GUILD
from tests.engine.storage.voice_samples import WORK, add_adapter, promote
from tests.fakes.desk import new_id
from tests.fakes.scripted_model import Breaks, Reply, ScriptedModel

BOSS = Member(5, "Boss", is_moderator=True, may_manage_server=True)
WHERE = {"guild_id": GUILD, "member": BOSS}
NAME = f"{GUILD}-1"


def by_side(request: ModelRequest) -> Reply:
    return f"{request.adapter or 'base'} tells it, seed {request.seed}."


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(by_side)


@pytest.fixture
async def opponents(engine: Engine) -> Opponents:
    """Voice 1 against the base model."""
    async with engine.database.writing() as tx:
        await add_adapter(tx)
    return await choose_opponents(engine, **WHERE, number=None)


async def written(
    engine: Engine, opponents: Opponents, **changes: Any
) -> tuple[Comparison, list[Pair]]:
    facts: dict[str, Any] = {"channel_id": 10, "language": "en", "pairs": 8}
    facts |= {"interaction_id": new_id()}
    return await write_pairs(engine, opponents, **WHERE, **(facts | changes))


async def test_a_voice_stands_against_the_base_model_or_the_promoted_one(engine: Engine) -> None:
    with pytest.raises(NoVoice):
        await choose_opponents(engine, **WHERE, number=None)
    async with engine.database.writing() as tx:
        first, second = await add_adapter(tx), await add_adapter(tx)
    newest = await choose_opponents(engine, **WHERE, number=None)
    assert (newest.adapter, newest.rival, newest.rival_name) == (second, None, None)
    async with engine.database.writing() as tx:
        await promote(tx, first)
    challenger = await choose_opponents(engine, **WHERE, number=2)
    assert (challenger.adapter, challenger.rival) == (second, first)
    own = await choose_opponents(engine, **WHERE, number=1)
    assert (own.adapter, own.rival) == (first, None)
    guest = replace(BOSS, may_manage_server=False)
    with pytest.raises(NotAllowed):
        await choose_opponents(engine, guild_id=GUILD, member=guest, number=1)


async def test_both_sides_are_asked_the_same_in_one_batch(
    engine: Engine, model: ScriptedModel, opponents: Opponents
) -> None:
    _, pairs = await written(engine, opponents)
    assert len(pairs) == 8
    assert model.most_at_once == 16
    asked: dict[tuple[str, int], list[ModelRequest]] = {}
    for request in model.requests:
        asked.setdefault((request.messages[-1].text, request.seed), []).append(request)
    assert len(asked) == 8
    for ours, other in asked.values():
        assert {ours.adapter, other.adapter} == {NAME, None}
        assert replace(ours, adapter=None) == replace(other, adapter=None)


async def test_the_order_is_drawn_and_kept_and_told_by_nothing_else(
    engine: Engine, opponents: Opponents
) -> None:
    orders = set()
    for _ in range(4):
        _, pairs = await written(engine, opponents)
        for pair in pairs:
            ours, other = pair.first, pair.second
            if not pair.adapter_is_first:
                ours, other = other, ours
            assert ours.startswith(NAME)
            assert other.startswith("base")
        orders.add(tuple(pair.adapter_is_first for pair in pairs))
    assert len(orders) > 1
    share = sum(sum(order) for order in orders)
    assert 3 < share < 29, "of 32 that are drawn evenly"


async def test_a_pair_of_which_a_side_broke_off_is_left_out(
    engine: Engine, model: ScriptedModel, opponents: Opponents
) -> None:
    unlucky: set[int] = set()

    def reply(request: ModelRequest) -> Reply:
        if request.adapter and len(unlucky) < 3:
            unlucky.add(request.seed)
            return Breaks(GenerationFailed("broke"))
        return by_side(request)

    model._replies = reply
    _, pairs = await written(engine, opponents)
    assert [pair.number for pair in pairs] == [1, 2, 3, 4, 5]
    model._replies = lambda _: Breaks(GenerationFailed("broke"))
    with pytest.raises(GenerationFailed):
        await written(engine, opponents)


async def test_pairs_of_a_voice_that_became_stale_meanwhile_are_not_shown(
    engine: Engine, opponents: Opponents
) -> None:
    async with engine.database.writing() as tx:
        await voices.mark_stale(tx, guild_id=GUILD, work_id=WORK)
    with pytest.raises(VoiceStale):
        await written(engine, opponents)
    assert await read_newest_verdict(engine, guild_id=GUILD) is None


async def test_a_member_has_one_vote_on_each_pair_and_may_change_it(
    engine: Engine, opponents: Opponents
) -> None:
    comparison, pairs = await written(engine, opponents)

    async def vote(pair: Pair, member_id: int, choice: Choice) -> None:
        await vote_on_pair(
            engine,
            guild_id=GUILD,
            pair_id=pair.id,
            member=Member(member_id, "Somebody"),
            choice=choice,
        )

    def side(pair: Pair, *, ours: bool) -> Choice:
        return Choice.FIRST if pair.adapter_is_first is ours else Choice.SECOND

    for pair in pairs[:4]:
        await vote(pair, 1, side(pair, ours=True))
    await vote(pairs[0], 1, side(pairs[0], ours=False))
    await vote(pairs[0], 2, side(pairs[0], ours=True))
    await vote(pairs[1], 2, Choice.SAME)
    verdict = await read_verdict(engine, guild_id=GUILD, comparison_id=comparison.id)
    assert (verdict.share.wins, verdict.share.votes, verdict.same) == (4, 5, 1)
    assert (verdict.adapter_number, verdict.rival_number, verdict.pairs) == (1, None, 8)
    assert not verdict.is_better
    assert verdict.missing is not None
    assert verdict.missing > 0
    assert await read_newest_verdict(engine, guild_id=GUILD) == verdict
    for member_id in range(10, 30):
        await vote(pairs[5], member_id, side(pairs[5], ours=False))
    verdict = await read_verdict(engine, guild_id=GUILD, comparison_id=comparison.id)
    assert verdict.is_worse
    assert verdict.missing == 0


async def test_another_servers_pair_cannot_be_voted_on_or_read(
    engine: Engine, opponents: Opponents
) -> None:
    comparison, pairs = await written(engine, opponents)
    with pytest.raises(ComparisonOver):
        await vote_on_pair(
            engine,
            guild_id=GUILD + 1,
            pair_id=pairs[0].id,
            member=BOSS,
            choice=Choice.FIRST,
        )
    with pytest.raises(ComparisonOver):
        await read_verdict(engine, guild_id=GUILD + 1, comparison_id=comparison.id)


def test_there_are_enough_premises_in_each_language() -> None:
    for language in ("en", "zh-CN"):
        assert len(set(premises_of(language))) == len(premises_of(language)) == 20
