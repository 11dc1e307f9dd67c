"""What the generation loop knows of each request."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.fairness import Claim
from engine.serving.drawing.sampling import Sampling
from engine.serving.replies.logprobs import TokenLogprobs
from engine.serving.scoring.scored_prompt import Scoring

if TYPE_CHECKING:  # it takes seconds to import, and HTTP is open before that
    from torch import Tensor

_SECRET = secrets.token_bytes(16)


class Rule(Protocol):
    """Says what one request may write next.

    It is called in the generation loop. A rule that raises ends its own request and no other.
    """

    def __call__(self, logits: "Tensor", reply: list[int]) -> None:
        """Change one row of logits [vocabulary], fp32, in place, given the reply so far."""
        ...


class Guard(Protocol):
    """Has the last word over what one request writes. Called in the generation loop."""

    def check(self, token: int, reply: list[int]) -> int:
        """Return the token to be written, given the one that was drawn."""
        ...

    def way_out(self) -> int:
        """Return the token to be written when nothing else can be drawn."""
        ...


@dataclass(frozen=True, slots=True)
class Adapter:
    """Where the weights of an adapter lie while requests are written with it."""

    name: str
    filling: int  # counts the fillings of all slots: no two of them share a number
    slot: int
    rank: int


@dataclass(eq=False, slots=True, weakref_slot=True)
class Row:
    """One request, as seen by the event loop and by the generation loop.

    Each field is written by one thread only, and read by the other when an output arrived.
    """

    prompt_tokens: int
    sampling: Sampling
    cache_salt: str = ""
    rules: tuple[Rule, ...] = ()
    guard: Guard | None = None
    cached_tokens: int = 0  # written by the scheduler
    error: str | None = None  # written by RowControl
    adapter: Adapter | None = None  # None: the base model alone
    top_logprobs: int | None = None  # how many of the likeliest to note; None: note nothing
    scoring: Scoring | None = None  # of its prompt
    logprobs: list[TokenLogprobs] = field(default_factory=list)  # written by RowControl
    user: str = ""  # the share of a salt is divided by it
    is_background: bool = False
    is_guest: bool = False  # has a place beyond those of the batch, so that nobody makes way for it
    has_begun: bool = False  # written by the scheduler
    # Clean steps that it owes alone, since the loop died with it: set while it is not in the
    # loop, counted down by the scheduler.
    steps_on_trial: int = 0

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Row":
        """Stay the same object when transformers copies the options of a pushed-out request."""
        return self

    @property
    def claim(self) -> Claim:
        """Return what decides when it comes."""
        return Claim(self.cache_salt, self.user, self.is_background)

    def chain_start(self) -> int:
        """Return the hash from which this request's chain of cache blocks starts.

        Block hashes have 64 bits and contents are never compared, so the start is unguessable.
        It tells apart salts, adapters, and the weights that an adapter had one after the other.
        """
        adapter = self.adapter
        voice = (adapter.name, adapter.filling) if adapter else None
        # As JSON: joined as plain text, two different pairs could read alike.
        whose = json.dumps([self.cache_salt, voice]).encode()
        digest = hashlib.blake2b(whose, digest_size=8, key=_SECRET).digest()
        return int.from_bytes(digest, "little")
