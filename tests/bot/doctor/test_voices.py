from pathlib import Path

from bot.doctor.finding import Mark
from bot.doctor.voices import NEEDED, check_adapters_folder, check_training
from engine.settings import EngineSettings


def test_what_training_lacks_is_named() -> None:
    versions = dict.fromkeys(NEEDED, "1.0") | {"peft": None}
    finding = check_training(versions.get)
    assert finding.mark is Mark.WARNING
    assert "peft missing" in finding.what
    assert check_training(lambda _: "1.0").mark is Mark.OK


def test_a_model_server_elsewhere_has_to_find_voices_under_the_same_path(tmp_path: Path) -> None:
    data = tmp_path / "data"
    own = check_adapters_folder(EngineSettings(data_dir=data))
    assert own.mark is Mark.OK
    assert str(data / "adapters") in own.what
    url = "http://gpu:8000"
    unset = check_adapters_folder(EngineSettings(data_dir=data, model_url=url))
    assert unset.mark is Mark.WARNING
    assert "ADAPTERS_DIR" in unset.to_do
    chosen = EngineSettings(data_dir=data, model_url=url, adapters_dir=tmp_path / "shared")
    assert check_adapters_folder(chosen).mark is Mark.OK
    assert not data.exists()
