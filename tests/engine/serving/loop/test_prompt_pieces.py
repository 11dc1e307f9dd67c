"""How the prompt tokens of a step are shared."""

from dataclasses import dataclass, field

from engine.serving.loop.prompt_pieces import pieces


@dataclass
class Reading:
    """As much of a request as is looked at."""

    request_id: str
    tokens: int
    remaining_prefill_tokens: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.remaining_prefill_tokens = [0] * self.tokens


def test_equals_share_evenly_and_a_short_prompt_takes_what_it_needs() -> None:
    rank = [Reading("long", 900), Reading("short", 10), Reading("longer", 2000)]
    granted = pieces([rank], 256, beside_writers=False)
    assert granted == {"short": 10, "long": 112, "longer": 128}


def test_who_stands_first_takes_what_it_needs_and_the_next_rank_the_rest() -> None:
    ranks = [[Reading("few places", 40)], [Reading("many", 500), Reading("many too", 500)]]
    assert pieces(ranks, 256, beside_writers=False) == {
        "few places": 40,
        "many": 96,
        "many too": 112,
    }


def test_beside_replies_a_flood_of_prompts_leaves_the_step_to_who_has_few_places() -> None:
    ranks = [[Reading("few places", 90)], [Reading("many", 500)]]
    assert pieces(ranks, 256, beside_writers=True) == {"few places": 64}
