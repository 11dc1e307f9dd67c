"""Whose turn it is, among servers, channels and kinds of requests."""

import sys
from itertools import count
from threading import Event, Thread

from hypothesis import given
from hypothesis import strategies as st

from engine.fairness import INTERACTIVE_IN_A_ROW, Claim, Turns


def names(turns: Turns, waiting: dict[str, Claim], *running: Claim) -> list[str]:
    return turns.order(waiting.items(), running)


def test_a_server_that_floods_does_not_put_the_others_behind_it() -> None:
    flood = {f"flood {n}": Claim("A", "a") for n in range(5)}
    waiting = flood | {"other": Claim("B", "b"), "third": Claim("C", "c")}
    assert names(Turns(), waiting)[:4] == ["flood 0", "other", "third", "flood 1"]
    assert names(Turns(), waiting, Claim("A", "a"))[:2] == ["other", "third"]


def test_with_one_place_two_servers_take_turns() -> None:
    turns, begun = Turns(), []
    waiting = {f"{s}{n}": Claim(s, s) for s in "AB" for n in range(3)}
    while waiting:
        name = names(turns, waiting)[0]
        turns.begin(waiting.pop(name), background_waits=False)
        begun.append(name)
    assert begun == ["A0", "B0", "A1", "B1", "A2", "B2"]


def test_the_channels_of_a_server_share_what_the_server_has() -> None:
    waiting = {f"busy {n}": Claim("A", "busy") for n in range(3)} | {"calm": Claim("A", "calm")}
    assert names(Turns(), waiting) == ["busy 0", "calm", "busy 1", "busy 2"]
    assert names(Turns(), waiting, Claim("A", "busy"))[0] == "calm"


def test_within_a_channel_arrival_decides() -> None:
    assert names(Turns(), {n: Claim("A", "a") for n in "xyz"}) == ["x", "y", "z"]


def test_what_somebody_waits_for_goes_before_background_work_but_not_for_ever() -> None:
    waiting = {"summary": Claim("A", "a", is_background=True)}
    waiting |= {f"turn {n:02}": Claim("B", "b") for n in range(20)}
    order = names(Turns(), waiting)
    assert order.index("summary") == INTERACTIVE_IN_A_ROW


CLAIMS = st.builds(Claim, st.sampled_from("ABC"), st.sampled_from("xy"), st.booleans())


@given(st.lists(CLAIMS, max_size=30), st.lists(CLAIMS, max_size=6))
def test_every_request_has_a_place_and_what_begins_next_is_the_first(
    claims: list[Claim], running: list[Claim]
) -> None:
    turns = Turns()
    waiting = dict(enumerate(claims))
    foretold = turns.order(waiting.items(), running)
    assert sorted(foretold) == sorted(waiting)
    begun: list[int] = []
    now = list(running)
    while waiting:  # and none of those that run ends
        number = turns.order(waiting.items(), now)[0]
        claim = waiting.pop(number)
        turns.begin(claim, background_waits=any(c.is_background for c in waiting.values()))
        now.append(claim)
        begun.append(number)
    assert begun == foretold


def test_nobody_starves_with_one_place_and_a_queue_that_never_empties() -> None:
    for victim, most in (
        (Claim("victim", "v", is_background=True), INTERACTIVE_IN_A_ROW),
        (Claim("victim", "v"), 3),
    ):
        turns, number = Turns(), count()
        waiting = {next(number): Claim(name, "f") for name in "ABC" for _ in range(9)}
        waiting[-1] = victim
        for _ in range(most + 1):
            first = turns.order(waiting.items(), [])[0]
            turns.begin(waiting.pop(first), background_waits=victim.is_background)
            waiting |= {next(number): Claim(name, "f") for name in "ABC"}
            if first == -1:
                break
        assert first == -1


def test_the_order_can_be_asked_for_while_requests_begin_in_another_thread() -> None:
    turns = Turns()
    claims = [Claim(str(n), "") for n in range(8)]
    is_over = Event()

    def begin() -> None:
        while not is_over.is_set():
            for claim in claims:
                turns.begin(claim, background_waits=False)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = Thread(target=begin)
    thread.start()
    try:
        for _ in range(3000):
            assert len(turns.order(list(enumerate(claims)), [])) == len(claims)
    finally:
        is_over.set()
        thread.join()
        sys.setswitchinterval(interval)
