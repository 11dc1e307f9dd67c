"""How the process logs: one JSON object a line, or lines for reading in a terminal."""

import logging
import sys
import traceback
from typing import Any

import structlog

from bot.settings import BotSettings, LogFormat

# They tell of each request or step at INFO.
LIBRARIES = ("alembic", "discord", "httpx2", "openai")


def configure_logs(settings: BotSettings) -> None:
    """Send all log lines to stderr, ours and those of the libraries."""
    is_console = settings.log_format is LogFormat.CONSOLE or (
        settings.log_format is LogFormat.AUTO and sys.stderr.isatty()
    )
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if is_console else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_where_not_what,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(max(root.level, logging.WARNING))
    # It warns at each start that there is no voice, which nobody asked for.
    logging.getLogger("discord.client").setLevel(logging.ERROR)


def tell_where_not_what(
    logger: object, method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Replace an exception by its types and lines of code: its message may hold a text."""
    info: Any = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["errors"] = [type(cause).__name__ for cause in _causes(error)]
        event["where"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for cause in _causes(error)
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
    return event


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and what led to it, the newest first."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    return chain
