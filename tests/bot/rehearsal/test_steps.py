"""Scripts that cannot be played are refused with a sentence that says why."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from bot.rehearsal.steps import ScriptUnreadable, read_script

GOOD = """
title = "The lamp"
[[step]]
as = "alice"
slash = "begin"
options = { title = "The Lamp" }
expect = ["The Lamp"]
[[step]]
as = "bo"
click = "Continue"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "script.toml"
    path.write_text(text)
    return path


def test_a_script_is_read_as_it_is_written(tmp_path: Path) -> None:
    script = read_script(written(tmp_path, GOOD))
    assert [step.member for step in script.steps] == ["alice", "bo"]
    assert [str(step) for step in script.steps] == [
        "/begin  title: The Lamp",
        "presses “Continue”",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title =", "is not TOML"),
        ('title = "x"', "step: Field required"),
        ('title = "x"\nstep = []', "at least 1 item"),
        ('title = "x"\n[[step]]\nas = "alice"', "step 1: .*exactly one of"),
        ('title = "x"\n[[step]]\nas = "alice"\nsay = "a"\nclick = "b"', "exactly one of"),
        (
            'title = "x"\n[[step]]\nas = "bo"\nslash = "a"\nfiles.f = { name = "a.md" }',
            "exactly one of text and path",
        ),
        ('title = "x"\n[[step]]\nas = "alice"\nshout = "a"', "step 1 shout: Extra inputs"),
    ],
)
def test_a_script_with_a_mistake_says_what_and_where(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(ScriptUnreadable, match=reason):
        read_script(written(tmp_path, text))


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptUnreadable, match=r"nowhere\.toml cannot be read: No such file"):
        read_script(tmp_path / "nowhere.toml")


def test_the_demonstration_shows_a_story_from_its_start_to_its_export() -> None:
    demo = files("bot.rehearsal").joinpath("scripts", "1-writers.toml")
    with as_file(demo) as path:
        commands = [step.slash for step in read_script(path).steps]
    for command in ("start", "continue", "undo", "redo", "end", "export"):
        assert f"story {command}" in commands
