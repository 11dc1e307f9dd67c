"""Answers to interactions, where the bot itself is about to go."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot import answers


@pytest.mark.parametrize("error", [RuntimeError("Session is closed"), ConnectionResetError()])
async def test_a_bot_that_leaves_reports_nothing(error: Exception) -> None:
    leaving = SimpleNamespace(client=SimpleNamespace(is_closed=lambda: True))
    with capture_logs() as logged:
        await answers.report(cast("Any", leaving), error)
    assert logged == [{"event": "left_unanswered", "log_level": "info"}]
