"""The two forms in which the OpenAI protocol gives text: chat messages and plain completions."""

import time
import uuid
from typing import Any

from engine.serving.replies.logprobs import chat_logprobs, text_logprobs
from engine.serving.replies.writing import Piece, Usage


class Form:
    """What both forms share: who answers, and the envelope around choices."""

    prefix: str
    whole_object: str
    chunk_object: str

    def __init__(self, model: str) -> None:
        self.head = {
            "id": self.prefix + uuid.uuid4().hex,
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, choices: list[dict[str, Any]], usage: Usage) -> dict[str, Any]:
        """Return an answer that is not streamed."""
        return self.head | {
            "object": self.whole_object,
            "choices": choices,
            "usage": usage.body(),
        }

    def scored(self, answer: dict[str, Any], scores: dict[int, Any]) -> dict[str, Any]:
        """Return the answer with the scores of the prompts, where vLLM puts them."""
        for i, places in scores.items():
            answer["choices"][i]["prompt_logprobs"] = places
        return answer

    def chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        """Return one event of a stream."""
        return self.head | {"object": self.chunk_object, "choices": choices}

    def opening(self, choices: int) -> list[dict[str, Any]]:
        """Return what a stream begins with."""
        raise NotImplementedError

    def choice(self, piece: Piece) -> dict[str, Any]:
        """Return a whole choice."""
        raise NotImplementedError

    def delta(self, piece: Piece) -> dict[str, Any]:
        """Return a piece of a choice."""
        raise NotImplementedError


class Chat(Form):
    """The form of /v1/chat/completions."""

    prefix = "chatcmpl-"
    whole_object = "chat.completion"
    chunk_object = "chat.completion.chunk"

    def opening(self, choices: int) -> list[dict[str, Any]]:
        """Begin each choice with its role."""
        delta = {"role": "assistant", "content": ""}
        return [{"index": i, "delta": delta, "finish_reason": None} for i in range(choices)]

    def choice(self, piece: Piece) -> dict[str, Any]:
        """Return a message."""
        message = {"role": "assistant", "content": piece.text}
        return {"index": piece.choice, "message": message} | self.end(piece)

    def delta(self, piece: Piece) -> dict[str, Any]:
        """Return more of a message."""
        return {"index": piece.choice, "delta": {"content": piece.text}} | self.end(piece)

    def scored(self, answer: dict[str, Any], scores: dict[int, Any]) -> dict[str, Any]:
        """Return the answer with the scores of its one prompt."""
        return answer | ({"prompt_logprobs": scores[0]} if scores else {})

    def end(self, piece: Piece) -> dict[str, Any]:
        """Return what a choice and a piece of one end with."""
        logprobs = chat_logprobs(piece.logprobs) if piece.logprobs else None
        return {"logprobs": logprobs, "finish_reason": piece.finish}


class Text(Form):
    """The form of /v1/completions."""

    prefix = "cmpl-"
    whole_object = chunk_object = "text_completion"

    def opening(self, choices: int) -> list[dict[str, Any]]:
        """Begin with empty texts, so that the reader knows that it was accepted."""
        return [self.delta(Piece(i, "")) for i in range(choices)]

    def choice(self, piece: Piece) -> dict[str, Any]:
        """Return a text."""
        return {
            "index": piece.choice,
            "text": piece.text,
            "finish_reason": piece.finish,
            "logprobs": text_logprobs(piece.logprobs) if piece.logprobs else None,
        }

    delta = choice
