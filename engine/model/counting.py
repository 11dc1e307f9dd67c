"""Token counts, by whatever route a server has for them."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.model.capabilities import Counting
from engine.model.protocol import TokenCount, TokenCounts, TokenIds
from engine.model.survey import Server

SECONDS_TO_ANSWER = 10.0  # a question that needs no model
BATCH_CHARACTERS = 100_000  # well below a mebibyte, the most that our server takes
BLANK_TOKENS = 1  # that some tokenizers put before a text


async def count(server: Server, counting: Counting, texts: Sequence[str]) -> list[int]:
    """Count the tokens of each text, without special tokens.

    Where nobody counts, the estimate is from above: a token for each byte, and one for a blank.
    """
    if counting is Counting.NONE:
        return [len(text.encode()) + BLANK_TOKENS for text in texts]
    if counting is Counting.MANY:
        counts = [await count_batch(server, some) for some in batches(texts)]
        return [each for some in counts for each in some]
    return [await count_one(server, counting, text) for text in texts]


async def count_batch(server: Server, texts: list[str]) -> list[int]:
    """Count several texts at once."""
    body = {"prompt": texts, "add_special_tokens": False}
    answer = await server.post("/tokenize", body, seconds=SECONDS_TO_ANSWER)
    counts = TokenCounts.model_validate(answer).counts
    if len(counts) != len(texts):
        raise ValueError("not one count a text")
    return counts


async def count_one(server: Server, counting: Counting, text: str) -> int:
    """Count one text; llama-cpp-python's count may hold one token too many."""
    if counting is Counting.EXTRAS:
        body: dict[str, Any] = {"input": text}
        answer = await server.post("/extras/tokenize/count", body, seconds=SECONDS_TO_ANSWER)
        return TokenCount.model_validate(answer).count
    if counting is Counting.CONTENT:
        body = {"content": text, "add_special": False, "parse_special": False}
        answer = await server.post("/tokenize", body, seconds=SECONDS_TO_ANSWER)
        return len(TokenIds.model_validate(answer).tokens)
    body = {"prompt": text, "add_special_tokens": False}
    answer = await server.post("/tokenize", body, seconds=SECONDS_TO_ANSWER)
    return TokenCount.model_validate(answer).count


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Split texts into lists that our server takes in one request, in order."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and characters + len(text) > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    yield batch
