"""What is offered to the next prompt beside the turns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from engine.memory.offers import Offer
from engine.runtime import Engine
from engine.story import Story, Turn


@dataclass(frozen=True, slots=True)
class Moment:
    """What a prompt is about to be composed for. Offers are a pure function of it, and of what
    members have set: no clock, no chance.
    """

    story: Story
    path: Sequence[Turn]  # as told, root first
    direction: str
    budget_tokens: int  # of the whole prompt
    specials: Sequence[str]  # the model's special tokens
    member_id: int = 0  # who asked; 0: nobody
    character_id: int | None = None  # whose line it is; None: the story's own turn


Provider = Callable[[Engine, Moment], Awaitable[Sequence[Offer]]]
PROVIDERS: tuple[Provider, ...] = ()


async def gather_offers(engine: Engine, moment: Moment) -> list[Offer]:
    """Return all offers, provider by provider."""
    return [offer for provide in PROVIDERS for offer in await provide(engine, moment)]
