"""The samplers that a request may name: their ranges, and what they come to.

Names and meanings are those of OpenAI and vLLM, and of llama.cpp's server for what those two lack
(`docs/samplers.md`). Lists are bounded because the generation loop pays for every entry.
"""

import secrets
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.serving.drawing.sampling import Sampling
from engine.serving.faults import bad_request

LEAST_TEMPERATURE = 0.001  # below, the division would overflow, and the draw is greedy anyway
MOST_BIASES = 1024
MOST_BREAKERS = 64
MOST_BREAKER_CHARACTERS = 64
DEFAULT_BREAKERS = ("\n", ":", '"', "*")  # llama.cpp's
# Both choose among several likely tokens; at temperature 0 there is one.
NEED_CHANCE = ("xtc_probability", "dynatemp_range")

TokenKey = Annotated[str, StringConstraints(pattern="^(0|[1-9][0-9]{0,8})$")]
Bias = Annotated[float, Field(ge=-100, le=100)]
Breaker = Annotated[str, StringConstraints(min_length=1, max_length=MOST_BREAKER_CHARACTERS)]


class Samplers(BaseModel):
    """The fields of a body that say how tokens are drawn; None: the neutral value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: Annotated[float, Field(ge=0, le=5)] | None = None
    dynatemp_range: Annotated[float, Field(ge=0, le=5)] | None = None
    dynatemp_exponent: Annotated[float, Field(ge=0, le=10)] | None = None
    top_k: Annotated[int, Field(ge=-1, lt=2**31)] | None = None  # 0 and -1: the whole vocabulary
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    min_p: Annotated[float, Field(ge=0, le=1)] | None = None
    typical_p: Annotated[float, Field(gt=0, le=1)] | None = None
    repetition_penalty: Annotated[float, Field(ge=0.1, le=10)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    no_repeat_ngram_size: Annotated[int, Field(ge=0, le=100)] | None = None
    dry_multiplier: Annotated[float, Field(ge=0, le=100)] | None = None
    dry_base: Annotated[float, Field(ge=1, le=10)] | None = None
    dry_allowed_length: Annotated[int, Field(ge=1, le=1000)] | None = None
    dry_penalty_last_n: Annotated[int, Field(ge=-1, lt=2**31)] | None = None
    dry_sequence_breakers: Annotated[list[Breaker], Field(max_length=MOST_BREAKERS)] | None = None
    xtc_probability: Annotated[float, Field(ge=0, le=1)] | None = None
    # Above a half there are never two tokens to choose from.
    xtc_threshold: Annotated[float, Field(ge=0, le=0.5)] | None = None
    logit_bias: Annotated[dict[TokenKey, Bias], Field(max_length=MOST_BIASES)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None


def sampling_of(asked: Samplers, vocabulary: int) -> Sampling:
    """Return the samplers of a request; a missing seed is drawn here.

    Raises:
        ApiError: a token is out of range, or a setting would have no effect.
    """
    values = {name: getattr(asked, name) for name in Samplers.model_fields}
    values = {name: value for name, value in values.items() if value is not None}
    values["top_k"] = min(max(asked.top_k or 0, 0), vocabulary)
    if asked.temperature is not None and asked.temperature < LEAST_TEMPERATURE:
        refuse_without_chance(values)
        values |= {"temperature": 1.0, "top_k": 1}
    values["dry_sequence_breakers"] = tuple(values.get("dry_sequence_breakers", DEFAULT_BREAKERS))
    values["logit_bias"] = biases(asked.logit_bias or {}, vocabulary)
    return Sampling(**{"seed": secrets.randbits(31)} | values)


def refuse_without_chance(values: dict[str, Any]) -> None:
    """Refuse what would have no effect at temperature 0."""
    for name in NEED_CHANCE:
        if values.get(name):
            raise bad_request("no_effect", f"{name} has no effect at temperature 0", name)


def biases(asked: dict[str, float], vocabulary: int) -> tuple[tuple[int, float], ...]:
    """Return the biases by token id."""
    found = tuple((int(token), bias) for token, bias in asked.items())
    check_token_ids([token for token, _ in found], vocabulary, "logit_bias")
    return found


def check_token_ids(tokens: list[int], vocabulary: int, param: str) -> None:
    """Refuse tokens that the model does not have."""
    if tokens and not 0 <= min(tokens) <= max(tokens) < vocabulary:
        message = f"a token id is not in 0 to {vocabulary - 1}"
        raise bad_request("token_out_of_range", message, param)
