"""The route for embeddings, in the form of the OpenAI protocol."""

import base64
import struct
from typing import TYPE_CHECKING, Any

from aiohttp import web

from engine.serving.faults import ApiError, bad_request
from engine.serving.http.protocol import Embeddings

if TYPE_CHECKING:  # it imports torch, which takes seconds, and HTTP is open before that
    from engine.serving.scoring.embeddings import Embedder


def offered(embedder: "Embedder | None") -> "Embedder":
    """Return the embedding model.

    Raises:
        ApiError: there is none.
    """
    if embedder is None:
        message = "this server has no embedding model; its operator can set EMBEDDING_MODEL"
        raise ApiError(404, "embeddings_off", message)
    return embedder


async def embeddings(embedder: "Embedder", body: Embeddings) -> web.Response:
    """Answer with a vector for each text.

    Raises:
        ApiError: another model is asked for, or a text is too long.
    """
    if body.model not in {None, embedder.name}:
        message = f"the embedding model of this server is {embedder.name!r}"
        raise ApiError(404, "model_not_found", message, "model")
    texts = await embedder.read(body.texts)
    longest = max(map(len, texts))
    if longest > embedder.most_tokens:
        message = f"a text has {longest} tokens; this model reads {embedder.most_tokens}"
        raise bad_request("context_length_exceeded", message, "input")
    vectors = await embedder.embed(texts)
    written = encoded if body.encoding_format == "base64" else list[float]
    data = [
        {"object": "embedding", "index": i, "embedding": written(vector)}
        for i, vector in enumerate(vectors)
    ]
    tokens = sum(map(len, texts))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    answer = {"object": "list", "model": embedder.name, "data": data, "usage": usage}
    return web.json_response(answer)


def encoded(vector: list[float]) -> Any:
    """Return a vector as base64 of little-endian fp32, as OpenAI writes it."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
