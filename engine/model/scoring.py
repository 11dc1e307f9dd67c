"""Questions about given texts: how likely they are, and where they lie."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from engine.errors import Unsupported
from engine.model.capabilities import Capabilities, Scoring
from engine.model.openapi import COMPLETIONS
from engine.model.protocol import TokenIds
from engine.model.request import Priority
from engine.model.survey import Server

SECONDS_TO_ANSWER = 10.0
SECONDS_TO_SCORE = 120.0
CANDIDATES_AT_ONCE = 8  # they share the prefix, and leave room in the batch for others


class Logprob(BaseModel):
    """The log-probability of one token."""

    logprob: float


class Scored(BaseModel):
    """One prompt, token by token; the first has no likelihood."""

    prompt_logprobs: list[dict[str, Logprob] | None]


class ScoredPrompts(BaseModel):
    """The answer to several prompts, in their order."""

    choices: list[Scored]


class Vector(BaseModel):
    """Where one text lies."""

    index: int
    embedding: list[float]


class Vectors(BaseModel):
    """`POST /v1/embeddings`."""

    data: list[Vector]


async def score(
    server: Server,
    able: Capabilities,
    prompt: str,
    candidates: Sequence[str],
    *,
    model: str,
    cache_salt: str = "",
) -> list[float]:
    """Return for each candidate the sum of its tokens' log-probabilities after the prompt.

    Prompt and candidate are tokenized apart, so that the candidate's tokens are its own.

    Raises:
        Unsupported: the server gives no likelihoods of prompts.
    """
    if able.scoring is Scoring.NONE:
        raise Unsupported("scoring", able.dialect)
    start = await token_ids(server, prompt, special=True)
    ends = [await token_ids(server, text, special=False) for text in candidates]
    scores: list[float] = []
    for first in range(0, len(ends), CANDIDATES_AT_ONCE):
        some = ends[first : first + CANDIDATES_AT_ONCE]
        body: dict[str, Any] = {
            "model": model,
            "prompt": [start + end for end in some],
            "max_tokens": 1,
            "temperature": 0.0,
            "prompt_logprobs": 0,
        }
        if cache_salt and able.cache_salt:
            body["cache_salt"] = cache_salt
        if able.priority:
            body["priority"] = int(Priority.BACKGROUND)
        answer = await server.post(COMPLETIONS, body, seconds=SECONDS_TO_SCORE)
        choices = ScoredPrompts.model_validate(answer).choices
        if len(choices) != len(some):
            raise ValueError("not one choice a candidate")
        pairs = zip(choices, some, strict=True)
        scores += [sum_of(choice, len(start), end) for choice, end in pairs]
    return scores


def sum_of(choice: Scored, skipped: int, end: list[int]) -> float:
    """Add up the likelihoods of the tokens that end a prompt."""
    told = choice.prompt_logprobs[skipped:]
    if len(told) != len(end):
        raise ValueError("not one likelihood a token")
    total = 0.0
    for token, known in zip(end, told, strict=True):
        if known is None or str(token) not in known:
            raise ValueError("a token without its likelihood")
        total += known[str(token)].logprob
    return total


async def token_ids(server: Server, text: str, *, special: bool) -> list[int]:
    """Return the tokens of a text."""
    body = {"prompt": text, "add_special_tokens": special}
    answer = await server.post("/tokenize", body, seconds=SECONDS_TO_ANSWER)
    return TokenIds.model_validate(answer).tokens


async def embed(
    server: Server, able: Capabilities, texts: Sequence[str], *, model: str | None
) -> list[list[float]]:
    """Return a vector for each text.

    Raises:
        Unsupported: the server has no embeddings.
    """
    if not able.embeddings:
        raise Unsupported("embeddings", able.dialect)
    body: dict[str, Any] = {"input": list(texts)}
    if model is not None:
        body["model"] = model
    answer = await server.post("/v1/embeddings", body, seconds=SECONDS_TO_SCORE)
    vectors = sorted(Vectors.model_validate(answer).data, key=lambda vector: vector.index)
    if [vector.index for vector in vectors] != list(range(len(texts))):
        raise ValueError("not one vector a text")
    return [vector.embedding for vector in vectors]
