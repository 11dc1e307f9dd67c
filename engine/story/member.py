from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A person on one server, at the moment of one action."""

    id: int
    name: str  # as shown on that server
    is_moderator: bool = False
    may_manage_server: bool = False
