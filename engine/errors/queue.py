"""What the queue refuses."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors.tree import Refused


class QueueScope(StrEnum):
    """Whose share of the queue is used up."""

    MEMBER = "member"
    CHANNEL = "channel"
    SERVER = "server"
    ALL = "all"


@dataclass
class QueueFull(Refused):
    """`waiting` turns of this scope wait or are being written; no more are taken."""

    scope: QueueScope
    waiting: int
