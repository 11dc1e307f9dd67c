"""All checks in one order, printed as they are made."""

import asyncio
import time
from collections.abc import AsyncGenerator
from itertools import chain
from pathlib import Path

from rich.console import Console

from bot.doctor.capabilities import check_capabilities
from bot.doctor.database import check_postgres, check_sqlite
from bot.doctor.discord_account import DISCORD, check_discord
from bot.doctor.encryption import check_encryption
from bot.doctor.finding import Finding, Mark, ok, problem
from bot.doctor.gpu import check_gpu
from bot.doctor.machine import check_closed_to_others, check_disk, check_packages, check_python
from bot.doctor.model import check_model
from bot.doctor.voices import check_adapters_folder, check_training
from bot.setting_faults import CLASSES, ENV_FILE, setting_faults, value_faults
from bot.settings import BotSettings
from engine.settings import EngineSettings, ServingSettings

LOCK = Path(__file__).parents[2] / "requirements.lock"
STYLES = {Mark.OK: "green", Mark.WARNING: "yellow", Mark.PROBLEM: "bold red"}


def run_doctor(*, discord_api: str = DISCORD, console: Console | None = None) -> int:
    """Print one line a finding; return 0 when none is a problem, else 1."""
    return asyncio.run(print_findings(examine(discord_api), console))


async def print_findings(
    findings: AsyncGenerator[Finding, None], console: Console | None = None
) -> int:
    out = console or Console(highlight=False, markup=False, soft_wrap=True)
    counts = dict.fromkeys(Mark, 0)
    async for finding in findings:
        counts[finding.mark] += 1
        out.print(str(finding), style=STYLES[finding.mark] if out.is_terminal else None)
    problems = counts[Mark.PROBLEM]
    plural = "" if problems == 1 else "s"
    out.print(
        f"{counts[Mark.OK]} ok, {counts[Mark.WARNING]} to look at, {problems} problem{plural}"
    )
    return 1 if problems else 0


async def examine(discord_api: str) -> AsyncGenerator[Finding, None]:
    """Yield every finding, the quick and local ones first. Nothing is changed anywhere."""
    yield check_python()
    yield check_packages(LOCK)
    for finding in check_settings():
        yield finding
    if any(value_faults(settings) for settings in CLASSES):
        return  # what to look at is not known
    engine, serving = EngineSettings(), ServingSettings()
    for finding in chain(check_storage(engine), await check_database(engine)):
        yield finding
    if engine.model_url is None:
        yield check_disk(serving.models_dir, purpose="the embedded model", needed_gib=1)
        for finding in check_gpu(serving):
            yield finding
    found = await check_model(engine, serving)
    yield found
    if engine.model_url is not None and found.mark is not Mark.PROBLEM:
        for finding in await check_capabilities(engine, engine.model_url):
            yield finding
    yield check_training()
    yield check_adapters_folder(engine)
    for finding in await check_discord(BotSettings().discord_token, api=discord_api):
        yield finding


def check_settings() -> list[Finding]:
    """Check names and values of all settings."""
    faults = setting_faults()
    advice = f"{ENV_FILE} or the environment; .env.example explains every setting"
    return [problem(fault, advice) for fault in faults] or [ok("settings are known and fit")]


def check_storage(engine: EngineSettings) -> list[Finding]:
    """Check the data folder, and that other accounts cannot read what is private."""
    closed = (check_closed_to_others(path) for path in (ENV_FILE, engine.data_dir))
    return [
        check_disk(engine.data_dir, purpose="stories and backups", needed_gib=2),
        *(finding for finding in closed if finding is not None),
    ]


async def check_database(engine: EngineSettings) -> list[Finding]:
    """Check the database that the settings name, and that its disk is encrypted."""
    if engine.database_url is not None:
        return [await check_postgres(engine.database_url)]
    return [
        *check_sqlite(engine.data_dir, now=time.time()),
        check_encryption(engine.data_dir),
    ]
