"""What the documents point to must be there."""

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
OURS = ("bot", "cogs", "engine", "tests", "bench", "docs", ".ci")
OF_OTHERS = {  # variables of make, of libraries, and of vLLM and its compose file
    "TORCH", "EVENING", "HF_HOME", "HF_HUB_OFFLINE", "OMP_NUM_THREADS", "OMP_WAIT_POLICY",
    "PROVE", "TENSOR_PARALLEL", "VLLM_ALLOW_RUNTIME_LORA_UPDATING",
}  # fmt: skip
MADE_AT_A_START = {".env", ".venv", ".models", "data"}


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def inline_code(document: Path) -> list[str]:
    return INLINE.findall(re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL))


def is_path_of_ours(text: str) -> bool:
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", text):
        return False
    first = text.split("/", maxsplit=1)[0]
    if "/" in text:
        return first in OURS
    return text.endswith((".md", ".lock", ".toml", ".py", ".txt")) or text.startswith(".env")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_path_that_is_named_exists(document: Path) -> None:
    paths = {text for text in inline_code(document) if is_path_of_ours(text)}
    gone = {path for path in paths - MADE_AT_A_START if not (ROOT / path).exists()}
    assert not gone


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text("utf-8"))
    assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join(CODE.findall(document.read_text("utf-8")))
    assert set(re.findall(r"(?<![\w/-])make ([\w-]+)", code)) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_module_that_is_started_exists(document: Path) -> None:
    modules = set(re.findall(r"-m ((?:bot|engine|bench|tests)[\w.]*)", document.read_text("utf-8")))
    assert not [module for module in modules if find_spec(module) is None]


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_setting_that_is_named_exists(document: Path) -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    settings = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    code = "\n".join(CODE.findall(document.read_text("utf-8")))
    assigned = set(re.findall(r"(?<![\w-])([A-Z][A-Z0-9_]{3,})=", code))
    assert assigned - OF_OTHERS <= settings


def test_the_architecture_names_every_package() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages = [*ROOT.glob("engine/*/__init__.py"), *ROOT.glob("bot/*/__init__.py")]
    names = {f"`{file.parent.relative_to(ROOT).as_posix()}/`" for file in packages}
    assert not {name for name in names if name not in text}


def test_the_architecture_draws_the_layers_that_are_checked() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    text = text[text.index("## Who may import whom") :]
    drawn = [INLINE.findall(line) for line in text.splitlines() if re.match(r"[1-9]\. `", line)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [one["layers"] for one in contracts if one.get("containers") == ["engine"]]
    checked = [re.findall(r"\w+", layer) for layer in layers]
    assert drawn == [
        [name for name in layer if name not in {"serving", "training"}] for layer in checked
    ]


def test_every_decision_stands_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    assert not [file.name for file in folder.glob("0*.md") if f"({file.name})" not in listed]


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = [file.name[:4] for file in (ROOT / "docs" / "decisions").glob("0*.md")]
    assert len(numbers) == len(set(numbers))


def test_the_changelog_speaks_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] in (ROOT / "CHANGELOG.md").read_text("utf-8")
