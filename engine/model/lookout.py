"""How a model server looks from outside: ready, at work, or hanging."""

import asyncio

import aiohttp
from pydantic import ValidationError

from engine.model.protocol import Health

SECONDS_TO_ANSWER = 5.0
BROKEN = "broken"  # what our server says while it tries to get its generation loop going again


class Lookout:
    """Looks at one running server now and then; `seconds` is how long it may stand still."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, *, seconds: float, between_looks: float
    ) -> None:
        self._http = http
        self._url = url
        self._seconds = seconds
        self._between_looks = between_looks
        self._limit = aiohttp.ClientTimeout(total=min(SECONDS_TO_ANSWER, seconds))

    async def wait_until_ready(self) -> None:
        """Return when the server has generated its first token."""
        while await self._ask("/ready") is None:  # noqa: ASYNC110 - another process sets no Event
            await asyncio.sleep(self._between_looks)

    async def wait_until_hanging(self) -> None:
        """Return when the server was silent, broken or stuck at one step for too long."""
        now = asyncio.get_running_loop().time
        well_at = now()
        while True:
            looked_at = now()
            answer = await self._ask("/health")
            health = read_health(answer) if answer is not None else None
            if health is not None and health.state != BROKEN:
                well_at = looked_at
            if looked_at - well_at > self._seconds or (health and is_stuck(health, self._seconds)):
                return
            await asyncio.sleep(self._between_looks)

    async def _ask(self, path: str) -> bytes | None:
        try:
            async with self._http.get(self._url + path, timeout=self._limit) as response:
                return await response.read() if response.ok else None
        except (aiohttp.ClientError, TimeoutError):
            return None


def read_health(answer: bytes) -> Health:
    """Return what a server says of itself; one of another kind is well because it answers."""
    try:
        return Health.model_validate_json(answer)
    except ValidationError:
        return Health(state="ready", running=0, seconds_since_token=None)


def is_stuck(health: Health, seconds: float) -> bool:
    """Tell whether requests run and none of them moved for `seconds`."""
    since = health.seconds_since_token
    return health.running > 0 and since is not None and since > seconds
