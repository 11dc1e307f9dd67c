"""Every request that the application made, as it arrived and as it was answered."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Request:
    """One request; the times are of the monotonic clock, which all processes share."""

    method: str
    path: str
    route: str  # the template, "" when there is no such route
    json: Any = None
    arrived: float = field(default_factory=time.monotonic)
    answered: float | None = None
    status: int | None = None


class Ledger:
    """All requests in the order of their arrival."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def enter(self, method: str, path: str, route: str) -> Request:
        request = Request(method, path, route)
        self.requests.append(request)
        return request

    def described(self, start: int = 0) -> list[dict[str, Any]]:
        return [asdict(request) for request in self.requests[start:]]
