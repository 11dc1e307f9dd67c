from pathlib import Path

import pytest

from bot.doctor.finding import Mark
from bot.doctor.machine import (
    check_closed_to_others,
    check_disk,
    check_packages,
    check_python,
    installed,
)


def test_this_python_is_new_enough() -> None:
    assert check_python().mark is Mark.OK


def test_an_old_python_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    assert check_python().mark is Mark.PROBLEM


def test_packages_as_locked_are_fine(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"aiohttp=={installed('aiohttp')} \\\n    --hash=sha256:00\n")
    found = check_packages(lock)
    assert found.mark is Mark.OK
    assert "discord.py 2.7.1" in found.what


def test_a_package_of_another_version_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"aiohttp==0.1 \\\n    --hash=sha256:00\nrich=={installed('rich')}\n")
    found = check_packages(lock)
    assert found.mark is Mark.WARNING
    assert "1 of 2 packages differ from requirements.lock: aiohttp" in found.what
    assert "--require-hashes" in found.to_do


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package-anywhere==1.0\n")
    assert "no-such-package-anywhere" in check_packages(lock).what


def test_free_space_is_told_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    found = check_disk(tmp_path / "later" / "data", purpose="stories", needed_gib=0.000001)
    assert found.mark is Mark.OK
    assert "GiB free for stories" in found.what


def test_a_nearly_full_disk_is_a_problem(tmp_path: Path) -> None:
    assert check_disk(tmp_path, purpose="models", needed_gib=1e9).mark is Mark.PROBLEM


@pytest.mark.parametrize(
    ("mode", "mark"), [(0o600, Mark.OK), (0o640, Mark.WARNING), (0o604, Mark.WARNING)]
)
def test_a_file_that_others_can_read_is_a_warning(tmp_path: Path, mode: int, mark: Mark) -> None:
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=x")
    file.chmod(mode)
    found = check_closed_to_others(file)
    assert found is not None
    assert found.mark is mark


def test_a_file_that_is_not_there_is_not_mentioned(tmp_path: Path) -> None:
    assert check_closed_to_others(tmp_path / ".env") is None
