"""A request after it was checked: what the generation loop and the replies need to know of it."""

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.fairness import Claim
from engine.serving.drawing.sampling import Sampling
from engine.serving.replies.bans import Bans
from engine.serving.scoring.scored_prompt import Asked

if TYPE_CHECKING:  # it imports torch, which takes seconds, and HTTP is open before that
    from engine.serving.structure.compiling import Structure


@dataclass(frozen=True, slots=True)
class Served:
    """What requests are checked against."""

    name: str
    tokenizer: Any
    vocabulary: int
    context_tokens: int
    adapters: Container[str] = ()  # the names of those that are loaded now


@dataclass(frozen=True, slots=True)
class Job:
    """A checked request: `choices` replies to each prompt."""

    prompts: tuple[list[int], ...]
    choices: int
    most_tokens: int
    sampling: Sampling
    stops: tuple[str, ...]
    ignore_stop_tokens: bool
    cache_salt: str
    stop_token_ids: frozenset[int] = frozenset()
    adapter: str | None = None  # None: the base model alone
    structure: "Structure | None" = None  # None: free text
    user: str = ""
    is_background: bool = False
    queue_seconds: float | None = None  # it may wait so long for its place
    scored: Asked | None = None  # what shall be known of the prompts
    only_scores: bool = False  # no reply is wanted; the loop writes one token all the same
    likeliest: int | None = None  # tokens to tell in the place of each; None: no figures at all
    bans: Bans | None = None

    @property
    def claim(self) -> Claim:
        """Return whose it is."""
        return Claim(self.cache_salt, self.user, self.is_background)

    @property
    def places(self) -> int:
        """Return how many replies are generated."""
        return self.choices * len(self.prompts)
