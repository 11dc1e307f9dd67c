import json
from pathlib import Path

import jsonschema
import pytest

from engine.writing.critique.asking import example_reply, example_text
from engine.writing.critique.lenses import FOLDER, load_lenses, read_lens, shipped_lenses

LENSES = list(shipped_lenses().values())
LANGUAGES = ("en", "zh-CN")


def test_three_lenses_come_with_the_bot_in_their_order() -> None:
    assert list(shipped_lenses()) == ["line", "structure", "dialogue"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.key)
def test_the_example_of_a_lens_keeps_the_form_that_the_lens_asks_for(lens, language) -> None:
    quotable = example_text(lens, language).count("[")
    jsonschema.validate(json.loads(example_reply(lens, language)), lens.schema(quotable, language))


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.key)
def test_the_form_has_no_place_for_a_score_and_none_for_a_strange_sentence(lens) -> None:
    schema = lens.schema(3, "en")
    reply = json.loads(example_reply(lens, "en"))
    reply["notes"][0]["score"] = 7
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(reply, schema)
    del reply["notes"][0]["score"]
    reply["notes"][0]["sentence"] = 4
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(reply, schema)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("number = 1", "number = 99", "number"),
        ("most_notes = 3", "most_notes = 400", "most_notes"),
        ('quote = "Old Tom was lonely."', 'quote = "Old Tim was lonely."', "not in its text"),
        ('cause = "told"', 'cause = "nonsense"', "a cause that the lens has not"),
        ('key = "cliche"', 'key = "told"', "two causes have one key"),
        ('name = "worn phrase"', 'name = "told, not shown"', "two causes have one name"),
        ("[en]\n", "[en]\nscore = 1\n", "Extra inputs"),
    ],
)
def test_a_file_that_is_no_lens_is_refused_with_the_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    text = (FOLDER / "line.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "line.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ValueError, match=reason):
        read_lens(tmp_path / "line.toml")


def test_two_lenses_with_one_number_are_refused(tmp_path: Path) -> None:
    text = (FOLDER / "line.toml").read_text("utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="one number"):
        load_lenses(tmp_path)
