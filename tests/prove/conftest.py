"""Long proofs, for `make prove` only: they take minutes, and need the machine for themselves."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what lies in this folder, unless the environment says PROVE=1."""
    if os.environ.get("PROVE") == "1":
        return
    skip = pytest.mark.skip(reason="a long proof: make prove")
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(skip)
