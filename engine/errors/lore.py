"""What lore refuses."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


class LorebookFault(StrEnum):
    """Why a file is not taken as a lorebook."""

    TOO_LARGE = "too large"  # more than `limit` bytes
    TOO_MANY_PARTS = "too many parts"  # more than `limit`
    TOO_DEEP = "too deep"  # lists within lists, more than `limit`
    NOT_JSON = "not JSON"
    KEY_TWICE = "key twice"  # `detail`
    NUMBER = "number"  # `detail` is none that every program reads
    NOT_A_LOREBOOK = "not a lorebook"  # JSON, or a card, that holds no entries
    CARD = "card"  # the card around the book is damaged


@dataclass
class LorebookRefused(Refused):
    """The file is not imported as a lorebook."""

    fault: LorebookFault
    detail: str = ""
    limit: int = 0
