"""Presets are data: what is shipped is whole, and a file that is not one stops the start."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from engine.errors import PresetsUnreadable
from engine.model.bounds import BOUNDS
from engine.model.presets import DEFAULT, MOST_PRESETS, SHIPPED, Preset, load_presets
from engine.model.request import Sampling
from engine.serving.http.protocol import ChatCompletion

LANGUAGES = {"en", "zh-CN"}
STEADY = (SHIPPED / "steady.toml").read_text("utf-8")


def test_the_five_presets_are_there_the_calmest_first() -> None:
    presets = load_presets()
    assert set(presets) == {"steady", "balanced", "adventurous", "verse", "critic"}
    temperatures = [preset.sampling.temperature for preset in presets.values()]
    assert temperatures == sorted(temperatures)
    assert len({preset.sampling for preset in presets.values()}) == 5
    assert DEFAULT in presets


@pytest.mark.parametrize("preset", load_presets().values(), ids=lambda preset: preset.key)
def test_every_value_of_a_preset_is_written_down_and_described_in_each_language(
    preset: Preset,
) -> None:
    text = (SHIPPED / f"{preset.key}.toml").read_text("utf-8")
    named = set(re.findall(r"^(\w+) =", text, re.MULTILINE)) - {"name", "description"}
    assert named == {field.name for field in fields(Sampling)}
    assert preset.names.keys() == preset.descriptions.keys() == LANGUAGES
    assert preset.names["en"] == preset.key


def test_every_number_of_a_sampling_has_a_bound() -> None:
    numbers = {f.name for f in fields(Sampling)} - {"dry_sequence_breakers"}
    assert numbers == BOUNDS.keys()


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_our_server_takes_the_least_and_the_most_of_every_value(name: str) -> None:
    for value in (BOUNDS[name].least, BOUNDS[name].most):
        message = {"role": "user", "content": "Go on."}
        body = ChatCompletion.model_validate({"messages": [message], name: value})
        assert getattr(body, name) == value


@pytest.mark.parametrize(
    ("line", "changed", "reason"),
    [
        ("temperature = 0.7", "temperature = 7.0", "sampling.temperature: goes from 0.1 to 2"),
        ("temperature = 0.7", "temperature = nan", "sampling.temperature: goes from"),
        ("temperature = 0.7", "", "sampling.temperature: is missing"),
        ("temperature = 0.7", "temperature = true", "sampling.temperature: is no number"),
        ("top_k = 40", "top_k = 40.5", "sampling.top_k: goes from 0 to 1000"),
        ("top_k = 40", "top_k = 40.0", "sampling.top_k: is a whole number"),
        ("top_k = 40", "top_k = 40\nboldness = 1", "sampling.boldness: there is no such value"),
        ("[zh-CN]", "[fr]", "zh-CN: Field required"),
        ('name = "steady"', 'name = ""', "en.name:"),
        ("[sampling]", "[sampling", "Expected"),
        ("dry_sequence_breakers", "breakers", "dry_sequence_breakers: Field required"),
    ],
)
def test_a_file_that_is_no_preset_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, line: str, changed: str, reason: str
) -> None:
    assert line in STEADY
    file = tmp_path / "calm.toml"
    file.write_text(STEADY.replace(line, changed), "utf-8")
    with pytest.raises(PresetsUnreadable) as refused:
        load_presets(tmp_path)
    assert refused.value.file == str(file)
    assert reason in refused.value.reason


def test_an_operator_adds_presets_and_replaces_shipped_ones(tmp_path: Path) -> None:
    hotter = STEADY.replace("temperature = 0.7", "temperature = 0.9")
    for name in ("steady", "house"):
        (tmp_path / f"{name}.toml").write_text(hotter, "utf-8")
    shipped, presets = load_presets(), load_presets(tmp_path)
    assert presets.keys() == shipped.keys() | {"house"}
    assert presets["steady"].sampling == replace(shipped["steady"].sampling, temperature=0.9)
    assert presets["balanced"] == shipped["balanced"]


def test_no_more_presets_are_taken_than_a_menu_of_discord_holds(tmp_path: Path) -> None:
    for number in range(MOST_PRESETS - 4):
        (tmp_path / f"p{number}.toml").write_text(STEADY, "utf-8")
    with pytest.raises(PresetsUnreadable, match="26 presets; 25 fit"):
        load_presets(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PresetsUnreadable, match="no such folder"):
        load_presets(tmp_path / "nowhere")
