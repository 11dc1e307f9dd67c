"""Passages by their meaning, where the model server has an embedding model."""

from operator import itemgetter

import structlog

from engine.errors import GenerationFailed, ModelUnavailable, PromptRefused, Unsupported
from engine.memory.recall import MOST_PASSAGES, Recall, with_closest
from engine.model.request import Model
from engine.model.vectors import Vectors
from engine.prose.distance import cosine_distance
from engine.settings import EngineSettings

log = structlog.get_logger()

MOST_ASKED_CHARACTERS = 400  # of a question: such models read 512 tokens, of Chinese one a sign
DIGITS = 3  # of a distance: the last ones depend on what a text was embedded beside


async def by_meaning(
    model: Model,
    vectors: Vectors,
    settings: EngineSettings,
    question: str,
    found: Recall,
    *,
    most: int = MOST_PASSAGES,
) -> Recall:
    """Return what was found, with what is closest to the question in meaning.

    That is chosen from what is told of whom the question names, or else from what was found.
    Without an embedding model, or while it cannot be asked, what was found is returned as it is.
    """
    passages = found.told_of or found.passages
    if len(passages) < 2:
        return found
    texts = [settings.embedding_query_prefix + question[:MOST_ASKED_CHARACTERS]]
    texts += [settings.embedding_passage_prefix + passage.text for passage in passages]
    try:
        asked, *places = await vectors.of(model, texts)
    except Unsupported:
        return found
    except (PromptRefused, ModelUnavailable, GenerationFailed) as error:
        log.warning("passages_not_embedded", error=type(error).__name__, passages=len(passages))
        return found
    distances = [round(cosine_distance(asked, place), DIGITS) for place in places]
    closest = sorted(zip(distances, passages, strict=True), key=itemgetter(0))  # ties stay in order
    return with_closest(found, [passage for _, passage in closest], most=most)
