"""Play a script in the terminal, with the real bot and the real model."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress as Bars

from bot.client import create_bot
from bot.rehearsal.page import discord_locale, progress_of
from bot.rehearsal.room import Room, open_room
from bot.rehearsal.stage import Stage, StepFailed
from bot.rehearsal.steps import Script, ScriptUnreadable, Step, read_script
from bot.rehearsal.transcript import Transcript
from bot.settings import BotSettings
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings

SECONDS_BETWEEN_LOOKS = 0.2
RESTARTS_ENDURED = 2


async def play_scripts(
    paths: Sequence[Path], engine_settings: EngineSettings, bot_settings: BotSettings
) -> int:
    """Play one script after the other; return the exit code, 1 from the first that failed."""
    for path in paths:
        if await play_script(path, engine_settings, bot_settings):
            return 1
    return 0


async def play_script(
    path: Path, engine_settings: EngineSettings, bot_settings: BotSettings
) -> int:
    """Play a script and print its transcript; return the exit code, 1 when a step failed.

    The stories of the script live in a temporary folder.
    """
    console = Console(highlight=False)
    try:
        script = read_script(path)
    except ScriptUnreadable as error:
        console.print(str(error), style="red", markup=False)
        return 1
    begin = time.monotonic()
    with TemporaryDirectory(prefix="scriptorium-") as folder:
        own = {**script.settings, "data_dir": Path(folder), "database_url": None}
        settings = EngineSettings.model_validate({**engine_settings.model_dump(), **own})
        async with (
            open_engine(settings) as engine,
            open_room(
                lambda: create_bot(_seeded(engine, script.seed), bot_settings),
                discord_locale(script.language),
            ) as room,
        ):
            if not await _is_model_ready(engine, console):
                return 1
            is_good = await play(script, room, console)
    if is_good:
        console.print(f"\nPlayed to its end in {time.monotonic() - begin:.0f} s.", style="green")
    return 0 if is_good else 1


async def play(script: Script, room: Room, console: Console) -> bool:
    """Play a script in an open room; return whether every step came out as expected."""
    console.print(script.title, style="bold", markup=False)
    transcript = Transcript(room, console, time.monotonic)
    for number, step in enumerate(script.steps, 1):
        try:
            stage = Stage(room, step.room or script.room, script.folder)
            transcript.begin_step(number, step)
            outcome = await stage.perform(step)
            _check(step, transcript.end_step(step, outcome))
        except StepFailed as error:
            console.print(f"\nStep {number} failed: {error}.", style="red", markup=False)
            return False
    return True


def _check(step: Step, read: str) -> None:
    for expected in step.expect:
        if expected not in read:
            raise StepFailed(f"“{expected}” is nowhere to be read")


def _seeded(engine: Engine, seed: int | None) -> Engine:
    if seed is None:
        return engine
    draw = Random(seed)
    return replace(engine, seeds=lambda: draw.getrandbits(31))


async def _is_model_ready(engine: Engine, console: Console) -> bool:
    """Wait for the model, with a bar; say so and return False when it does not start."""
    with Bars(console=console, transient=True) as bars:
        task = bars.add_task("Loading the model", total=None)
        while not (progress := progress_of(engine)).is_ready:
            if progress.restarts > RESTARTS_ENDURED:
                console.print("The model does not start. `python -m bot doctor` says why.")
                return False
            bars.update(task, completed=progress.done, total=progress.total or None)
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    return True
