from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", ["run", "rehearse", "backup"])
def test_an_unknown_setting_stops_the_start(tmp_path: Path, command: str) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKN=very-secret\n")
    done = CliRunner().invoke(app, [command])
    assert done.exit_code == 2
    assert "did you mean DISCORD_TOKEN?" in done.output
    assert "very-secret" not in done.output


def test_an_unfit_setting_stops_the_start_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TURNS_AT_ONCE=0\n")
    done = CliRunner().invoke(app, ["backup"])
    assert done.exit_code == 2
    assert done.output.startswith("TURNS_AT_ONCE: ")
    assert "Traceback" not in done.output


def test_the_doctor_tells_wrong_settings_with_everything_else(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MODLE=embedded\n")
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "did you mean MODEL?" in done.output
    assert "SQLite" in done.output
