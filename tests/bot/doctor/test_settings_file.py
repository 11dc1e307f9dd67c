from pathlib import Path

from bot.doctor.finding import Finding, Mark
from bot.doctor.settings_file import check_settings
from bot.settings import BotSettings
from engine.settings import EngineSettings


def examine(folder: Path, text: str) -> list[Finding]:
    file = folder / ".env"
    file.write_text(text)
    return check_settings(file, (EngineSettings, BotSettings))


def test_known_settings_are_fine(tmp_path: Path) -> None:
    (found,) = examine(tmp_path, "DISCORD_TOKEN=abc\nturns_at_once=3\n# TURN_AT_ONCE=3\n")
    assert found.mark is Mark.OK
    assert found.what.startswith("2 settings")


def test_a_mistyped_setting_is_a_problem_with_a_suggestion(tmp_path: Path) -> None:
    (found,) = examine(tmp_path, "TURN_AT_ONCE=3\n")
    assert found.mark is Mark.PROBLEM
    assert found.to_do == "did you mean TURNS_AT_ONCE?"


def test_a_value_is_never_shown(tmp_path: Path) -> None:
    (found,) = examine(tmp_path, "DISCORD_TOKN=very-secret\n")
    assert "very-secret" not in str(found)


def test_no_file_is_fine(tmp_path: Path) -> None:
    (found,) = check_settings(tmp_path / ".env", (EngineSettings,))
    assert found.mark is Mark.OK
