from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """A name for a head of a story. A story is written on the branch in use, and in threads."""

    id: int
    guild_id: int
    story_id: int
    name: str
    head_turn_id: int | None
    is_in_use: bool
    created_ms: int
    from_turn_id: int | None = None  # where it parted; None for the first, and from the beginning
    channel_id: int | None = None  # the thread that it has for itself
    archived_ms: int | None = None

    @property
    def is_archived(self) -> bool:
        """Whether it is put away; it can be brought back."""
        return self.archived_ms is not None
