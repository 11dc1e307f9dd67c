"""What an operator can choose about the engine. Read once at the start, frozen, passed in."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EMBEDDED = "embedded"
# What that is, and its folder in models_dir; the model server makes it.
EMBEDDED_NAME = "SmolLM2-135M-Instruct"
EMBEDDED_FOLDER = "smollm2-135m-b179c952"  # the end is the beginning of the file's SHA-256


class Quantization(StrEnum):
    """How the weights of the linear layers are held in memory.

    AUTO takes NF4 on a GPU and INT8 on a CPU that is made for it, else NF4.
    """

    AUTO = "auto"
    NF4 = "nf4"
    INT8 = "int8"
    NONE = "none"


class Device(StrEnum):
    """Where the model runs. AUTO takes CUDA when torch sees a GPU."""

    AUTO = "auto"
    CUDA = "cuda"
    CPU = "cpu"


class FrozenSettings(BaseSettings):
    """Settings from the environment and `.env`; empty values count as unset."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )


class EngineSettings(FrozenSettings):
    """Storage, and which model server the bot process talks to."""

    data_dir: Path = Path("data")
    database_url: SecretStr | None = None  # None: SQLite in data_dir
    model_url: str | None = None  # None: the bot starts its own model server
    model_name: str | None = None  # None: the first model that the server lists
    model_api_key: SecretStr | None = None
    seconds_between_tokens: Annotated[float, Field(gt=0, le=600)] = 30.0
    turns_at_once: Annotated[int, Field(ge=1, le=256)] = 8
    waiting_per_member: Annotated[int, Field(ge=1)] = 2
    waiting_per_channel: Annotated[int, Field(ge=1)] = 5
    waiting_per_server: Annotated[int, Field(ge=1)] = 20
    waiting_in_all: Annotated[int, Field(ge=1)] = 500
    seconds_in_queue: Annotated[float, Field(gt=0)] = 1800.0  # that a turn may wait
    background_work: bool = True  # summaries and proposed facts, when nobody waits for the model
    presets_dir: Path | None = None  # presets that are added to, or replace, those shipped
    embedding_query_prefix: Annotated[str, Field(max_length=300)] = ""  # before a question
    embedding_passage_prefix: Annotated[str, Field(max_length=300)] = ""  # before a passage
    operator_name: Annotated[str, Field(max_length=150)] | None = None  # in the consent texts
    # Discord's permission to train on what came through it: all three, or none.
    discord_training_permission_by: str | None = None  # who recorded it
    discord_training_permission_date: date | None = None
    discord_training_permission_reference: str | None = None  # its reference, or its words

    @model_validator(mode="after")
    def _permission_is_whole(self) -> Self:
        """Refuse a permission of which a part is missing, or that nobody can have given yet."""
        parts = {
            "DISCORD_TRAINING_PERMISSION_BY": self.discord_training_permission_by,
            "DISCORD_TRAINING_PERMISSION_DATE": self.discord_training_permission_date,
            "DISCORD_TRAINING_PERMISSION_REFERENCE": self.discord_training_permission_reference,
        }
        missing = [name for name, part in parts.items() if not (part and str(part).strip())]
        if missing and len(missing) < len(parts):
            raise ValueError(f"missing: {', '.join(missing)}. Set all three, or none of them")
        day = self.discord_training_permission_date
        if day is not None and day > datetime.now(UTC).date() + timedelta(days=1):
            raise ValueError("DISCORD_TRAINING_PERMISSION_DATE lies in the future")
        return self

    adapters_dir: Path | None = None  # where trained voices are put; None: in data_dir

    @property
    def adapters_folder(self) -> Path:
        """Where trained voices are put, and where the model server finds them."""
        return self.adapters_dir or self.data_dir / "adapters"

    @property
    def jobs_folder(self) -> Path:
        """Where each training has a folder of its own."""
        return self.data_dir / "jobs"


class ServingSettings(FrozenSettings):
    """The model server process (`python -m engine.serving`)."""

    model: str = EMBEDDED  # `embedded`, a hub id, or a folder
    models_dir: Path = Path(".models")
    quantization: Quantization = Quantization.AUTO
    device: Device = Device.AUTO
    context_tokens: Annotated[int, Field(ge=1024, le=1_048_576)] = 8192  # prompt and reply together
    cache_tokens: Annotated[int, Field(ge=2048)] | None = None  # KV cache; None: from free memory
    running_requests: Annotated[int, Field(ge=1, le=256)] = 16  # in one batch
    waiting_requests: Annotated[int, Field(ge=1)] = 64  # beyond the batch; then 429
    waiting_requests_per_salt: Annotated[int, Field(ge=1)] | None = None  # None: three quarters
    waiting_requests_per_user: Annotated[int, Field(ge=1)] | None = None  # None: three quarters
    # After so many seconds without a step the generation loop counts as hung.
    seconds_per_step: Annotated[float, Field(gt=0, le=600)] = 20.0
    model_threads: Annotated[int, Field(ge=1, le=256)] = 1  # CPU threads
    adapters_dir: Path | None = None  # where adapters may be loaded from; None: no adapters
    most_adapters: Annotated[int, Field(ge=1, le=64)] = 8  # ready for use at the same time
    most_adapter_rank: Annotated[int, Field(ge=1, le=256)] = 32
    embedding_model: str | None = None  # a hub id or a folder; None: no embeddings
    serving_host: str = "127.0.0.1"
    serving_port: Annotated[int, Field(ge=0, le=65535)] = 8811  # 0: any free port
    serving_api_key: SecretStr | None = None  # None: no key is asked for
