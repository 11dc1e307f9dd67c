"""Request bodies, with the names and meanings of the OpenAI protocol and of vLLM's extensions.

A field that would have no effect here is refused, unless it holds its neutral value: a client
must not believe in a setting that is ignored.
"""

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Stop = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Zero = Annotated[float, Field(ge=0, le=0)]
One = Annotated[float, Field(ge=1, le=1)]
TokenIds = list[Annotated[int, Field(strict=True)]]


class Body(BaseModel):
    """A JSON object with no unknown field."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class StreamOptions(Body):
    """Options of a streamed answer."""

    include_usage: bool = False


class Generate(Body):
    """What chat and plain completions share."""

    model: str | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=16)] = 1
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=-1)] | None = None  # 0 and -1: the whole vocabulary
    frequency_penalty: Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None
    ignore_eos: bool = False
    cache_salt: Annotated[str, StringConstraints(max_length=256)] | None = None
    user: str | None = None  # for the far end's own records; there are none
    # Fields of the protocol that are not offered, with their neutral values.
    presence_penalty: Zero | None = None
    repetition_penalty: One | None = None
    logprobs: Literal[False] | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """Return the stop strings as a tuple."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())


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

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None  # OpenAI's newer name
    chat_template_kwargs: dict[str, bool | int | float | str] = {}
    response_format: dict[Literal["type"], Literal["text"]] | None = None


class Completion(Generate):
    """The body of POST /v1/completions."""

    prompt: str | TokenIds | list[str] | list[TokenIds]

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
