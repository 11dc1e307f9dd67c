"""Nothing in the repository may depend on where it was written."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("bot", "cogs", "engine", "tests", "bench", "docs", ".ci")
TEXT = {".md", ".py", ".toml", ".txt", ".lock", ".example", ".po", ".html", ".yml", ".cfg", ""}
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt|private)/\w")


def texts() -> list[Path]:
    files = [file for file in ROOT.iterdir() if file.is_file() and not file.name.startswith(".env")]
    files += [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    return [file for file in files if file.suffix in TEXT and "__pycache__" not in file.parts]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in texts()
        for match in SOMEBODYS_FOLDER.finditer(file.read_text("utf-8"))
    ]
    assert not found


def test_there_is_something_to_look_at() -> None:
    assert len(texts()) > 50
