"""Summaries of old turns: which are valid for a path, and which are missing."""

from collections.abc import Sequence

from engine.memory.sealing import Seal
from engine.runtime import Engine
from engine.story import Story, Turn


async def valid_seals(engine: Engine, story: Story, path: Sequence[Turn]) -> list[Seal]:
    """Return the summaries that were written from turns of this very path, as they are told."""
    return []
