"""Facts proposed by the real model: in the form that was asked for, with words that stand there."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from engine.model.request import Model, ModelRequest, Piece
from engine.runtime import open_engine
from engine.settings import EngineSettings
from engine.storage.canon import list_facts
from engine.story.canon import FactState
from engine.writing import read_story
from engine.writing.canon.proposing import SCHEMA
from engine.writing.posting import mark_posted
from tests.engine.serving.conftest import ServerProcess
from tests.fakes.desk import GUILD, Desk

PASSAGES = (
    "Mira Voss is the keeper of the lighthouse. Her eyes are grey. She lives in Hollow Bay with "
    "her brother Tomas, who owns the brass key of the boathouse.",
    "Old Greta died in the night. Tomas found her in the boathouse, below the brown sails.",
)


class Overheard:
    """A model whose replies are written down as they came, whole or not."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.replies: list[str] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """Pass the pieces on."""
        text = ""
        try:
            async with aclosing(self._model.stream(request)) as pieces:
                async for piece in pieces:
                    text += piece.text
                    yield piece
        finally:
            self.replies.append(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


@pytest.mark.timeout(180)
@pytest.mark.slow
async def test_what_the_real_model_proposes_parses_and_quotes_nothing_that_was_not_told(
    server: ServerProcess, tmp_path: Path
) -> None:
    settings = EngineSettings(
        _env_file=None, data_dir=tmp_path, model_url=server.url, seconds_between_tokens=120
    )
    async with open_engine(settings) as opened:
        model = Overheard(opened.model)
        engine = replace(opened, model=cast("Model", model))
        desk = Desk(engine)
        await desk.start()
        for text in PASSAGES:
            turn = await desk.write(text)
            await mark_posted(engine, guild_id=GUILD, turn_id=turn.id)
            await engine.chores.idle()
        story, path = await read_story(engine, **desk.where)
        async with engine.database.reading() as tx:
            facts = await list_facts(tx, guild_id=GUILD, story_id=story.id)

    assert len(model.replies) == len(PASSAGES), "each passage is read once"
    for reply in model.replies:
        jsonschema.validate(json.loads(reply), SCHEMA)
    told = {turn.id: turn.told for turn in path}
    for fact in facts:
        assert fact.state is FactState.PROPOSED, "members decide"
        assert fact.quote
        assert fact.quote in told[fact.turn_id or 0]
