"""Checks of voices: can one be trained here, and does the model server find it?"""

import os
from collections.abc import Callable

from bot.doctor.finding import Finding, ok, warning
from bot.doctor.machine import installed
from engine.settings import EngineSettings

NEEDED = ("torch", "transformers", "peft", "bitsandbytes", "sacrebleu", "tensorboardX")


def check_training(version_of: Callable[[str], str | None] = installed) -> Finding:
    """Check that the packages of the extra `training` are there."""
    if missing := [name for name in NEEDED if version_of(name) is None]:
        return warning(
            f"no voice can be trained here: {', '.join(missing)} missing",
            "install the extra `training`, or leave /voice train alone",
        )
    return ok("voices can be trained here")


def check_adapters_folder(engine: EngineSettings) -> Finding:
    """Check that voices can be put where the model server finds them. Nothing is made."""
    folder = engine.adapters_folder.absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return warning(
            f"voices cannot be written to {folder}", "make it writable for the bot's account"
        )
    if engine.model_url is None:
        return ok(f"voices are kept in {folder}")
    if engine.adapters_dir is None:
        return warning(
            f"the model server at MODEL_URL must find voices under {folder}",
            "put them on a volume that both machines mount at one path, and set ADAPTERS_DIR",
        )
    return ok(f"voices are kept in {folder}; the model server must find them under this path")
