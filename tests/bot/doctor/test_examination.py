import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot.doctor import run_doctor
from bot.settings import BotSettings
from engine.settings import EngineSettings, ServingSettings


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return `doctor(**engine)`: the whole examination in an empty folder, as (exit, lines)."""
    monkeypatch.chdir(tmp_path)

    def run(**engine: object) -> tuple[int, list[str]]:
        out = io.StringIO()
        status = run_doctor(
            EngineSettings(_env_file=None, data_dir=tmp_path / "data", **engine),
            ServingSettings(_env_file=None, models_dir=tmp_path),
            BotSettings(_env_file=None, discord_token=None),
            console=Console(file=out, soft_wrap=True),
        )
        return status, out.getvalue().splitlines()

    return run


def test_a_fresh_checkout_has_no_problem_and_every_check_has_its_line(doctor) -> None:
    status, lines = doctor()
    assert status == 0
    assert lines[-1].endswith("0 problems")
    for part in ("Python", "packages", ".env", "GiB free", "SQLite", "model", "DISCORD_TOKEN"):
        assert any(part in line for line in lines), part


def test_every_finding_takes_one_line_that_begins_with_its_mark(doctor) -> None:
    _, lines = doctor()
    assert {line.split()[0] for line in lines[:-1]} <= {"ok", "warning", "problem"}


def test_one_problem_makes_the_exit_status_1(doctor) -> None:
    status, lines = doctor(model_url="http://127.0.0.1:1")
    assert status == 1
    assert lines[-1].endswith("1 problem")


def test_a_mistyped_line_in_the_settings_file_is_a_problem(doctor, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MODLE=embedded\n")
    status, lines = doctor()
    assert status == 1
    assert any("did you mean MODEL?" in line for line in lines)


def test_the_examination_leaves_nothing_behind(doctor, tmp_path: Path) -> None:
    doctor()
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_never_imports_torch() -> None:
    script = "import sys, bot.doctor; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
