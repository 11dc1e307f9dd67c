import asyncio
import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rich.console import Console

from bot.doctor import run_doctor
from bot.setting_faults import CLASSES
from tests.fakes.endpoint import app_with, serving


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return `doctor(**settings)`: the whole examination in an empty folder, as (exit, lines)."""
    monkeypatch.chdir(tmp_path)
    for settings in CLASSES:
        for name in settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)

    def run(**settings: str) -> tuple[int, list[str]]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        out = io.StringIO()
        status = run_doctor(console=Console(file=out, soft_wrap=True))
        return status, out.getvalue().splitlines()

    return run


def test_a_fresh_checkout_has_no_problem_and_every_check_has_its_line(doctor) -> None:
    status, lines = doctor()
    assert status == 0
    assert lines[-1].endswith("0 problems")
    for part in ("Python", "packages", "settings", "GiB free", "SQLite", "model", "DISCORD_TOKEN"):
        assert any(part in line for line in lines), part


def test_every_finding_takes_one_line_that_begins_with_its_mark(doctor) -> None:
    _, lines = doctor()
    assert {line.split()[0] for line in lines[:-1]} <= {"ok", "warning", "problem"}


def test_one_problem_makes_the_exit_status_1(doctor) -> None:
    status, lines = doctor(MODEL_URL="http://127.0.0.1:1")
    assert status == 1
    assert lines[-1].endswith("1 problem")


def test_a_mistyped_line_in_the_settings_file_is_a_problem(doctor, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MODLE=embedded\n")
    status, lines = doctor()
    assert status == 1
    assert any("did you mean MODEL?" in line for line in lines)


def test_a_value_that_does_not_fit_is_a_problem_and_no_crash(doctor) -> None:
    status, lines = doctor(TURNS_AT_ONCE="many", MODEL_URL="http://127.0.0.1:1")
    assert status == 1
    assert lines[-1].endswith("1 problem")
    assert any("TURNS_AT_ONCE: Input should be" in line for line in lines)


def test_the_examination_leaves_nothing_behind(doctor, tmp_path: Path) -> None:
    doctor()
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_never_imports_torch() -> None:
    script = "import sys, bot.doctor; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_what_a_remote_server_lacks_is_told(doctor) -> None:
    """The server runs in a thread: the examination has an event loop of its own."""
    started, ended = threading.Event(), threading.Event()
    address: list[str] = []

    async def serve() -> None:
        async with serving(app_with()) as url:
            address.append(url)
            started.set()
            while not ended.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(10)
        status, lines = doctor(MODEL_URL=address[0])
    finally:
        ended.set()
        thread.join(10)
    assert status == 0
    assert any(line.split(maxsplit=1)[1] == "it is vLLM" for line in lines)
    assert any("it lacks banned phrases: phrases that" in line for line in lines)
