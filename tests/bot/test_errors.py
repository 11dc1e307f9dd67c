"""Every error has words in every language, and a failure has a code that the log has too."""

import re

import discord
import pytest
from discord import app_commands
from structlog.testing import capture_logs

from bot.errors import MissingRights, NotHere, cause_of, describe, word
from bot.locales import LANGUAGES, Words
from engine.errors import (
    EngineError,
    Failed,
    GenerationFailed,
    NothingToUndo,
    QueueFull,
    QueueScope,
    Refused,
)

ROOTS = {EngineError, Refused, Failed}


def every_error() -> list[type[Exception]]:
    """Return all classes of the error tree that are raised, also those of the bot."""
    found: set[type[Exception]] = set()
    waiting: list[type[Exception]] = [EngineError]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        found.update(subclasses)
        waiting += subclasses
    return sorted(found - ROOTS, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", every_error())
def test_every_error_has_words_of_its_own(kind: type[Exception]) -> None:
    assert describe.dispatch(kind) is not describe.dispatch(Exception)


@pytest.mark.parametrize("scope", QueueScope)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_queue_says_whose_share_is_used_up(scope: QueueScope, language: str) -> None:
    words = describe(QueueFull(scope, 7), Words(language))
    others = {describe(QueueFull(each, 7), Words(language)) for each in QueueScope}
    assert "7" in words
    assert len(others) == len(QueueScope)


def test_a_refusal_has_no_code_and_is_no_fault() -> None:
    with capture_logs() as logs:
        text = word(NothingToUndo(), Words("en"))
    assert "code" not in text
    assert [line["log_level"] for line in logs] == ["info"]


@pytest.mark.parametrize("error", [GenerationFailed("r"), ValueError("a bug")])
def test_a_failure_shows_the_code_under_which_it_is_logged(error: Exception) -> None:
    with capture_logs() as logs:
        text = word(error, Words("en"))
    code = re.search(r"\(code ([0-9A-F]{6})\)$", text)
    assert code is not None
    assert (logs[0]["code"], logs[0]["log_level"]) == (code.group(1), "error")


def test_what_a_command_raised_is_found_inside_discords_errors() -> None:
    async def callback(interaction: discord.Interaction) -> None: ...

    command: app_commands.Command[None, [], None] = app_commands.Command(
        name="x", description="x", callback=callback
    )
    refusal = NothingToUndo()
    assert cause_of(app_commands.CommandInvokeError(command, refusal)) is refusal
    assert isinstance(cause_of(app_commands.NoPrivateMessage()), NotHere)
    lacking = cause_of(app_commands.BotMissingPermissions(["send_messages"]))
    assert lacking == MissingRights(("send_messages",))
