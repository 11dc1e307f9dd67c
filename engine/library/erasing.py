"""What trainings left on the disk of this machine, deleted with its server."""

import asyncio
import shutil
from pathlib import Path

import structlog

from engine.library.training_process import TrainingProcess
from engine.settings import EngineSettings
from engine.storage import Database, training_jobs

log = structlog.get_logger()

SECONDS_TO_SAVE = 0.0  # nothing is to be kept


async def erase_trainings(database: Database, settings: EngineSettings, *, guild_id: int) -> None:
    """Stop a server's training, and delete the folders of its jobs and of its adapters.

    Call it before the server's rows are erased, with the bot stopped. A model server that runs
    elsewhere forgets an adapter that it has loaded only when it is told, or ends.
    """
    async with database.reading() as tx:
        job_ids = await training_jobs.list_job_ids(tx, guild_id=guild_id)
    for job_id in job_ids:
        folder = settings.jobs_folder / str(job_id)
        if await asyncio.to_thread(folder.is_dir):
            await TrainingProcess(folder).stop(seconds_to_save=SECONDS_TO_SAVE)
            await asyncio.to_thread(shutil.rmtree, folder)
    # By their names: one that was put there just before a kill has no row yet.
    adapters = await asyncio.to_thread(_folders_of, settings.adapters_folder, guild_id)
    for folder in adapters:
        await asyncio.to_thread(shutil.rmtree, folder)
    log.info("trainings_erased", guild_id=guild_id, jobs=len(job_ids), adapters=len(adapters))


def _folders_of(adapters: Path, guild_id: int) -> list[Path]:
    return [*adapters.glob(f"{guild_id}-*"), *adapters.glob(f".{guild_id}-*.part")]
