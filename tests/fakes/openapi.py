"""Discord's own description of its API, where it lies beside this repository."""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from tests.fakes.processes import ROOT

VALIDATE = ROOT.parent / "shared" / "discord" / "validate.py"


@dataclass(frozen=True)
class Sent:
    """A request as the description's checker reads it."""

    method: str
    path: str
    json: Any


def refused_by_discord(requests: Iterable[dict[str, Any]]) -> list[str]:
    """List what Discord would refuse of what the simulated one recorded; [] without a checker."""
    checker = _checker()
    if checker is None:
        return []
    sent = [Sent(request["method"], request["path"], request["json"]) for request in requests]
    found: list[str] = checker.violations(sent)
    return found


@cache
def _checker() -> ModuleType | None:
    if not VALIDATE.exists():
        return None
    spec = importlib.util.spec_from_file_location("discord_validate", VALIDATE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
