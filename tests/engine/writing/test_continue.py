import asyncio
from dataclasses import asdict

import pytest

from engine.errors import (
    ContentRefused,
    NoOpenStory,
    NotAllowed,
    NothingToRetry,
    NotYourTurn,
    QueueFull,
    StoryMovedOn,
    TextRefused,
    TurnNotFound,
)
from engine.model.queue import QueueLimits, TurnQueue
from engine.runtime import Engine
from engine.settings import EngineSettings
from engine.storage import Database
from engine.story import Length, Outcome, Rating, TurnKind, TurnState
from engine.writing import MOST_DIRECTION_CHARACTERS, retry_turn
from tests.fakes.desk import ANN, BO, CY, GUILD, MO, Desk, engine_over, new_id
from tests.fakes.gate import Gate
from tests.fakes.scripted_model import ScriptedModel


async def test_the_model_writes_the_next_turn(desk: Desk, model: ScriptedModel) -> None:
    human = await desk.write("The lamp was lit.")
    turn = await desk.continue_(BO, direction="  a storm\ncomes ")
    assert (turn.kind, turn.state, turn.outcome) == (
        TurnKind.MODEL,
        TurnState.WRITTEN,
        Outcome.COMPLETE,
    )
    assert (turn.parent_id, turn.number, turn.attempts) == (human.id, 2, 1)
    assert (turn.author_id, turn.direction) == (BO.id, "a storm comes")
    assert turn.text == "And then the lantern of room 1 went out, and somebody laughed."
    assert await desk.texts() == ["The lamp was lit.", turn.text]
    (request,) = model.requests
    assert "The lamp was lit." in request.messages[1].text
    assert "a storm comes" in request.messages[-1].text


async def test_a_model_turn_tells_how_it_came_to_be(desk: Desk, model: ScriptedModel) -> None:
    turn = await desk.continue_()
    (request,) = model.requests
    assert turn.provenance is not None
    assert (turn.provenance.model, turn.provenance.seed) == ("scripted", request.seed)
    sampling = asdict(request.sampling) | {"most_tokens": 224}
    sampling["dry_sequence_breakers"] = list(request.sampling.dry_sequence_breakers)
    assert turn.provenance.sampling == sampling
    assert (turn.provenance.preset, request.sampling.temperature) == ("balanced", 1.0)
    assert len(turn.provenance.prompt_hash) == 64
    assert turn.provenance.reply_tokens == 12
    assert 0 < turn.provenance.prompt_tokens < 4096


async def test_a_request_is_salted_by_the_server_and_as_long_as_the_story_wants(
    engine: Engine, model: ScriptedModel
) -> None:
    for length in Length:
        desk = Desk(engine)
        await desk.start(length=length)
        await desk.continue_()
    assert [request.most_tokens for request in model.requests] == [96, 224, 448]
    assert {request.cache_salt for request in model.requests} == {str(GUILD)}
    assert len({request.seed for request in model.requests}) == 3


async def test_continuing_needs_an_open_story(engine: Engine) -> None:
    with pytest.raises(NoOpenStory):
        await Desk(engine).continue_()


async def test_an_endless_direction_is_refused(desk: Desk) -> None:
    with pytest.raises(TextRefused) as refusal:
        await desk.continue_(direction="d" * 501)
    assert refusal.value == TextRefused(501, MOST_DIRECTION_CHARACTERS)


async def test_a_mature_story_stays_in_age_restricted_channels(engine: Engine) -> None:
    desk = Desk(engine)
    await desk.start(rating=Rating.MATURE, channel_is_age_restricted=True)
    turn = await desk.continue_(channel_is_age_restricted=True)
    for attempt in (desk.continue_(), desk.offer(), desk.retry(turn)):
        with pytest.raises(ContentRefused):
            await attempt


async def test_the_same_interaction_asks_for_one_turn(desk: Desk, model: ScriptedModel) -> None:
    interaction_id = new_id()
    async with (
        desk.drafting(interaction_id=interaction_id) as first,
        desk.drafting(interaction_id=interaction_id) as second,
    ):
        assert second.turn.id == first.turn.id
    again = await desk.continue_(interaction_id=interaction_id)
    assert again == await first.finished()
    assert len(model.requests) == 1


async def test_while_the_model_writes_nothing_else_moves_the_story(desk: Desk, gate: Gate) -> None:
    before = await desk.continue_()
    gate.shut()
    async with desk.drafting() as draft:
        for attempt in (
            desk.continue_(BO),
            desk.retry(before),
            desk.retry(draft.turn),
            desk.undo(),
            desk.redo(),
            desk.offer(),
        ):
            with pytest.raises(NotYourTurn) as refusal:
                await attempt
            assert refusal.value.turn_id == draft.turn.id
        gate.open()


