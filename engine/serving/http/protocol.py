"""Request bodies, with the names and meanings of the OpenAI protocol and of vLLM's extensions.

A field that would have no effect here is refused, unless it holds its neutral value: a client
must not believe in a setting that is ignored.
"""

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.serving.faults import bad_request
from engine.serving.http.sampler_fields import Samplers
from engine.serving.http.structure_fields import ResponseFormat, StructuredOutputs
from engine.serving.replies import bans

Stop = Annotated[str, StringConstraints(min_length=1, max_length=256)]
BannedString = Annotated[
    str, StringConstraints(min_length=1, max_length=bans.MOST_STRING_CHARACTERS)
]
BannedRegex = Annotated[
    str, StringConstraints(min_length=1, max_length=bans.MOST_PATTERN_CHARACTERS)
]
MOST_LOGPROBS = 20  # likeliest tokens in the place of each, as at vLLM
InputText = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
MOST_TEXTS = 256  # in one request for embeddings
TokenIds = list[Annotated[int, Field(strict=True)]]


class Body(BaseModel):
    """A JSON object with no unknown field."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class StreamOptions(Body):
    """Options of a streamed answer."""

    include_usage: bool = False


class Generate(Samplers, Body):
    """What chat and plain completions share."""

    model: str | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=16)] = 1
    max_tokens: Annotated[int, Field(ge=0)] | None = None  # 0: only score the prompt
    prompt_logprobs: Annotated[int, Field(ge=0, le=MOST_LOGPROBS)] | None = None
    score_from: Annotated[int, Field(ge=1)] | None = None  # the first token that is scored
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None
    stop_token_ids: Annotated[TokenIds, Field(max_length=64)] | None = None
    banned_strings: Annotated[list[BannedString], Field(max_length=bans.MOST_STRINGS)] | None = None
    banned_regex: Annotated[list[BannedRegex], Field(max_length=bans.MOST_PATTERNS)] | None = None
    ignore_eos: bool = False
    cache_salt: Annotated[str, StringConstraints(max_length=256)] | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None
    # The salt's share of the server is divided among its users: a Discord server's channels.
    user: Annotated[str, StringConstraints(max_length=256)] | None = None
    # vLLM's: the lower goes first. 0 for what somebody waits for; above, background work.
    priority: Annotated[int, Field(ge=0, le=10)] = 0
    # How long it may wait for its place in the batch; None: as long as it takes.
    queue_seconds: Annotated[float, Field(gt=0, le=86_400)] | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """Return the stop strings as a tuple."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    @property
    def likeliest(self) -> int | None:
        """Return how many of the likeliest tokens to tell with each; None: not even its own."""
        raise NotImplementedError


class TextPart(Body):
    """A piece of a message's content."""

    type: Literal["text"]
    text: str


class ChatMessage(Body):
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str | list[TextPart]

    @property
    def text(self) -> str:
        """Return the content as one string."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content)


class ChatCompletion(Generate):
    """The body of POST /v1/chat/completions."""

    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MOST_LOGPROBS)] | None = None
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None  # OpenAI's newer name
    chat_template_kwargs: dict[str, bool | int | float | str] = {}

    @property
    def likeliest(self) -> int | None:
        """Return how many of the likeliest tokens to tell."""
        if self.logprobs:
            return self.top_logprobs or 0
        if self.top_logprobs is not None:
            raise bad_request("no_effect", "top_logprobs needs logprobs", "top_logprobs")
        return None


class Completion(Generate):
    """The body of POST /v1/completions."""

    logprobs: Annotated[int, Field(strict=True, ge=0, le=MOST_LOGPROBS)] | None = None
    prompt: str | TokenIds | list[str] | list[TokenIds]

    @property
    def likeliest(self) -> int | None:
        """Return how many of the likeliest tokens to tell."""
        return self.logprobs

    @property
    def prompts(self) -> list[str] | list[list[int]]:
        """Return the prompts as a list, also when there is one."""
        if isinstance(self.prompt, str):
            return [self.prompt]
        if not self.prompt or isinstance(self.prompt[0], int):
            return [cast("list[int]", self.prompt)]
        return self.prompt


class Tokenize(Body):
    """The body of POST /tokenize: one text, several texts (counts only), or a chat."""

    model: str | None = None
    prompt: str | list[str] | None = None
    messages: list[ChatMessage] | None = None
    add_special_tokens: bool = True
    add_generation_prompt: bool = True
    chat_template_kwargs: dict[str, bool | int | float | str] = {}


class Embeddings(Body):
    """The body of POST /v1/embeddings."""

    model: str | None = None
    input: InputText | Annotated[list[InputText], Field(min_length=1, max_length=MOST_TEXTS)]
    encoding_format: Literal["float", "base64"] = "float"
    user: str | None = None  # for the far end's own records; there are none

    @property
    def texts(self) -> list[str]:
        """Return the texts as a list, also when there is one."""
        return [self.input] if isinstance(self.input, str) else self.input
