"""From a body to token ids and limits that cannot hurt the generation loop.

Whatever is not refused here runs beside other people's requests; an empty prompt or a token id
out of range would end all of them.
"""

import inspect
import json
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import TemplateError
from pydantic import ValidationError

from engine.serving.faults import ApiError, bad_request
from engine.serving.http.protocol import (
    Body,
    ChatCompletion,
    ChatMessage,
    Completion,
    Generate,
    Tokenize,
)
from engine.serving.http.sampler_fields import check_token_ids, sampling_of
from engine.serving.job import Job, Served
from engine.serving.replies.bans import read_bans
from engine.serving.scoring.scored_prompt import read_asked

if TYPE_CHECKING:  # it imports torch, which takes seconds, and HTTP is open before that
    pass

COMPLETION_TOKENS = 16  # OpenAI's default of max_tokens for plain completions

B = TypeVar("B", bound=Body)


def parse(kind: type[B], raw: bytes) -> B:
    """Read a JSON body.

    Raises:
        ApiError: it is no JSON, or no body of this kind.
    """
    try:
        return kind.model_validate(json.loads(raw))
    except ValidationError as error:
        first = error.errors()[0]
        param = ".".join(str(part) for part in first["loc"]) or None
        raise bad_request("invalid_value", f"{param}: {first['msg']}", param) from error
    except (ValueError, RecursionError) as error:
        raise bad_request("invalid_json", "the body is not JSON") from error


def check_model(served: Served, asked: str | None) -> None:
    """Refuse another model than the one served."""
    if asked is not None and asked != served.name and asked not in served.adapters:
        message = f"the model {asked!r} does not exist; this server has {served.name!r}"
        raise ApiError(404, "model_not_found", message, "model")


def chat_job(served: Served, body: ChatCompletion) -> Job:
    """Check a chat and make its tokens."""
    check_model(served, body.model)
    prompt = chat_tokens(served, body.messages, body.chat_template_kwargs)
    asked = body.max_tokens if body.max_completion_tokens is None else body.max_completion_tokens
    return make_job(served, body, [prompt], asked, "messages")


def completion_job(served: Served, body: Completion) -> Job:
    """Check plain prompts and make their tokens."""
    check_model(served, body.model)
    prompts = [
        text_tokens(served, prompt) if isinstance(prompt, str) else prompt
        for prompt in body.prompts
    ]
    asked = COMPLETION_TOKENS if body.max_tokens is None else body.max_tokens
    return make_job(served, body, prompts, asked, "prompt")


def make_job(
    served: Served, body: Generate, prompts: list[list[int]], asked: int | None, param: str
) -> Job:
    """Check tokens and lengths, and fill in the defaults."""
    if not prompts:
        raise bad_request("empty_prompt", "there is no prompt", param)
    for prompt in prompts:
        check_tokens(served, prompt, param)
    check_token_ids(body.stop_token_ids or [], served.vocabulary, "stop_token_ids")
    scored = read_asked(
        body.prompt_logprobs, body.score_from, prompts, streams=body.stream, choices=body.n
    )
    only_scores = asked == 0
    if only_scores and scored is None:
        raise bad_request("invalid_value", "max_tokens 0 needs prompt_logprobs", "max_tokens")
    longest = max(len(prompt) for prompt in prompts)
    room = served.context_tokens - longest
    if room < max(asked or 1, 2 if scored else 1):
        message = (
            f"this model reads and writes at most {served.context_tokens} tokens; the prompt has "
            f"{longest} and {asked or 1} more are asked for"
        )
        raise bad_request("context_length_exceeded", message, param)
    return Job(
        prompts=tuple(prompts),
        choices=body.n,
        most_tokens=1 if only_scores else asked or room,
        sampling=sampling_of(body, served.vocabulary),
        stops=body.stops,
        ignore_stop_tokens=body.ignore_eos,
        cache_salt=body.cache_salt or "",
        adapter=None if body.model == served.name else body.model,
        stop_token_ids=frozenset(body.stop_token_ids or ()),
        user=body.user or "",
        is_background=body.priority > 0,
        queue_seconds=body.queue_seconds,
        likeliest=body.likeliest,
        scored=scored,
        only_scores=only_scores,
        bans=read_bans(body.banned_strings, body.banned_regex),
    )


def check_tokens(served: Served, tokens: list[int], param: str) -> None:
    """Refuse tokens that the model's embedding cannot look up."""
    if not tokens:
        raise bad_request("empty_prompt", "the prompt is empty", param)
    check_token_ids(tokens, served.vocabulary, param)


def tokenized(served: Served, body: Tokenize) -> list[int]:
    """Return the tokens of the one text or chat that is asked about."""
    if (body.prompt is None) == (body.messages is None):
        raise bad_request("invalid_value", "give either prompt or messages")
    if isinstance(body.prompt, str):
        return text_tokens(served, body.prompt, special=body.add_special_tokens)
    return chat_tokens(
        served,
        body.messages or [],
        body.chat_template_kwargs,
        reply_follows=body.add_generation_prompt,
    )


def text_tokens(served: Served, text: str, *, special: bool = True) -> list[int]:
    """Return the tokens of a text."""
    refuse_lone_surrogates(text)
    tokens: list[int] = served.tokenizer.encode(text, add_special_tokens=special)
    return tokens


def chat_tokens(
    served: Served,
    messages: list[ChatMessage],
    variables: dict[str, Any],
    *,
    reply_follows: bool = True,
) -> list[int]:
    """Return the tokens of a chat, laid out by the model's own template."""
    for message in messages:
        refuse_lone_surrogates(message.text)
    if served.tokenizer.chat_template is None:
        raise bad_request("no_chat_template", "this model has no chat template", "messages")
    refuse_own_variables(served, variables)
    try:
        encoded = served.tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.text} for message in messages],
            add_generation_prompt=reply_follows,
            return_dict=True,
            # A template that knows thinking would put it before the story.
            **{"enable_thinking": False} | variables,
        )
    except TemplateError as error:
        raise bad_request("template_refused", f"the chat template: {error}", "messages") from error
    tokens: list[int] = encoded["input_ids"]
    return tokens


def refuse_own_variables(served: Served, variables: dict[str, Any]) -> None:
    """Refuse what would not reach the template: another template, padding, the chat itself."""
    own = {"messages", *inspect.signature(served.tokenizer.apply_chat_template).parameters}
    if taken := sorted(own & variables.keys()):
        message = f"{taken[0]} is no variable of the chat template that a request may set"
        raise bad_request("invalid_value", message, "chat_template_kwargs")


def refuse_lone_surrogates(text: str) -> None:
    """Refuse text that JSON can carry and no tokenizer can read."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("invalid_text", "the text is not valid Unicode") from error
