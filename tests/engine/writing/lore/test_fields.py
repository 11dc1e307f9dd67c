"""An entry as members write it, in both languages."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import LoreFull, LoreLimit, LoreSettingRefused
from engine.story import LoreEntry, LorePosition, LoreRole, LoreText, SecondaryLogic
from engine.writing.lore.fields import (
    FIELDS,
    MOST_KEYS,
    SETTINGS,
    fields_of,
    read_keys,
    read_settings,
    settings_text,
    written_into,
)

FULL = LoreEntry(
    id=7,
    name="The keeper",
    content="@@depth 2\nHe is blind.",
    keys=("keeper", "/k[ae]eper, the/i", "one, two"),
    secondary_keys=("lamp",),
    logic=SecondaryLogic.NOT_ALL,
    is_selective=False,
    is_constant=True,
    order=-5,
    priority=3,
    position=LorePosition.AT_DEPTH,
    depth=1,
    role=LoreRole.ASSISTANT,
    scan_depth=9,
    is_case_sensitive=True,
    has_whole_words=False,
    also_in=(LoreText.SCENARIO, LoreText.CREATOR_NOTES),
    is_not_recursed=True,
    wakes_nobody=True,
    recursion_level=2,
    probability=40,
    uses_probability=False,
    group="a, b",
    group_override=True,
    group_weight=7,
    group_scoring=True,
    sticky=1,
    cooldown=2,
    delay=3,
    characters=("Mira", "Tom"),
    character_tags=("elf",),
    characters_excluded=True,
    ignores_budget=True,
    raw={"ours": 1},
)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_setting_is_written_and_read_again(language: str) -> None:
    text = settings_text(FULL, language)
    assert len(text.splitlines()) == len(SETTINGS)
    assert read_settings(text, replace(LoreEntry(), id=7)) == replace(
        FULL, name="", content="", keys=(), secondary_keys=()
    )


def test_a_line_that_is_taken_out_goes_back_to_its_default() -> None:
    assert read_settings("sticky = 4", FULL).order == LoreEntry().order
    assert read_settings("", FULL).is_constant is False


def test_either_language_is_read_whoever_writes() -> None:
    read = read_settings("常驻 ＝ 是\nPosition: at depth\n# a remark\n\n持续：3", LoreEntry())
    assert (read.is_constant, read.position, read.sticky) == (True, LorePosition.AT_DEPTH, 3)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_a_member_does_not_touch_stays_as_it_was(language: str) -> None:
    shown = fields_of(FULL, language)
    assert set(shown) == set(FIELDS)
    untouched = {name: f" {text}\r\n" for name, text in shown.items()}
    assert written_into(FULL, untouched, language) == FULL
    assert dict(written_into(FULL, untouched, language).raw) == {"ours": 1}
    assert written_into(FULL, {"name": "Keeper"}, language) == replace(FULL, name="Keeper")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("dragon, wyrm", ("dragon", "wyrm")),
        ("龙，巨龙、蛟", ("龙", "巨龙", "蛟")),
        ("one, two\nthree", ("one, two", "three")),
        ("/a{1,2}/i", ("/a{1,2}/i",)),
        (" , \n", ()),
        ("twice, twice", ("twice",)),
    ],
)
def test_keys_stand_between_commas_or_one_a_line(text: str, keys: tuple[str, ...]) -> None:
    assert read_keys(text) == keys


@pytest.mark.parametrize(
    ("line", "choices"),
    [
        ("logic = maybe", ("and any", "not all", "not any", "and all")),
        ("逻辑 = 也许", ("有任一", "不全有", "全没有", "全有")),
        ("constant = perhaps", ("yes", "no")),
        ("sticky = -1", ()),
        ("depth = deep", ()),
        ("probability = 101", ()),
        ("orderly = 1", ()),
        ("no setting", ()),
    ],
)
def test_what_is_no_setting_is_refused_with_what_may_stand_there(
    line: str, choices: tuple[str, ...]
) -> None:
    with pytest.raises(LoreSettingRefused) as refused:
        read_settings(line, LoreEntry())
    assert refused.value.choices == choices


def test_an_entry_has_limits() -> None:
    for written, limit in (
        ({"name": "x" * 101}, LoreLimit.NAME),
        ({"text": "x" * 20_001}, LoreLimit.TEXT),
        ({"keys": "\n".join(map(str, range(MOST_KEYS + 1)))}, LoreLimit.KEYS),
        ({"secondary": "x" * 1001 + "\ny"}, LoreLimit.KEY),
    ):
        with pytest.raises(LoreFull) as refused:
            written_into(LoreEntry(), written, "en")
        assert refused.value.limit is limit


def test_the_documentation_names_every_setting_in_both_languages() -> None:
    text = (Path(__file__).parents[4] / "docs" / "lore.md").read_text(encoding="utf-8")
    table = text.partition("<!-- settings -->")[2].partition("<!-- end of settings -->")[0]
    rows = [line.split(" | ")[:2] for line in table.splitlines() if line.startswith("| `")]
    assert rows == [[f"| `{each.english}`", f"`{each.chinese}`"] for each in SETTINGS]
