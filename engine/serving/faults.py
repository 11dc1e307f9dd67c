"""What a client is told when a request cannot be served, in the form of the OpenAI protocol."""

from dataclasses import dataclass


@dataclass
class ApiError(Exception):
    """An answer other than 200. `message` is for people, `code` for programs."""

    status: int
    code: str
    message: str
    param: str | None = None
    retry_after: int | None = None  # seconds

    def body(self) -> dict[str, object]:
        """Return the JSON body."""
        return {
            "error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }
        }

    @property
    def kind(self) -> str:
        """Return OpenAI's word for whose fault it is."""
        if self.status == 429:
            return "rate_limit_error"
        if self.status == 401:
            return "authentication_error"
        return "invalid_request_error" if self.status < 500 else "server_error"


def bad_request(code: str, message: str, param: str | None = None) -> ApiError:
    """Make the answer to a request that can never work."""
    return ApiError(400, code, message, param)


def queue_full(waiting: int, retry_after: int) -> ApiError:
    """Make the answer to a request for which there is no place."""
    message = f"{waiting} requests wait already; try again later"
    return ApiError(429, "queue_full", message, retry_after=retry_after)


def waited_too_long(seconds: float) -> ApiError:
    """Make the answer to a request whose place did not come in the time it had."""
    message = f"its turn did not come within {seconds:g} seconds"
    return ApiError(503, "waited_too_long", message, "queue_seconds", retry_after=10)


def not_ready(state: str) -> ApiError:
    """Make the answer while the model loads, recovers or drains."""
    return ApiError(503, "not_ready", f"the model server is {state}", retry_after=2)


def generation_failed(reason: str) -> ApiError:
    """Make the answer to a request that broke while it ran."""
    return ApiError(500, "generation_failed", f"the request broke: {reason}")
