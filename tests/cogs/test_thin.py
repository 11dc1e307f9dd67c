"""Cogs translate: a few statements a callback, and no error handling of their own."""

import ast
from pathlib import Path

import pytest

MOST_STATEMENTS = 15
COGS = sorted(Path(__file__).parents[2].joinpath("cogs").glob("[!_]*.py"))


def functions(path: Path) -> list[ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", COGS, ids=lambda path: path.stem)
def test_no_callback_is_thick(path: Path) -> None:
    counts = {
        function.name: sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 2
        for function in functions(path)  # less the function itself and its docstring
    }
    assert {name: count for name, count in counts.items() if count > MOST_STATEMENTS} == {}


@pytest.mark.parametrize("path", COGS, ids=lambda path: path.stem)
def test_no_cog_handles_errors(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Try)] == []
