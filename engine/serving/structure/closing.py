"""The shortest way to close a structured reply, found by trying.

A reply may be cut off at any token, so at each one a way is known that ends the structure within
what is left. Ways are found by writing on with copies of the matcher: a copy costs a microsecond.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor

CLOSERS = frozenset("\"'}])>")  # text of only these ends what is open, in nearly all languages
BITS = torch.tensor([1, 2, 4, 8, 16, 32, 64, 128], dtype=torch.uint8)


ENDS = 8  # of a known way that are tried, from the longest that fits


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look."""

    width: int  # unfinished ways that are followed beside each other
    trials: int  # tokens that are tried in all
    kinds: tuple[int, int, int, int]  # of long tokens, closers, short ones and marks, so many
    twice: bool  # once more with long tokens preferred: for text that has a least length


AT_COMPILE = Effort(width=12, trials=8_000, kinds=(4, 12, 12, 40), twice=True)
IN_LOOP = Effort(width=4, trials=600, kinds=(1, 6, 3, 2), twice=False)
AT_THE_END = Effort(width=2, trials=40, kinds=(0, 4, 2, 2), twice=False)


@dataclass(frozen=True, slots=True)
class Node:
    """A beginning of a way: where it leads, and its tokens."""

    matcher: Any
    way: tuple[int, ...]
    characters: int


class Closer:
    """Finds ways to close for one tokenizer."""

    def __init__(self, texts: Sequence[str], special: Iterable[int]) -> None:
        """Take the text of every token; special tokens are never part of a way."""
        self.plain = torch.ones(len(texts), dtype=torch.bool)
        self.plain[list(special)] = False
        self.lengths = [len(text) for text in texts]
        ids = [i for i, text in enumerate(texts) if text and self.plain[i]]
        closers = sorted(
            (i for i in ids if CLOSERS.issuperset(texts[i])), key=lambda i: len(texts[i])
        )
        marks = [i for i in ids if len(texts[i]) == 1 and not texts[i].isalnum()]
        short = sorted(ids, key=lambda i: (len(texts[i]), not texts[i].isalnum()))
        long = sorted(ids, key=lambda i: (not texts[i].isalnum(), -len(texts[i])))
        # Long ones first: of two tokens after which the same may follow, the first is taken.
        self.orders = [
            torch.tensor(tokens, dtype=torch.int64) for tokens in (long, closers, short, marks)
        ]

    def none(self) -> Tensor:
        """Return that no token is allowed, [vocabulary] of bool."""
        return torch.zeros_like(self.plain)

    def find(
        self, matcher: Any, hint: Sequence[int], most_tokens: int, effort: Effort
    ) -> list[int] | None:
        """Return tokens after which the structure may end; None when none were found.

        `hint` is a way that was right a token ago: it, or an end of it, often still is.
        """
        way = self.search(matcher, hint, most_tokens, effort, longest=False)
        if way is None and effort.twice:
            way = self.search(matcher, hint, most_tokens, effort, longest=True)
        return way

    def search(
        self, matcher: Any, hint: Sequence[int], most_tokens: int, effort: Effort, *, longest: bool
    ) -> list[int] | None:
        """Go layer by layer from the matcher's state until some way ends."""
        layer = [Node(matcher, (), 0)]
        trials = 0
        while layer and trials < effort.trials:
            ways = [way for node in layer if (way := end_of(node, hint, most_tokens)) is not None]
            if ways:
                return min(ways, key=len)
            following: dict[bytes, Node] = {}  # states that allow the same count once
            for node in layer:
                for step in self.steps(node.matcher, effort.kinds):
                    trials += 1
                    child = self.grown(node, step)
                    if child and len(child.way) <= most_tokens:
                        mask = child.matcher.compute_bitmask()
                        other = following.setdefault(mask, child)
                        if longest and child.characters > other.characters:
                            following[mask] = child
            layer = most_hopeful(following, effort.width, longest=longest)
        return None

    def steps(self, matcher: Any, kinds: Sequence[int]) -> Iterator[list[int]]:
        """Yield what is worth writing next: what is forced, else a few tokens of each kind."""
        if forced := matcher.compute_ff_tokens():
            yield forced
            return
        allowed = allowed_tokens(matcher, len(self.plain)) & self.plain
        few = chain.from_iterable(
            order[allowed[order]][:count].tolist()
            for order, count in zip(self.orders, kinds, strict=True)
        )
        for token in dict.fromkeys(few):
            yield [token]

    def grown(self, node: Node, step: list[int]) -> Node | None:
        """Return the node after some more tokens, or None where they cannot follow."""
        matcher = node.matcher.deep_copy()
        if not self.plain[step].all() or not matcher.consume_tokens(step) or matcher.is_error():
            return None
        characters = node.characters + sum(self.lengths[token] for token in step)
        return Node(matcher, (*node.way, *step), characters)


def most_hopeful(states: dict[bytes, Node], width: int, *, longest: bool) -> list[Node]:
    """Return the nodes to follow: the strictest states, and those that came first or are longest.

    Where little is allowed, little is open: free text allows nearly every token.
    """
    masks = list(states)
    strictest = sorted(masks, key=lambda mask: int.from_bytes(mask, "little").bit_count())
    if longest:
        masks.sort(key=lambda mask: -states[mask].characters)
    chosen = dict.fromkeys([*strictest[: width // 2], *masks[: width // 2]])
    return [states[mask] for mask in chosen]


def allowed_tokens(matcher: Any, vocabulary: int) -> Tensor:
    """Return which tokens may follow, [vocabulary] of bool."""
    packed = torch.frombuffer(bytearray(matcher.compute_bitmask()), dtype=torch.uint8)
    return (packed[:, None] & BITS).flatten()[:vocabulary] != 0


def end_of(node: Node, hint: Sequence[int], most_tokens: int) -> list[int] | None:
    """Return the node's way to the end, if an end of the hint closes it."""
    if node.matcher.is_error():
        return None
    if node.matcher.is_accepting():
        return list(node.way)
    longest = max(0, len(hint) + len(node.way) - most_tokens)
    for start in range(longest, min(len(hint), longest + ENDS)):
        rest = list(hint[start:])
        trial = node.matcher.deep_copy()
        if trial.try_consume_tokens(rest) == len(rest) and trial.is_accepting():
            return [*node.way, *rest]
    return None
