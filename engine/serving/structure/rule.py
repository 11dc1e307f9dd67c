"""Keeps one reply within its structure, and lets it end in time."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, inf

from engine.serving.structure.closing import AT_THE_END, IN_LOOP, Closer, allowed_tokens

# A way to close is never longer, unless the shortest reply is: then nobody could nest so deeply
# that no parser follows.
MOST_TO_CLOSE = 64


class StructureRule:
    """A `Rule` and `Guard` for one reply.

    At each token a way is known that ends the structure within what is left. A drawn token that
    leaves no such way is replaced by the next token of the known one, so the reply always closes.
    Everything is for the generation loop.
    """

    def __init__(
        self,
        prototype: Any,
        closer: Closer,
        shortest: Sequence[int],
        *,
        most_tokens: int,
        stop_tokens: Sequence[int],
    ) -> None:
        """Begin a reply; `shortest` closes it and has at most `most_tokens`."""
        self.prototype = prototype
        self.closer = closer
        self.most_tokens = most_tokens
        self.most_to_close = max(MOST_TO_CLOSE, len(shortest))
        self.stop_tokens = list(stop_tokens)
        self.matcher = prototype.deep_copy()
        self.written: list[int] = []
        self.way = list(shortest)
        self.drawn: tuple[int, Any, list[int]] | None = None  # a token, its matcher, its way

    def __call__(self, logits: Tensor, reply: list[int]) -> None:
        """Leave only tokens that may follow."""
        self.follow(reply)
        if self.matcher.is_stopped() and not self.matcher.is_error():
            allowed = self.closer.none()
            allowed[self.stop_tokens] = True
        else:
            allowed = allowed_tokens(self.matcher, len(logits)) & self.closer.plain
            allowed[self.stop_tokens] = self.matcher.is_accepting()
        if self.matcher.is_error():  # its limits were met; the known way needs no matcher
            allowed = self.closer.none()
            allowed[self.way[:1] or self.stop_tokens] = True
        logits.masked_fill_(~allowed.to(logits.device), -inf)

    def way_out(self) -> int:
        """Return a token that leads to the end."""
        return self.way[0] if self.way else self.stop_tokens[0]

    def check(self, token: int, reply: list[int]) -> int:
        """Return the token that is to be written, given the one that was drawn."""
        self.drawn = None
        if token in self.stop_tokens or token == self.way_out():
            return token
        matcher = self.matcher.deep_copy()
        if matcher.consume_token(token) and not matcher.is_error():
            most = min(self.most_tokens - len(reply) - 1, self.most_to_close)
            effort = IN_LOOP if len(self.way) < most - 1 else AT_THE_END
            way = self.closer.find(matcher, self.way, most, effort)
            if way is not None:
                self.drawn = (token, matcher, way)
                return token
        return self.way_out()

    def follow(self, reply: list[int]) -> None:
        """Take in what was written since, or begin again where the reply was taken back."""
        same = 0
        while same < len(self.written) and reply[same : same + 1] == self.written[same : same + 1]:
            same += 1
        if same < len(self.written):
            self.go_back(same)
        for token in reply[len(self.written) :]:
            self.take_in(token)

    def go_back(self, keep: int) -> None:
        """Return to an earlier place; what was written from there was a way to the end."""
        self.way = self.written[keep:] + self.way
        self.written = self.written[:keep]
        self.drawn = None
        self.matcher = self.prototype.deep_copy()
        self.matcher.consume_tokens(self.written)

    def take_in(self, token: int) -> None:
        """Take in one token."""
        if self.drawn and self.drawn[0] == token:
            _, self.matcher, self.way = self.drawn
        else:
            if not self.way or token != self.way[0]:
                raise RuntimeError("a token was written that leads to no known end")
            self.matcher.consume_token(token)
            del self.way[0]
        self.drawn = None
        self.written.append(token)
