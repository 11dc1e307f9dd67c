"""What a model server answers, as far as it is read. Unknown fields are left alone.

Fields that only our server or vLLM sends have a value for their absence.
"""

from typing import Annotated

from pydantic import BaseModel, Field

Count = Annotated[int, Field(ge=0)]


class ModelEntry(BaseModel):
    """One served model, or an adapter of one."""

    id: str
    owned_by: str | None = None
    parent: str | None = None  # ours and vLLM's: the model that an adapter belongs to
    max_model_len: Annotated[int, Field(gt=0)] | None = None  # vLLM's
    tokenizer: str | None = None  # ours
    special_tokens: tuple[str, ...] = ()  # ours


class ModelList(BaseModel):
    """`GET /v1/models`."""

    data: Annotated[list[ModelEntry], Field(min_length=1)]


class TokenCount(BaseModel):
    """`POST /tokenize` of one text, as vLLM answers it."""

    count: Count


class TokenIds(BaseModel):
    """`POST /tokenize` of one text, as every server answers it that has the route."""

    tokens: list[int]


class TokenCounts(BaseModel):
    """`POST /tokenize` of several texts, as only our server answers it."""

    counts: list[Count]


class Health(BaseModel):
    """`GET /health`; elsewhere than at our server the body is empty."""

    state: str
    running: Count
    seconds_since_token: float | None


class Delta(BaseModel):
    """The new text of a chunk."""

    content: str | None = None


class Choice(BaseModel):
    """A chunk's part of one reply; there is one, for one is asked for."""

    delta: Delta = Delta()
    finish_reason: str | None = None


class PromptDetails(BaseModel):
    """How much of the prompt came out of the prefix cache."""

    cached_tokens: Count | None = None


class Usage(BaseModel):
    """The token counts of a request."""

    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    prompt_tokens_details: PromptDetails | None = None


class QueuePlace(BaseModel):
    """Where a request waits; only our server tells it, in chunks without text."""

    place: Count
    expected_seconds: float | None = None


class Chunk(BaseModel):
    """One event of a streamed reply."""

    choices: list[Choice] = []
    usage: Usage | None = None
    queue: QueuePlace | None = None

    @property
    def text(self) -> str:
        """The new text, perhaps empty."""
        return "".join(choice.delta.content or "" for choice in self.choices)

    @property
    def finish(self) -> str | None:
        """Why the reply ended, if it did."""
        return next((c.finish_reason for c in self.choices if c.finish_reason), None)
