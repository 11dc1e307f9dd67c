"""A summary by the real model: written in the background, bound to the words it covers."""

from pathlib import Path

import pytest

from engine.memory.prompt import BlockKind, Prompt
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.writing import read_story, show_context
from engine.writing.remembering import read_memory
from engine.writing.revising import edit_turn
from engine.writing.summarizing import seal_blocks
from tests.engine.serving.conftest import ServerProcess
from tests.fakes.desk import ANN, GUILD, Desk, new_id

TURNS = 14
SCENES = (
    "Mira took the brass lamp from the hook and climbed the stair of the lighthouse. Old Tomas "
    "slept below, and she did not want to wake him. The wind came from the north, with rain.",
    "At the top Greta waited with a letter from the harbour. A ship had been seen near the rocks "
    "of Varn, she said, and nobody had answered its bell since the morning.",
    "Mira lit the lamp and promised Greta that she would watch until dawn. Greta gave her the key "
    "of the boathouse, and went down again to wake the men of the village.",
)


async def context(desk: Desk) -> Prompt:
    return await show_context(desk.engine, **desk.where)


async def summaries_in(desk: Desk) -> list[str]:
    prompt = await context(desk)
    return [block.text for block in prompt.blocks if block.kind is BlockKind.SUMMARY]


async def begin(engine: Engine, turns: int) -> Desk:
    """Start a story that is longer than the window, and write its summaries in the background."""
    desk = Desk(engine)
    await desk.start()
    for number in range(turns):
        turn = await desk.write(f"Night {number}. " + " ".join(SCENES))
    engine.chores.begin("seal", lambda: seal_blocks(engine, GUILD, turn.story_id))
    await engine.chores.idle()
    return desk


@pytest.mark.timeout(180)
@pytest.mark.slow
async def test_a_summary_by_the_real_model_is_used_while_its_turns_are_told_so(
    server: ServerProcess, tmp_path: Path
) -> None:
    settings = EngineSettings(
        _env_file=None, data_dir=tmp_path, model_url=server.url, seconds_between_tokens=120
    )
    async with open_engine(settings) as engine:
        desk = await begin(engine, TURNS)
        sealed = await context(desk)
        (summary, *_) = await summaries_in(desk)
        first = (await read_memory(engine, **desk.where)).blocks[0]
        assert first.summary is not None
        assert first.summary.text == summary
        assert "Mira" in summary or "Greta" in summary or "Tomas" in summary

        for _ in range(TURNS - first.last + 1):
            await desk.undo()
        assert await summaries_in(desk) == []
        for _ in range(TURNS - first.last + 1):
            await desk.redo()
        assert (await context(desk)).messages == sealed.messages

        _, path = await read_story(engine, **desk.where)
        await edit_turn(
            engine,
            **desk.where,
            passage_id=path[first.first - 1].id,
            member=ANN,
            text=path[first.first - 1].text.replace("Mira", "Anna"),
            interaction_id=new_id(),
        )
        assert summary not in await summaries_in(desk)
        await desk.undo()
        assert (await context(desk)).messages == sealed.messages
