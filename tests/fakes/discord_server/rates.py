"""Discord's rate limits: buckets of 5 requests in 5 seconds, and 50 a second over all."""

import hashlib
import time
from dataclasses import dataclass

WINDOW_REQUESTS, WINDOW_SECONDS = 5, 5.0
GLOBAL_REQUESTS, GLOBAL_SECONDS = 50, 1.0


@dataclass
class Window:
    """The requests that a bucket still takes until it opens anew."""

    limit: int
    seconds: float
    opened: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        """Use one request up; False when none is left."""
        if now >= self.opened + self.seconds:
            self.opened, self.used = now, 0
        if self.used >= self.limit:
            return False
        self.used += 1
        return True

    def seconds_left(self, now: float) -> float:
        return max(self.opened + self.seconds - now, 0.001)


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass, and the headers that its answer carries."""

    passes: bool
    headers: dict[str, str]
    retry_after: float = 0.0
    is_global: bool = False


class Buckets:
    """One window for each route and its major parameter (channel, webhook token, ...)."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], Window] = {}
        self._all = Window(GLOBAL_REQUESTS, GLOBAL_SECONDS)

    def judge(self, *, route: str, major: str, counts_globally: bool) -> Verdict:
        """Use one request of the bucket of `route` and `major` up, or refuse it."""
        now = time.monotonic()
        key = (route, major)
        window = self._windows.setdefault(key, Window(WINDOW_REQUESTS, WINDOW_SECONDS))
        if counts_globally and not self._all.take(now):
            left = self._all.seconds_left(now)
            return Verdict(False, _retry(left, "global"), left, is_global=True)
        passes = window.take(now)
        left = window.seconds_left(now)
        headers = {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.limit - window.used),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(route.encode(), digest_size=16).hexdigest(),
        }
        if passes:
            return Verdict(True, headers)
        return Verdict(False, headers | _retry(left, "user"), left)


def _retry(seconds: float, scope: str) -> dict[str, str]:
    # Without `Via`, discord.py takes a 429 for a ban by Cloudflare and raises at once.
    headers = {"Retry-After": f"{seconds:.3f}", "X-RateLimit-Scope": scope, "Via": "1.1 loopback"}
    return headers | ({"X-RateLimit-Global": "true"} if scope == "global" else {})
