"""Open the rehearsal in the browser: the real bot and the real model, without Discord."""

import asyncio
import signal

from rich.console import Console

from bot.client import create_bot
from bot.rehearsal.room import open_room
from bot.rehearsal.site import PortTaken, serve
from bot.rehearsal.start_page import Progress
from bot.settings import BotSettings
from engine.errors import StorageFailed
from engine.model.supervisor import ServerState
from engine.runtime import Engine, open_engine
from engine.settings import EngineSettings


async def open_rehearsal(
    engine_settings: EngineSettings,
    bot_settings: BotSettings,
    *,
    port: int = 8810,
    language: str = "en",
) -> None:
    """Open the rehearsal on this computer and keep it open until Ctrl-C or SIGTERM.

    Its stories are kept in the folder `rehearsal` of the data folder, apart from Discord's.
    """
    settings = engine_settings.model_copy(
        update={"data_dir": engine_settings.data_dir / "rehearsal", "database_url": None}
    )
    console = Console()
    told_to_stop = _listen_for_the_end()
    try:
        async with (
            open_engine(settings) as engine,
            open_room(lambda: create_bot(engine, bot_settings), discord_locale(language)) as room,
            serve(room, lambda: progress_of(engine), port=port) as address,
        ):
            console.print(f"The rehearsal is open at {address} (Ctrl-C ends it).", soft_wrap=True)
            await told_to_stop.wait()
    except StorageFailed as error:
        console.print(error.reason, markup=False)
        raise SystemExit(1) from None
    except PortTaken:
        console.print(f"Port {port} is in use by another program. Choose one with --port.")
        raise SystemExit(1) from None


def progress_of(engine: Engine) -> Progress:
    """Return how far the engine's own model server is; a foreign one counts as ready."""
    if engine.server is None:
        return Progress(is_ready=True)
    status = engine.server.status
    is_ready = status.state is ServerState.READY
    return Progress(is_ready, status.done, status.total, status.restarts)


def discord_locale(language: str) -> str:
    """Return Discord's name for `en` or `zh-CN`."""
    return "zh-CN" if language.lower().startswith("zh") else "en-US"


def _listen_for_the_end() -> asyncio.Event:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    return told
