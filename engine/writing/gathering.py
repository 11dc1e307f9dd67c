"""What is offered to the next prompt beside the turns."""

from collections.abc import Awaitable, Callable, Sequence

from engine.memory.offers import Offer
from engine.runtime import Engine
from engine.writing.canon.offering import provide_canon
from engine.writing.lore.scanning import provide_lore
from engine.writing.moment import Moment
from engine.writing.recalling import provide_recalled
from engine.writing.remembering import provide_kept

__all__ = ["PROVIDERS", "Moment", "Provider", "gather_offers"]


Provider = Callable[[Engine, Moment], Awaitable[Sequence[Offer]]]
PROVIDERS: tuple[Provider, ...] = (provide_kept, provide_canon, provide_lore, provide_recalled)


async def gather_offers(engine: Engine, moment: Moment) -> list[Offer]:
    """Return all offers, provider by provider."""
    return [offer for provide in PROVIDERS for offer in await provide(engine, moment)]
