"""World Info's rules, case by case."""

import pytest

from engine.memory.lore import offers_of
from tests.engine.memory.lore.table import CASES, Case, scan_case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_rule_holds(case: Case) -> None:
    if case.over_time:
        states = [_state(case, length) for length in range(1, len(case.chat) + 1)]
        assert states == case.over_time
        return
    found = scan_case(case)
    assert [each.entry.id for each in found.active] == case.active
    if not case.dropped_any:
        dropped = {str(each.entry.id): str(each.obstacle) for each in found.dropped}
        assert dropped == case.dropped
    assert [str(notice.kind) for notice in found.notices] == case.notices
    active = {str(each.entry.id): each for each in found.active}
    assert {uid: active[uid].key for uid in case.key} == case.key
    assert {uid: str(active[uid].reason) for uid in case.why} == case.why
    assert {uid: active[uid].text for uid in case.text} == case.text
    assert {uid: active[uid].sweep for uid in case.sweeps} == case.sweeps
    if case.stands:
        assert _standing(case) == case.stands
    assert scan_case(case) == found


def _state(case: Case, length: int) -> str:
    """What the first entry is at this length: why it is in, or why it is not."""
    found = scan_case(case, length=length)
    for each in found.active:
        if each.entry.id == 1:
            return str(each.reason)
    return next((str(each.obstacle) for each in found.dropped if each.entry.id == 1), "")


def _standing(case: Case) -> list[list[object]]:
    """Return id, spot, depth and role of the offers, in the order in which they stand."""
    offers = offers_of(scan_case(case), char="Mira", user="Ann")
    in_order = sorted(offers, key=lambda offer: offer.order)
    return [[offer.ids[0], str(offer.spot), offer.depth, offer.role] for offer in in_order]
