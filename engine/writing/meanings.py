"""Passages by their meaning, where the model server has an embedding model."""

from dataclasses import replace

import structlog

from engine.errors import PromptRefused, Unsupported
from engine.memory.recall import Recall
from engine.runtime import Engine

log = structlog.get_logger()

MOST_ASKED_CHARACTERS = 600  # of a question: such models read 512 tokens
CLOSENESS = 60  # the constant of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009)


async def by_meaning(engine: Engine, question: str, found: Recall) -> Recall:
    """Return what was found, its order fused with that by closeness of meaning to the question.

    Without an embedding model it is returned as it is.

    Raises:
        ModelUnavailable: the model server cannot be asked.
    """
    if len(found.passages) < 2:
        return found
    texts = [question[:MOST_ASKED_CHARACTERS], *(each.text for each in found.passages)]
    try:
        asked, *vectors = await engine.model.embed(texts)
    except Unsupported:
        return found
    except PromptRefused as refusal:
        log.warning("passages_not_embedded", status=refusal.status, passages=len(texts) - 1)
        return found
    closeness = [sum(a * b for a, b in zip(asked, each, strict=True)) for each in vectors]
    places = range(len(vectors))
    by_closeness = sorted(places, key=lambda n: (-closeness[n], n))
    rank = {number: place for place, number in enumerate(by_closeness)}
    fused = sorted(places, key=lambda n: (-1 / (CLOSENESS + n) - 1 / (CLOSENESS + rank[n]), n))
    return replace(found, passages=tuple(found.passages[n] for n in fused))
