"""What is asked of a model server and what comes back."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat prompt. Special tokens in `text` are broken already."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. Neutral values switch a sampler off.

    Names and meanings as in the OpenAI protocol and vLLM where they have them, and as in
    llama.cpp's server for the rest (`docs/samplers.md`).
    """

    temperature: float = 0.8
    dynatemp_range: float = 0.0  # temperature moves by so much either way, with the entropy
    dynatemp_exponent: float = 1.0
    top_k: int = 50  # 0: all
    top_p: float = 0.95
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0  # of tokens in prompt and reply
    presence_penalty: float = 0.0  # of tokens in the reply
    frequency_penalty: float = 0.4  # likewise; small models go round in circles without one
    no_repeat_ngram_size: int = 0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_penalty_last_n: int = -1  # tokens looked back at; -1: all
    dry_sequence_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1


class Priority(IntEnum):
    """Who goes first; a lower number. As vLLM's `priority`."""

    INTERACTIVE = 0  # somebody looks at the screen
    BACKGROUND = 10  # summaries, canon, scoring


@dataclass(frozen=True, slots=True)
class Banned:
    """What a reply must not contain. Case does not count; words are matched whole."""

    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()  # regular expressions in RE2's syntax


@dataclass(frozen=True, slots=True)
class Structure:
    """What form a reply must have: exactly one of the four is given."""

    json_schema: Mapping[str, Any] | None = None
    choice: tuple[str, ...] = ()
    regex: str | None = None
    grammar: str | None = None  # Lark, as llguidance reads it


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One reply to be generated."""

    messages: tuple[Message, ...]
    most_tokens: int
    seed: int
    sampling: Sampling = Sampling()
    stop: tuple[str, ...] = ()
    banned: Banned = Banned()
    structure: Structure | None = None
    adapter: str | None = None  # a name that the server lists beside its base model
    priority: Priority = Priority.INTERACTIVE
    cache_salt: str = ""  # requests share cached prefixes only within one salt; one salt a server
    channel: str = ""  # the fair share of a server is divided by channel


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request waits in the server's queue; `place` 1 is next."""

    place: int
    expected_seconds: float | None = None  # None: the server cannot tell


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more text; the last piece of a stream has `finish` set and counts known.

    While the request waits in the server's queue, pieces without text tell its place.
    """

    text: str
    finish: Literal["stop", "length"] | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0
    waiting: Place | None = None


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

    async def fit(self, request: ModelRequest) -> ModelRequest:
        """Return the request as this server will carry it out: what it lacks is neutral.

        Raises:
            ModelUnavailable: the server cannot be asked.
            Unsupported: the request stands or falls with what the server lacks.
        """
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Piece, None]:
        """Yield the reply as it is written; close the generator to cancel the request.

        Raises:
            Unsupported: the request stands or falls with what the server lacks.
            ModelUnavailable: no answer, not ready, queue full for long, or no piece for
                `seconds_between_tokens`.
            PromptRefused: the server calls the request wrong.
            GenerationFailed: the server broke off.
        """
        ...

    async def load_adapter(self, name: str, path: str) -> None:
        """Load the adapter at `path`, a folder on the server's machine, under a name.

        Raises:
            ModelUnavailable: the server cannot be asked.
            PromptRefused: the server refuses this adapter.
            Unsupported: it loads none while it runs.
        """
        ...

    async def unload_adapter(self, name: str) -> None:
        """Forget an adapter. Raise as `load_adapter`."""
        ...

    async def list_adapters(self) -> frozenset[str]:
        """Return the names of the adapters that are loaded now. Raise ModelUnavailable."""
        ...

    async def score(
        self, prompt: str, candidates: Sequence[str], *, cache_salt: str = ""
    ) -> list[float]:
        """Return how likely each candidate is after the prompt: natural logs, summed over tokens.

        Raises:
            ModelUnavailable: the server cannot be asked.
            PromptRefused: it refuses the texts, for instance as too long.
            GenerationFailed: it broke off.
            Unsupported: it gives no likelihoods.
        """
        ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text. Raise as `score`."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
