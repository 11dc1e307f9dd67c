"""What the guide to the rehearsal says can be done."""

import re
from pathlib import Path

from bot.rehearsal.steps import read_script

GUIDE = Path(__file__).parents[3] / "docs" / "rehearsal.md"


def test_the_script_in_the_guide_can_be_read(tmp_path: Path) -> None:
    [script] = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    path = tmp_path / "script.toml"
    path.write_text(script)
    assert len(read_script(path).steps) == 7


def test_the_pictures_of_the_guide_are_there_and_small() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", GUIDE.read_text())
    assert len(pictures) == 4
    for picture in pictures:
        assert 0 < (GUIDE.parent / picture).stat().st_size < 300_000
