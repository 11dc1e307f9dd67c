"""What is wrong with the settings, told before anything starts.

A mistyped name in `.env` would otherwise be a default that nobody chose.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from bot.settings import BotSettings
from engine.errors import PresetsUnreadable
from engine.model.presets import load_presets
from engine.settings import EngineSettings, ServingSettings

ENV_FILE = Path(".env")
CLASSES: tuple[type[BaseSettings], ...] = (BotSettings, EngineSettings, ServingSettings)


def setting_faults() -> list[str]:
    """Return one line a fault of environment and `.env`, without values: they may be secret."""
    faults = [fault for settings in CLASSES for fault in value_faults(settings)]
    return (faults or preset_faults()) + name_faults(ENV_FILE)


def value_faults(settings: type[BaseSettings]) -> list[str]:
    """Name each setting whose value does not fit."""
    try:
        settings()
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, fault['loc'])).upper() or 'Settings'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
        ]
    return []


def preset_faults() -> list[str]:
    """Name the first file of the operator's presets that is not one."""
    try:
        load_presets(EngineSettings().presets_dir)
    except PresetsUnreadable as error:
        return [f"PRESETS_DIR: {error.file}: {error.reason}"]
    return []


def name_faults(env_file: Path) -> list[str]:
    """Name each line of the file that is no setting."""
    known = {name.upper() for settings in CLASSES for name in settings.model_fields}
    set_here = dotenv_values(env_file) if env_file.is_file() else {}
    return [
        f"{name}: {env_file} sets it, and there is no such setting{suggestion(name, known)}"
        for name in set_here
        if name.upper() not in known
    ]


def suggestion(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name.upper(), known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