async def test_a_button_under_an_older_turn_is_refused(desk: Desk) -> None:
    first = await desk.continue_()
    second = await desk.write("Later.")
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.continue_(expected_head_id=first.id)
    assert refusal.value == StoryMovedOn(second.id, held_turn_id=None)
    await desk.continue_(expected_head_id=second.id)


@pytest.mark.parametrize("is_expected", [False, True])
async def test_of_two_continues_on_one_head_exactly_one_wins(
    desk: Desk, gate: Gate, *, is_expected: bool
) -> None:
    head = await desk.write("On your marks.")
    fields = {"expected_head_id": head.id} if is_expected else {}
    gate.shut()
    both = [asyncio.create_task(desk.continue_(member, **fields)) for member in (ANN, BO)]
    (loser,), (winner,) = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    assert isinstance(loser.exception(), StoryMovedOn | NotYourTurn)
    gate.open()
    written = await winner
    assert await desk.texts() == ["On your marks.", written.text]


async def test_a_refused_continue_gives_its_place_in_the_queue_back(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel
) -> None:
    queue = TurnQueue(1, QueueLimits(1, 1, 1, 1))
    async with engine_over(database, model, storage_settings, queue=queue) as engine:
        desk = Desk(engine)
        await desk.start()
        for _ in range(3):
            with pytest.raises(StoryMovedOn):
                await desk.continue_(expected_head_id=123)
        await desk.continue_()


async def test_a_full_queue_refuses_and_leaves_the_head_alone(
    database: Database, storage_settings: EngineSettings, model: ScriptedModel, gate: Gate
) -> None:
    queue = TurnQueue(1, QueueLimits(1, 1, 1, 1))
    async with engine_over(database, model, storage_settings, queue=queue) as engine:
        desk, other = Desk(engine), Desk(engine)
        await desk.start()
        await other.start()
        gate.shut()
        async with desk.drafting():
            with pytest.raises(QueueFull):
                await other.continue_(BO)
            gate.open()
        assert await other.texts() == []
        await other.continue_(BO)


async def test_a_retry_takes_the_place_of_the_turn(desk: Desk, model: ScriptedModel) -> None:
    human = await desk.write("The lamp was lit.")
    first = await desk.continue_(BO, direction="a storm")
    second = await desk.retry(first, BO)
    assert (second.parent_id, second.direction) == (human.id, "a storm")
    assert await desk.texts() == ["The lamp was lit.", second.text]
    assert second.text != first.text
    old, new = model.requests
    assert old.messages == new.messages
    assert old.seed != new.seed


async def test_undo_after_a_retry_takes_the_new_turn_out(desk: Desk) -> None:
    first = await desk.continue_()
    second = await desk.retry(first)
    undone = await desk.undo()
    assert (undone.turn.id, undone.head) == (second.id, None)
    assert (await desk.redo()).id == second.id


async def test_only_the_newest_turn_of_the_model_is_retried(desk: Desk) -> None:
    model_turn = await desk.continue_()
    human = await desk.write("Mine.")
    with pytest.raises(NothingToRetry):
        await desk.retry(human)
    with pytest.raises(StoryMovedOn) as refusal:
        await desk.retry(model_turn)
    assert refusal.value.head_turn_id == human.id


async def test_a_retry_is_for_who_asked_the_starter_and_moderators(desk: Desk) -> None:
    turn = await desk.continue_(BO)
    with pytest.raises(NotAllowed):
        await desk.retry(turn, CY)
    for member in (BO, ANN, MO):
        turn = await desk.retry(turn, member)


async def test_an_unknown_turn_is_not_retried(desk: Desk, engine: Engine) -> None:
    turn = await desk.continue_()
    elsewhere = retry_turn(
        engine,
        guild_id=GUILD + 1,
        turn_id=turn.id,
        member=ANN,
        channel_is_age_restricted=False,
        interaction_id=new_id(),
    )
    with pytest.raises(TurnNotFound):
        await elsewhere.__aenter__()


async def test_an_overlong_reply_ends_with_a_whole_sentence(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = ScriptedModel(["She ran. " * 40 + "And he ran after her, ever after her, " * 10])
    async with engine_over(database, model, storage_settings) as engine:
        desk = Desk(engine)
        await desk.start(length=Length.SHORT)
        turn = await desk.continue_()
    assert turn.text == ("She ran. " * 40).strip()
    assert turn.outcome is Outcome.COMPLETE


async def test_leaving_early_by_an_exception_does_not_stop_the_writing(desk: Desk) -> None:
    with pytest.raises(ConnectionError):
        async with desk.drafting() as draft:
            raise ConnectionError("Discord is away")
    await draft.finished()
    assert len(await desk.texts()) == 1
