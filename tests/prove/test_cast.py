"""Two hundred lines of characters by the real embedded model: nobody speaks for anybody else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.errors import NoOwnWords
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings
from engine.story import LineDraft, Member, Sheet
from engine.writing.cast import Scene, create_character, draft_lines, speak_as
from tests.engine.serving.conftest import ServerProcess
from tests.prove.cast_scenes import STAGES, Stage, complaints

ANN, BO = Member(11, "Ann"), Member(12, "Bo")
GENERATIONS = 200
AT_ONCE = 4  # times three drafts


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Engine]:
    """An engine over the real server, as an operator runs it."""
    server = ServerProcess(RUNNING_REQUESTS="12")
    try:
        await asyncio.to_thread(server.wait_until_ready, 180)
        settings = EngineSettings(
            _env_file=None,
            data_dir=folder,
            model_url=server.url,
            turns_at_once=AT_ONCE,
            waiting_per_member=100,
            seconds_between_tokens=300,
        )
        async with open_engine(settings) as engine:
            yield engine
    finally:
        server.end()


class Play:
    """One stage in a channel of a server of its own."""

    def __init__(self, engine: Engine, stage: Stage, number: int) -> None:
        self.stage = stage
        self._engine = engine
        self._number = number
        self._scene = Scene(number, number, stage.title, stage.language, is_age_restricted=False)
        self._character_id = 0

    async def begin(self) -> None:
        """Make the character, and let the others say what they said."""
        character = await create_character(
            self._engine,
            guild_id=self._scene.guild_id,
            creator=ANN,
            sheet=Sheet(self.stage.speaker, description=self.stage.description),
            interaction_id=1,
        )
        self._character_id = character.id
        for place, (name, line) in enumerate(self.stage.spoken, start=2):
            await speak_as(
                self._engine,
                scene=self._scene,
                name=name,
                line=line,
                member=BO,
                interaction_id=place,
            )

    async def drafts(self, number: int) -> tuple[LineDraft, ...]:
        """Return the drafts that would be shown; none when there is no word of its own."""
        try:
            drafted = await draft_lines(
                self._engine,
                scene=self._scene,
                character_id=self._character_id,
                member=ANN,
                direction=self.stage.directions[number % len(self.stage.directions)],
                interaction_id=1000 + number,
            )
        except NoOwnWords:
            return ()
        return drafted.drafts


async def draw(engine: Engine, generations: int) -> tuple[dict[str, int], list[tuple[Stage, str]]]:
    """Draw so many lines at least; return what was counted, and what could be posted."""
    plays = [Play(engine, stage, number) for number, stage in enumerate(STAGES, start=1)]
    for play in plays:
        await play.begin()
    lines: list[tuple[Stage, str]] = []
    counts = {"drawn": 0, "cut": 0, "emptied": 0, "asked": 0, "nothing": 0}
    number = 0
    while counts["drawn"] < generations:
        batch = [(plays[i % len(plays)], i // len(plays)) for i in range(number, number + AT_ONCE)]
        number += AT_ONCE
        with capture_logs() as logs:
            found = await asyncio.gather(*(play.drafts(turn) for play, turn in batch))
        for entry in logs:
            if entry["event"] == "lines_drawn":
                for name in ("drawn", "cut", "emptied"):
                    counts[name] += entry[name]
        counts["asked"] += len(batch)
        counts["nothing"] += sum(not drafts for drafts in found)
        for (play, _), drafts in zip(batch, found, strict=True):
            lines += [(play.stage, draft.text) for draft in drafts]
    return counts, lines


def said_for_others(lines: list[tuple[Stage, str]]) -> list[tuple[str, list[str]]]:
    """Return the lines of which the checker complains, and why."""
    found = []
    for stage, text in lines:
        others = (*stage.others, *(name for name, _ in stage.spoken), "Ann", "Bo")
        names = tuple(name for name in others if name != stage.speaker)
        if complained := complaints(text, stage.speaker, names):
            found.append((text, complained))
    return found


@pytest.mark.timeout(3600)
async def test_in_two_hundred_lines_no_character_speaks_for_another(tmp_path: Path) -> None:
    began = time.monotonic()
    async with served(tmp_path) as engine:
        counts, lines = await draw(engine, GENERATIONS)
    bad = said_for_others(lines)
    print(f"{counts}, {len(lines)} shown, {time.monotonic() - began:.0f} s, bad: {bad}")  # noqa: T201
    for stage, text in lines:
        print(f"[{stage.speaker}] {text!r}")  # noqa: T201
    assert counts["drawn"] >= GENERATIONS
    assert len(lines) > GENERATIONS / 2
    assert bad == []
