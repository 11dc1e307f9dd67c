import pytest

from engine.errors import ContentRefused
from engine.safety.ratings import refuse_unfit
from engine.story import Rating


@pytest.mark.parametrize("rating", list(Rating))
def test_an_age_restricted_channel_takes_any_story(rating: Rating) -> None:
    refuse_unfit(rating, channel_is_age_restricted=True)


@pytest.mark.parametrize("rating", [Rating.GENERAL, Rating.TEEN])
def test_any_channel_takes_a_story_for_the_young(rating: Rating) -> None:
    refuse_unfit(rating, channel_is_age_restricted=False)


def test_a_mature_story_is_refused_elsewhere() -> None:
    with pytest.raises(ContentRefused) as refusal:
        refuse_unfit(Rating.MATURE, channel_is_age_restricted=False)
    assert refusal.value.rating == "mature"
