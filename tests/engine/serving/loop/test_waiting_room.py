"""How long a request is told that it will wait."""

from contextlib import ExitStack

from engine.fairness import Claim
from engine.serving.loop.waiting_room import WaitingRoom
from engine.settings import ServingSettings


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_the_expected_wait_is_how_fast_places_become_free_however_long_the_line_is() -> None:
    clock = Clock()
    settings = ServingSettings().model_copy(
        update={"running_requests": 4, "waiting_requests": 100, "waiting_requests_per_salt": 100}
    )
    room = WaitingRoom(settings, clock=clock)
    inside = []
    for number in range(60):
        stack = ExitStack()
        stack.enter_context(room.reserve(1, Claim("server", str(number))))
        inside.append(stack)
    for stack in inside[:50]:  # four at a time, eight seconds each, so one every two seconds
        clock.now += 2
        stack.close()
    assert room.seconds_until(1) == 2
    assert room.seconds_until(10) == 20
    for stack in inside[50:]:
        stack.close()


def test_gaps_while_nobody_asks_count_for_nothing() -> None:
    clock = Clock()
    room = WaitingRoom(ServingSettings(), clock=clock)
    before = room.seconds_until(100)
    for _ in range(20):
        clock.now += 1000
        with room.reserve(1, Claim("server", "a")):
            pass
    assert room.seconds_until(100) == before
