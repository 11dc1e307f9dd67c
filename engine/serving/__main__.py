"""`python -m engine.serving`: open HTTP, load the model, serve until told to stop.

The parent reads stdout: one line with the port, then progress, each a JSON object. Logs go to
stderr. Exit codes: 0 after SIGTERM or when the parent is gone, 1 when the model cannot be used,
70 when the generation loop is beyond repair.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading

import structlog
from aiohttp import web
from pydantic import ValidationError

from engine.errors import ModelUnusable
from engine.serving.http.app import create_app
from engine.serving.progress import announce
from engine.serving.server import Server
from engine.settings import ServingSettings

log = structlog.get_logger()

PARENT_PIPE = "SCRIPTORIUM_PARENT_PIPE"  # set by a parent that keeps our stdin open while it lives
MODEL_UNUSABLE = 1
BEYOND_REPAIR = 70


def main() -> None:
    """Run the process to its end."""
    configure_logs()
    try:
        settings = ServingSettings()
    except ValidationError as error:
        sys.exit(f"the settings of the model server are wrong: {error}")
    prepare_environment(settings)
    if os.environ.get(PARENT_PIPE) == "1":
        threading.Thread(target=end_with_parent, daemon=True).start()
    asyncio.run(serve_to_the_end(settings))


def prepare_environment(settings: ServingSettings) -> None:
    """Set what torch and its companions read when they are imported."""
    os.environ["OMP_NUM_THREADS"] = str(settings.model_threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    # bitsandbytes asks for compiled functions when it is imported: two seconds and, for INT8 on a
    # CPU, a C++ compiler. Nothing here is worth compiling.
    os.environ["TORCHDYNAMO_DISABLE"] = "1"
    # Weights are read once a token: pages of 2 MB instead of 4 kB make that about 8 % faster.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def configure_logs() -> None:
    """Send our events and the libraries' warnings to stderr."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    is_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def end_with_parent() -> None:
    """Wait until the parent's end of stdin closes, however the parent died, then end at once."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


async def serve_to_the_end(settings: ServingSettings) -> None:
    """Serve, then end the process."""
    code = await serve(settings)
    sys.stdout.flush()
    sys.stderr.flush()
    # An ordinary end would wait for the thread that loads the model or is inside a long step.
    os._exit(code)


async def serve(settings: ServingSettings) -> int:
    """Serve until a signal or a fault; return the exit code."""
    server = Server(settings)
    runner = web.AppRunner(
        create_app(server), access_log=None, handler_cancellation=True, shutdown_timeout=2
    )
    await runner.setup()
    site = web.TCPSite(runner, settings.serving_host, settings.serving_port)
    await site.start()
    announce({"listening": runner.addresses[0][1]})
    stopped = asyncio.create_task(stop_signal())
    running = asyncio.create_task(server.run())
    await asyncio.wait({stopped, running}, return_when=asyncio.FIRST_COMPLETED)
    code = fault_code(running) if running.done() else await drained(server)
    running.cancel()  # or it would start the loop again
    await asyncio.gather(running, return_exceptions=True)
    if server.batch:
        await asyncio.to_thread(server.batch.stop)  # tells the clients of what still runs
    await runner.cleanup()
    return code


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def drained(server: Server) -> int:
    """Let what runs finish."""
    with contextlib.suppress(TimeoutError):  # the rest is cut off
        await server.drain()
    return 0


def fault_code(running: "asyncio.Task[None]") -> int:
    """Log why the server cannot go on, and return the exit code for it."""
    error = running.exception()
    if isinstance(error, ModelUnusable):
        log.error("model_unusable", reason=error.reason)
        return MODEL_UNUSABLE
    log.error("beyond_repair", exc_info=error)
    return BEYOND_REPAIR


if __name__ == "__main__":
    main()
