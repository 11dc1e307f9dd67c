import re
from pathlib import Path

import pytest

from bot.settings import BotSettings
from engine.settings import EngineSettings, ServingSettings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
LINE = re.compile(r"^#?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)
CLASSES = (EngineSettings, ServingSettings, BotSettings)
FIELDS = [(settings, name) for settings in CLASSES for name in settings.model_fields]


def shown() -> dict[str, str]:
    return {line["name"]: line["value"] for line in LINE.finditer(EXAMPLE.read_text("utf-8"))}


def test_every_setting_is_in_the_example() -> None:
    assert {name.upper() for _, name in FIELDS} - shown().keys() == set()


def test_every_line_of_the_example_is_a_setting() -> None:
    assert shown().keys() - {name.upper() for _, name in FIELDS} == set()


def test_no_setting_stands_twice() -> None:
    names = [line["name"] for line in LINE.finditer(EXAMPLE.read_text("utf-8"))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("settings", "name"), FIELDS, ids=str)
def test_the_example_shows_the_default(
    settings: type[EngineSettings],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for other in shown():
        monkeypatch.delenv(other, raising=False)
    written = tmp_path / "env"
    written.write_text(f"{name.upper()}={shown()[name.upper()]}\n")
    read = settings(_env_file=written)
    assert getattr(read, name) == settings.model_fields[name].default


def test_every_setting_is_explained_by_a_sentence() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if LINE.match(line):
            assert lines[number - 1].startswith("# "), line
            assert lines[number - 1].endswith("."), line
