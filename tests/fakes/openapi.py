"""What Discord would refuse, by its own description where that lies beside this repository."""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Protocol

from tests.fakes.processes import ROOT

CHECKS = ROOT.parent / "shared" / "discord" / "validate.py"
MESSAGE_ROUTES = ("/messages", "/callback", "/threads", "/webhooks/")


class Request(Protocol):
    """What is read of a request that a simulated Discord recorded."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def json(self) -> Any: ...


@dataclass(frozen=True)
class Sent:
    """A request as it was written down."""

    method: str
    path: str
    json: Any


def faults_of(requests: Iterable[Request]) -> list[str]:
    """List what Discord would refuse, and every message that could ping somebody.

    Bodies are held against the description only where there is one.
    """
    requests = list(requests)
    faults = [fault for request in requests for fault in pings(request)]
    if (checks := load_checks()) is not None:
        faults += checks.violations(requests)
    return faults


def pings(request: Request) -> list[str]:
    """Say where a message of this request may ping somebody."""
    body = request.json
    if request.method not in {"POST", "PATCH"} or not isinstance(body, dict):
        return []
    if not any(part in request.path for part in MESSAGE_ROUTES):
        return []
    for message in (body, body.get("data"), body.get("message")):
        if not isinstance(message, dict) or not message.get("content"):
            continue
        if (message.get("allowed_mentions") or {}).get("parse") != []:
            return [f"{request.method} {request.path} allows mentions"]
    return []


@cache
def load_checks() -> ModuleType | None:
    """Return the check of request bodies, where it lies beside the repository."""
    if not CHECKS.exists():
        return None
    spec = importlib.util.spec_from_file_location("discord_validate", CHECKS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
