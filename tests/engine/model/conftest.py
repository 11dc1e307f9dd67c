from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.fakes.endpoint import Opener


@pytest.fixture
async def client_of() -> AsyncIterator[Opener]:
    async with AsyncExitStack() as stack:
        yield Opener(stack)
