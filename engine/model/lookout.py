"""How a model server looks from outside: ready, at work, or hanging."""

import asyncio

import aiohttp
from pydantic import ValidationError

from engine.model.protocol import Health

SECONDS_TO_ANSWER = 5.0
BROKEN = "broken"  # what our server says of itself when it cannot go on


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
        """Return when the server is broken, or was stuck at a step or silent for too long."""
        now = asyncio.get_running_loop().time
        answered_at = now()
        while True:
            asked_at = now()
            answer = await self._ask("/health")
            if answer is not None:
                answered_at = asked_at
            is_silent = asked_at - answered_at > self._seconds
            if is_silent or (answer and tells_of_trouble(answer, self._seconds)):
                return
            await asyncio.sleep(self._between_looks)

    async def _ask(self, path: str) -> bytes | None:
        try:
            async with self._http.get(self._url + path, timeout=self._limit) as response:
                return await response.read() if response.ok else None
        except (aiohttp.ClientError, TimeoutError):
            return None


def tells_of_trouble(answer: bytes, seconds: float) -> bool:
    """Tell whether a server says that it is broken, or made no step for `seconds`."""
    try:
        health = Health.model_validate_json(answer)
    except ValidationError:  # alive, and of a kind that tells no more
        return False
    since = health.seconds_since_token
    is_stuck = health.running > 0 and since is not None and since > seconds
    return is_stuck or health.state == BROKEN
