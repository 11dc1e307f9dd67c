"""Structured replies: what a request wants is compiled, tried and bounded before it runs.

llguidance reads the schemas, regular expressions and grammars. They come from strangers: sizes,
the work of compiling and the work of each step are bounded, and compiling has a thread of its own.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from llguidance import LLMatcher, LLParserLimits
from llguidance.hf import from_tokenizer

from engine.serving.faults import ApiError, bad_request
from engine.serving.http.protocol import Generate
from engine.serving.http.structure_fields import Wanted, wanted_form
from engine.serving.job import Job
from engine.serving.structure.closing import AT_COMPILE, Closer
from engine.serving.structure.rule import StructureRule
from engine.serving.weights.loading import LoadedModel

KEPT = 64  # compiled structures
SECONDS_TO_COMPILE = 30.0  # others in the line and a busy machine included
MOST_REASON_CHARACTERS = 500
# A tenth of llguidance's own: a step must not hold up the neighbours.
LIMITS = LLParserLimits(
    initial_lexer_fuel=500_000,
    step_lexer_fuel=50_000,
    step_max_items=10_000,
    max_lexer_states=25_000,
    max_grammar_size=50_000,
    verbose_errors=False,
)
# Last word over what a schema may ask for by itself ("x-guidance"). No white space between
# values: a small model would never stop writing it.
JSON_OPTIONS: Any = {"whitespace_flexible": False, "lenient": False, "coerce_one_of": False}


@dataclass(frozen=True, slots=True)
class Structure:
    """A compiled form, ready to be followed by any number of replies."""

    prototype: Any
    closer: Closer
    shortest: tuple[int, ...]
    stop_tokens: tuple[int, ...]

    def rule(self, most_tokens: int) -> StructureRule:
        """Return the rule for one reply."""
        return StructureRule(
            self.prototype,
            self.closer,
            self.shortest,
            most_tokens=most_tokens,
            stop_tokens=self.stop_tokens,
        )


class Structures:
    """Compiles what requests want; the newest are kept."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        self._thread = ThreadPoolExecutor(1, "structures")
        self._kept: OrderedDict[tuple[str, Wanted], Structure] = OrderedDict()
        self._tokens = self._thread.submit(read_tokens, loaded)  # a second of work

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def prepare(self, job: Job, body: Generate) -> Job:
        """Return the job with the structure that its body asks for, if any.

        Raises:
            ApiError: 400 when it cannot be compiled, does not fit into the tokens asked for, or
                stands beside a field that would break it.
        """
        wanted = wanted_form(body.response_format, body.structured_outputs)
        if wanted is None:
            return job
        refuse_early_ends(body)
        structure = await self._compiled(job.cache_salt, wanted)
        if len(structure.shortest) > job.most_tokens:
            message = (
                f"the shortest reply of this structure has about {len(structure.shortest)} tokens; "
                f"max_tokens allows {job.most_tokens}"
            )
            raise bad_request("structure_too_long", message, "max_tokens")
        return replace(job, structure=structure)

    async def _compiled(self, salt: str, wanted: Wanted) -> Structure:
        key = (salt, wanted)  # by salt: how fast an answer comes tells nothing of another server
        if key not in self._kept:
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(SECONDS_TO_COMPILE):
                    made = await loop.run_in_executor(self._thread, self._compile, wanted)
            except TimeoutError as error:
                message = f"the {wanted.kind} took too long to compile"
                raise ApiError(503, "structure_slow", message, retry_after=10) from error
            self._kept[key] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _compile(self, wanted: Wanted) -> Structure:
        """Compile, and find a shortest reply."""
        tokens, closer = self._tokens.result()  # came before this in the same thread
        try:
            grammar = GRAMMARS[wanted.kind](wanted.text)
        except ValueError as error:
            raise refusal(wanted, str(error)) from error
        if wanted.kind == "json" and counts_properties(json.loads(wanted.text)):
            raise refusal(wanted, "minProperties is not kept: a key may be written twice")
        _, problems = LLMatcher.validate_grammar_with_warnings(grammar, tokens, limits=LIMITS)
        if problems:  # a warning means that something would be ignored
            raise refusal(wanted, "; ".join(problems))
        matcher = LLMatcher(tokens, grammar, log_level=0, limits=LIMITS)
        if matcher.is_error():
            raise refusal(wanted, matcher.get_error())
        shortest = closer.find(matcher.deep_copy(), (), self.loaded.most_positions, AT_COMPILE)
        if shortest is None:
            raise refusal(wanted, "no reply was found that ends, or the structure is too complex")
        return Structure(matcher, closer, tuple(shortest), tuple(self.loaded.stop_tokens))


GRAMMARS: dict[str, Callable[[str], str]] = {
    "json": lambda text: LLMatcher.grammar_from_json_schema(text, overrides=JSON_OPTIONS),
    "regex": LLMatcher.grammar_from_regex,
    "choice": LLMatcher.grammar_from_lark,
    "grammar": LLMatcher.grammar_from_lark,
}


def read_tokens(loaded: LoadedModel) -> tuple[Any, Closer]:
    """Read the model's vocabulary, which takes a second.

    Raises:
        ApiError: the model has no end token, or a tokenizer that cannot be read.
    """
    if not loaded.stop_tokens:
        raise bad_request("structure_unsupported", "this model has no token that ends a reply")
    try:
        tokens = from_tokenizer(loaded.tokenizer, loaded.vocabulary, eos_token=loaded.stop_tokens)
    except ValueError as error:
        raise bad_request("structure_unsupported", f"this model's tokenizer: {error}") from error
    ids = range(loaded.vocabulary)
    special = {*loaded.tokenizer.all_special_ids, *(i for i in ids if tokens.is_special_token(i))}
    return tokens, Closer([tokens.decode_str([i]) for i in ids], special)


def counts_properties(schema: Any) -> bool:
    """Tell whether a schema asks anywhere for a number of properties that it does not name."""
    if isinstance(schema, list):
        return any(counts_properties(part) for part in schema)
    if not isinstance(schema, dict):
        return False
    count = schema.get("minProperties")  # a property of that name would hold a schema
    named = schema.get("required")
    if isinstance(count, int | float) and count > len(named if isinstance(named, list) else ()):
        return True
    return any(map(counts_properties, schema.values()))


def refusal(wanted: Wanted, reason: str) -> ApiError:
    """Say what is wrong with a form."""
    reason = reason[:MOST_REASON_CHARACTERS]
    return bad_request("invalid_structure", f"the {wanted.kind} cannot be used: {reason}")


def refuse_early_ends(body: Generate) -> None:
    """Refuse what would end a reply before its structure, or not let it end after it."""
    for name in ("stop", "stop_token_ids", "ignore_eos", "banned_strings", "banned_regex"):
        if getattr(body, name):
            message = f"{name} does not go together with structured output, which it could cut off"
            raise bad_request("structure_conflict", message, name)
