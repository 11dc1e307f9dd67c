"""For whom a story is, and where it may be told."""

from engine.errors import ContentRefused
from engine.story import Rating


def refuse_unfit(rating: Rating, *, channel_is_age_restricted: bool) -> None:
    """Raise ContentRefused for a mature story in a channel that is not age-restricted."""
    if rating is Rating.MATURE and not channel_is_age_restricted:
        raise ContentRefused(rating)
