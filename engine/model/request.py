"""What is asked of a model server and what comes back."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat prompt. Special tokens in `text` are broken already."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. Names and ranges as in the OpenAI protocol and vLLM."""

    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 50
    frequency_penalty: float = 0.4  # small models go round in circles without one


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One reply to be generated."""

    messages: tuple[Message, ...]
    most_tokens: int
    seed: int
    sampling: Sampling = Sampling()
    stop: tuple[str, ...] = ()
    cache_salt: str = ""  # requests share cached prefixes only within one salt; one salt a server


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more text; the last piece of a stream has `finish` set and counts known."""

    text: str
    finish: Literal["stop", "length"] | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a prompt has to know of the model that is served."""

    name: str
    context_tokens: int  # prompt and reply together
    tokenizer: str  # changes whenever token counts may change
    special_tokens: tuple[str, ...]  # to be broken in untrusted text; () when the server tells none


class Model(Protocol):
    """A model server, real or scripted. The one seam with two implementations."""

    async def info(self) -> ModelInfo:
        """Describe the served model. Raise ModelUnavailable when it cannot be asked."""
        ...

    async def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without special tokens. Raise ModelUnavailable."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """Yield the reply as it is written; close the generator to cancel the request.

        Raises:
            ModelUnavailable: no answer, not ready, queue full for long, or no piece for
                `seconds_between_tokens`.
            PromptRefused: the server calls the request wrong.
            GenerationFailed: the server broke off.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
