"""A turn's provenance and its waiting, with servers that cannot do all that is asked."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from engine.model.request import ModelRequest, Piece, Place
from engine.runtime import Waiting
from engine.settings import EngineSettings
from engine.storage import Database
from tests.fakes.desk import Desk, engine_over
from tests.fakes.scripted_model import ScriptedModel


class Poor(ScriptedModel):
    """A server without top_k."""

    async def fit(self, request: ModelRequest) -> ModelRequest:
        return replace(request, sampling=replace(request.sampling, top_k=0))


class Busy(ScriptedModel):
    """A server that has a queue of its own."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        yield Piece("", waiting=Place(7, 3.5))
        async for piece in super().stream(request):
            yield piece


async def test_the_provenance_tells_what_was_really_sent(
    database: Database, storage_settings: EngineSettings
) -> None:
    model = Poor()
    async with engine_over(database, model, storage_settings) as engine:
        desk = Desk(engine)
        await desk.start()
        turn = await desk.continue_()
    assert turn.provenance is not None
    assert turn.provenance.sampling["top_k"] == 0
    assert model.requests[0].sampling.top_k == 0


async def test_a_place_in_the_servers_queue_is_shown_to_those_who_wait(
    database: Database, storage_settings: EngineSettings
) -> None:
    async with engine_over(database, Busy(), storage_settings) as engine:
        desk = Desk(engine)
        await desk.start()
        async with desk.drafting() as draft:
            seen = [progress async for progress in draft]
            turn = await draft.finished()
    assert Waiting(7, 3.5) in seen
    assert turn.text.startswith("And then the lantern")
