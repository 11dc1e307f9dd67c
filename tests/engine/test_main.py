"""python -m engine: the operator's commands, as they are typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.__main__ import app
from tests.engine.library.test_importing import LAMP

SERVER = "--server=4711"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one work; the database lies beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "works"
    folder.mkdir()
    (folder / "lamp.txt").write_text("The lamp burned on.\n")
    (folder / "works.toml").write_text(LAMP)
    return folder


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["library", *words])
    return result.exit_code, result.output


def test_works_are_shown_first_then_taken_in_listed_and_withdrawn(folder: Path) -> None:
    line = "lamp.txt\tThe Lamp\tAda, Bea\thanded in\tlearn\t19 characters\n"
    assert run("import", str(folder), SERVER, "--dry-run") == (
        0,
        f"new\t{line}1 would be taken in, of 1.\n",
    )
    assert run("list", SERVER) == (0, "0 works.\n")
    assert run("import", str(folder), SERVER) == (0, f"new\t{line}1 were taken in, of 1.\n")
    assert run("import", str(folder), SERVER)[1].startswith("known\t")
    _, listed = run("list", SERVER)
    assert listed.startswith("#1\tThe Lamp\tAda, Bea\thanded in\tlearn\t19 characters\tmay be")
    assert run("withdraw", "1", SERVER) == (0, "Withdrawn. Adapters taken out of use: 0.\n")
    assert "not used: closed" in run("list", SERVER)[1]
    assert run("withdraw", "1", SERVER) == (1, "Work 1 is withdrawn already.\n")
    assert run("withdraw", "2", SERVER) == (1, "Server 4711 has no work 2.\n")


def test_a_fault_takes_nothing_in_and_says_where_it_is(folder: Path) -> None:
    (folder / "works.toml").write_text(LAMP.replace("letter 4", ""))
    code, said = run("import", str(folder), SERVER)
    assert code == 1
    assert "works.toml:12: author.consent.evidence: " in said
    assert said.endswith("Nothing was taken in.\n")
    assert run("list", SERVER) == (0, "0 works.\n")


def test_half_a_permission_stops_the_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TRAINING_PERMISSION_BY", "Olga")
    code, said = run("list", SERVER)
    assert code == 2
    assert "missing: DISCORD_TRAINING_PERMISSION_DATE" in said
    assert folder.exists()


def test_it_runs_as_a_module_and_never_loads_torch(folder: Path) -> None:
    asked = (
        "import sys, engine.__main__; print(any(m in sys.modules for m in ('torch', 'discord')))"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, env=environment, check=True
    )
    assert loaded.stdout == "False\n"
    helped = subprocess.run(
        [sys.executable, "-m", "engine", "library", "--help"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "import" in helped.stdout
    assert folder.exists()
