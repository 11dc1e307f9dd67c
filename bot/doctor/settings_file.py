"""Checks of `.env`: a mistyped setting would otherwise be a default that nobody chose."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic_settings import BaseSettings

from bot.doctor.finding import Finding, ok, problem


def check_settings(env_file: Path, known: Iterable[type[BaseSettings]]) -> list[Finding]:
    """Name each line of the file that is no field of the `known` classes. Values are not shown."""
    if not env_file.is_file():
        return [ok(f"no {env_file}: settings come from the environment and the defaults")]
    names = {name.upper() for settings in known for name in settings.model_fields}
    set_here = [name.upper() for name in dotenv_values(env_file)]
    unknown = [
        problem(f"{name} in {env_file} is no setting", advice(name, names))
        for name in set_here
        if name not in names
    ]
    return unknown or [ok(f"{len(set_here)} settings in {env_file}, all known")]


def advice(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else "take it out; .env.example lists them all"
