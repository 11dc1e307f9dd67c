"""The lock serves machines without a GPU and with one."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CUDA = re.compile(r"nvidia|cuda|triton|cudnn|cublas|nccl")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> set[str]:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return {normal(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    return {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}


def test_no_cuda_package_is_locked() -> None:
    assert not [name for name in locked() if CUDA.search(name)]


def test_torch_is_left_to_the_installer() -> None:
    assert "torch" not in locked()


def test_every_dependency_is_locked() -> None:
    assert declared() - {"torch", "scriptorium"} <= locked()


def test_every_locked_package_has_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert entries
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]


def test_the_pinned_torch_is_the_same_everywhere() -> None:
    constraint = (ROOT / "constraints-cpu.txt").read_text("utf-8").strip()
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"TORCH  ?= {constraint} " in makefile
    for document in ("README.md", "README.zh-CN.md", "docs/operators-guide.md"):
        pins = re.findall(r"torch==[\d.]+\d", (ROOT / document).read_text("utf-8"))
        assert pins
        assert set(pins) == {constraint}, document
