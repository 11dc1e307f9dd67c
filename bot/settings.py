"""What an operator can choose about the Discord process. Read once at the start, frozen."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr

from engine.settings import FrozenSettings


class LogLevel(StrEnum):
    """The least important lines that are still written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """AUTO: for reading when stderr is a terminal, else one JSON object a line."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class BotSettings(FrozenSettings):
    """The bot process."""

    discord_token: SecretStr | None = None  # None: `run` opens the rehearsal instead of Discord
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.AUTO
    seconds_between_edits: Annotated[float, Field(ge=0, le=60)] = 1.2  # in one channel
