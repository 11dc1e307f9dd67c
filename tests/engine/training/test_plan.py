from typing import Any

import pytest

from engine.story.training import Effort, TrainingOrder
from engine.training.estimating import seconds_of_report, seconds_of_training
from engine.training.plan import Plan, make_plan

CORPUS_TOKENS, HELD_OUT_TOKENS = 9_000, 2_500  # of about 45 kB of English


def plan_of(effort: Effort, **changes: Any) -> Plan:
    order = TrainingOrder(1, 2, "guild-2-1", effort=effort, **changes)
    return make_plan(order, tokens=CORPUS_TOKENS, is_on_gpu=False, most_positions=2048)


def test_a_quick_training_of_few_works_spends_less_on_its_report_than_on_learning() -> None:
    quick, normal = plan_of(Effort.QUICK), plan_of(Effort.NORMAL)
    reports = [seconds_of_report(plan, 1.0, HELD_OUT_TOKENS) for plan in (quick, normal)]
    assert reports[0] < reports[1] / 1.5
    assert reports[0] < seconds_of_training(quick, 1.0, HELD_OUT_TOKENS // quick.block_tokens)
    assert quick.steps < normal.steps / 1.5


def test_an_order_that_names_the_tokens_of_its_report_gets_them_however_quick() -> None:
    assert plan_of(Effort.QUICK, report_tokens=512).report_tokens == 512


def test_a_report_is_expected_to_read_no_more_than_there_is() -> None:
    plan = plan_of(Effort.NORMAL)
    nothing, little, much, more = (
        seconds_of_report(plan, 1.0, tokens) for tokens in (0, 1_000, 8_192, 100_000)
    )
    assert 0 < nothing < little < much
    assert more == pytest.approx(much)
