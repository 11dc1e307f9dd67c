"""What a connection raises, as what the engine raises.

Reasons are codes and types, never the server's sentences, and the library's error is not chained:
some servers quote the prompt in what they say.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from engine.errors import Failed, GenerationFailed, ModelUnavailable, PromptRefused

INTERNAL_ERROR = 500
NOT_READY = "not_ready"  # our server's code while it loads, recovers or drains
NOT_THERE = frozenset({429, 502, 503, 504})  # the server, or what stands before it, says so

# What reading an answer raises when it is not JSON, not of the right shape, or nested absurdly.
UNREADABLE = (ValueError, RecursionError)


@contextmanager
def reading_a_reply() -> Iterator[None]:
    """Raise ModelUnavailable, PromptRefused or GenerationFailed for what goes wrong inside."""
    try:
        yield
    except APIError as error:
        raise translate(error) from None
    except UNREADABLE:
        raise GenerationFailed("unreadable answer") from None


@contextmanager
def reading_of_the_server() -> Iterator[None]:
    """Raise ModelUnavailable for what goes wrong inside, whatever it is."""
    try:
        yield
    except APIError as error:
        raise ModelUnavailable(name_fault(error)) from None
    except UNREADABLE:
        raise ModelUnavailable("unreadable answer") from None


def translate(error: APIError) -> Failed:
    """Return what the engine raises for an error of a request for a reply."""
    reason = name_fault(error)
    status = error.status_code if isinstance(error, APIStatusError) else None
    if isinstance(error, APIConnectionError) or status in NOT_THERE or error.code == NOT_READY:
        return ModelUnavailable(reason)
    if status is None or status >= INTERNAL_ERROR:  # None: an error event within the stream
        return GenerationFailed(reason)
    return PromptRefused(status, reason)


def name_fault(error: APIError) -> str:
    """Return the status and the server's code or type for an error, as far as there are any."""
    if isinstance(error, APITimeoutError):
        return "no connection in time"
    if isinstance(error, APIConnectionError):
        return "the connection failed"
    name = error.code or error.type
    known = name if isinstance(name, str) and name else type(error).__name__
    return f"HTTP {error.status_code}: {known}" if isinstance(error, APIStatusError) else known
