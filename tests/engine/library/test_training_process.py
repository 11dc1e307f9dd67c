import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.library.training_process import PID, TrainingProcess

SLEEPS = (sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); open('{}', 'w'); time.sleep(60)",
)
TELLS = (
    sys.executable,
    "-c",
    "import os; print(sorted(os.environ), os.nice(0), flush=True)",
)


async def test_a_process_is_known_by_whoever_looks_until_it_ends(tmp_path: Path) -> None:
    started, looking = TrainingProcess(tmp_path, SLEEPS), TrainingProcess(tmp_path)
    assert not looking.is_running()
    await started.start()
    assert looking.is_running()
    pid = (tmp_path / PID).read_text()
    await looking.start()
    assert (tmp_path / PID).read_text() == pid, "a second one beside it"
    await looking.stop(seconds_to_save=5)
    assert not started.is_running()
    assert (tmp_path / "output.log").read_text() in {"", "hello\n"}


async def test_a_process_outlives_the_one_that_started_it(tmp_path: Path) -> None:
    starter = (
        "import asyncio, os, pathlib, sys\n"
        "from engine.library.training_process import TrainingProcess\n"
        f"process = TrainingProcess(pathlib.Path({str(tmp_path)!r}), {SLEEPS!r})\n"
        "asyncio.run(process.start())\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", starter], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    found = TrainingProcess(tmp_path)
    assert found.is_running()
    await found.stop(seconds_to_save=5)
    assert not found.is_running()


async def test_a_process_that_does_not_end_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "deaf"
    command = tuple(part.replace("{}", str(mark)) for part in STUBBORN)
    process = TrainingProcess(tmp_path, command)
    await process.start()
    while not mark.exists():
        await process.wait(0.05)
    await process.stop(seconds_to_save=0.2)
    assert not process.is_running()


async def test_a_process_that_was_killed_is_seen_to_be_gone_and_no_other_is_hit(
    tmp_path: Path,
) -> None:
    process = TrainingProcess(tmp_path, SLEEPS)
    await process.start()
    os.kill(int((tmp_path / PID).read_text()), signal.SIGKILL)
    assert await process.wait(10)
    (tmp_path / PID).write_text(str(os.getpid()))  # as if the id were given anew
    await process.stop(seconds_to_save=0.1)


async def test_a_process_is_nice_and_knows_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    process = TrainingProcess(tmp_path, TELLS)
    await process.start()
    assert await process.wait(20)
    told = (tmp_path / "output.log").read_text()
    assert "DISCORD_TOKEN" not in told
    assert "'OMP_WAIT_POLICY'" in told
    assert told.strip().endswith("10")
