"""The numbers of a sampling as lines of text, which members edit. Pure."""

import re
from collections.abc import Mapping

from engine.errors import ValueRefused
from engine.model.bounds import BOUNDS, IDLE_WITHOUT
from engine.model.request import Sampling

LINE = re.compile(r"\s*(?P<name>[^=:＝：]+?)\s*[=:＝：]\s*(?P<given>.*?)\s*")
NUMBER = re.compile(r"[+-]?(?:\d{1,9}(?:[.,]\d{0,9})?|[.,]\d{1,9})", re.ASCII)
MOST_QUOTED_CHARACTERS = 60


def write_values(sampling: Sampling) -> str:
    """Return every number, a line each."""
    return "\n".join(f"{name} = {getattr(sampling, name):g}" for name in BOUNDS)


def read_values(text: str) -> Mapping[str, float]:
    """Read lines such as `temperature = 0.9`; empty lines and those after # say nothing.

    Raises:
        ValueRefused: a line is no value, or out of its bounds.
    """
    values = {}
    for line in text.splitlines():
        if line.strip() and not line.strip().startswith("#"):
            name, value = _read_line(line)
            values[name] = value
    return values


def refuse_idle(own: Mapping[str, float], preset: Sampling) -> None:
    """Raise ValueRefused for the first of the server's own values that would do nothing."""
    for name, value in own.items():
        needed = IDLE_WITHOUT.get(name)
        if needed and not own.get(needed, getattr(preset, needed)):
            raise ValueRefused(name, f"{value:g}", idle_without=needed)


def _read_line(line: str) -> tuple[str, float]:
    match = LINE.fullmatch(line)
    name = match["name"].casefold() if match else line.strip()
    if match is None or name not in BOUNDS:
        raise ValueRefused(name[:MOST_QUOTED_CHARACTERS], "")
    bound, given = BOUNDS[name], match["given"]
    if NUMBER.fullmatch(given):
        value = float(given.replace(",", "."))
        if bound.allows(value):
            return name, int(value) if bound.is_whole else value
    raise ValueRefused(
        name, given[:MOST_QUOTED_CHARACTERS], bound.least, bound.most, bound.is_whole
    )
