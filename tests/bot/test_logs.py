"""Log lines say where, never what."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure_logs
from bot.settings import BotSettings, LogFormat, LogLevel


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Give the other tests their logging back."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def fail() -> None:
    try:
        raise ValueError("the secret of the lamp")
    except ValueError as error:
        raise RuntimeError("the secret of the sea") from error


def test_a_line_is_a_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(BotSettings(log_format=LogFormat.JSON))
    structlog.get_logger().info("turn_written", turn_id=7)
    (line,) = lines(capsys)
    assert (line["event"], line["turn_id"], line["level"]) == ("turn_written", 7, "info")


@pytest.mark.parametrize("library", [False, True])
def test_an_error_is_logged_by_its_types_and_places(
    library: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(BotSettings(log_format=LogFormat.JSON))
    try:
        fail()
    except RuntimeError:
        if library:
            logging.getLogger("a.library").exception("it failed")
        else:
            structlog.get_logger().exception("it failed")
    (line,) = lines(capsys)
    assert line["errors"] == ["RuntimeError", "ValueError"]
    assert any("test_logs.py" in str(place) for place in line["where"])  # type: ignore[attr-defined]
    assert "secret" not in json.dumps(line)


def test_less_important_lines_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(BotSettings(log_format=LogFormat.JSON, log_level=LogLevel.WARNING))
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_a_terminal_gets_lines_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(BotSettings(log_format=LogFormat.CONSOLE))
    structlog.get_logger().info("turn_written", turn_id=7)
    assert "turn_written" in capsys.readouterr().err
