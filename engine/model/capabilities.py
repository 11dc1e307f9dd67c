"""What a model server can do, as far as it was found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from engine.model.request import Sampling

SAMPLERS = frozenset(each.name for each in fields(Sampling))
STRUCTURES = frozenset({"json_schema", "choice", "regex", "grammar"})

# Parameters that do nothing while the sampler they belong to is off.
PARTS = {
    "dynatemp_exponent": "dynatemp_range",
    "dry_base": "dry_multiplier",
    "dry_allowed_length": "dry_multiplier",
    "dry_penalty_last_n": "dry_multiplier",
    "dry_sequence_breakers": "dry_multiplier",
    "xtc_threshold": "xtc_probability",
}


class Dialect(StrEnum):
    """Which program speaks the protocol. The names are those that operators know."""

    SCRIPTORIUM = "Scriptorium"
    VLLM = "vLLM"
    LLAMA_SERVER = "llama-server (llama.cpp)"
    LLAMA_CPP_PYTHON = "llama_cpp.server (llama-cpp-python)"
    TRANSFORMERS = "transformers serve"
    OTHER = "an OpenAI-compatible API"


class Bans(StrEnum):
    """How well banned phrases are kept out of replies."""

    NONE = "none"
    TOKENS = "tokens"  # a phrase in its usual spelling; no patterns
    FULL = "full"  # phrases in any case, and patterns


class JsonForm(StrEnum):
    """How `response_format` carries a JSON schema."""

    SCHEMA = "json_schema"  # OpenAI's
    OBJECT = "json_object"  # llama-cpp-python's: the schema beside the type


class Scoring(StrEnum):
    """How the likelihood of a given text is asked for."""

    NONE = "none"
    PROMPT = "prompt_logprobs"  # vLLM's
    ECHO = "echo"  # OpenAI's old completions: `echo` with `logprobs`


class Counting(StrEnum):
    """How tokens are counted."""

    NONE = "none"  # estimated from the bytes
    MANY = "many"  # ours: several texts at once
    ONE = "one"  # vLLM's /tokenize: one text at a time
    CONTENT = "content"  # llama-server's /tokenize
    EXTRAS = "extras"  # llama-cpp-python's /extras/tokenize/count


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one running server can do. The defaults are those of the barest of servers."""

    dialect: Dialect = Dialect.OTHER
    version: str = ""
    samplers: frozenset[str] = frozenset()  # names of `Sampling`
    seed: bool = False
    stop: bool = False
    usage: bool = False  # token counts at the end of a stream
    thinking: bool = False  # `chat_template_kwargs`, which switch a model's thinking off
    structures: frozenset[str] = frozenset()  # of STRUCTURES
    json_form: JsonForm = JsonForm.SCHEMA
    guided: bool = False  # structures by the names that vLLM had before 0.12
    bans: Bans = Bans.NONE
    adapters: bool = False  # requests can name one
    adapter_loading: bool = False  # at run time
    adapter_ids: Mapping[str, int] = field(default_factory=dict)  # llama-server's, by name
    cache_salt: bool = False
    priority: bool = False
    fair_shares: bool = False  # of channels, by `user`
    queue_places: bool = False  # told to those who wait
    scoring: Scoring = Scoring.NONE
    counting: Counting = Counting.NONE
    embeddings: bool = False
    context_tokens: int | None = None
    length_field: str = "max_tokens"
