from pathlib import Path

import pytest

from bot.setting_faults import setting_faults


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TURNS_AT_ONCE", raising=False)


def test_no_file_and_no_variables_have_no_fault() -> None:
    assert setting_faults() == []


def test_known_settings_in_any_case_have_no_fault(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=\nturns_at_once=3\n# TURN_AT_ONCE=3\n")
    assert setting_faults() == []


def test_a_mistyped_setting_is_named_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TURN_AT_ONCE=3\n")
    (fault,) = setting_faults()
    assert fault.startswith("TURN_AT_ONCE: ")
    assert fault.endswith("did you mean TURNS_AT_ONCE?")


def test_a_value_that_does_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURNS_AT_ONCE", "many")
    (fault,) = setting_faults()
    assert fault.startswith("TURNS_AT_ONCE: Input should be a valid integer")


def test_half_a_permission_of_discords_is_told_by_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TRAINING_PERMISSION_BY=Olga\n")
    (fault,) = setting_faults()
    assert "missing: DISCORD_TRAINING_PERMISSION_DATE, DISCORD_TRAINING_PERMISSION_REF" in fault
    assert fault.endswith("Set all three, or none of them")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TURNS_AT_ONCE=0\nQUANTIZATION=nf5\nLOG_LEVEL=x\nMODLE=y\n")
    assert [fault.split(":")[0] for fault in setting_faults()] == [
        "LOG_LEVEL",
        "TURNS_AT_ONCE",
        "QUANTIZATION",
        "MODLE",
    ]


def test_no_value_is_ever_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKN=very-secret\nTURNS_AT_ONCE=very-secret\n")
    assert "very-secret" not in "".join(setting_faults())


def test_a_preset_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "house.toml").write_text("temperature = 1")
    monkeypatch.setenv("PRESETS_DIR", str(tmp_path))
    (fault,) = setting_faults()
    assert fault.startswith(f"PRESETS_DIR: {tmp_path / 'house.toml'}: ")
