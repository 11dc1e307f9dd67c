"""Checks of the machine: Python, packages, disk, files that others could read."""

import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.doctor.finding import Finding, ok, problem, warning

LOWEST_PYTHON = (3, 11)
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
SHOWN = ("discord.py", "SQLAlchemy", "openai", "torch", "transformers", "bitsandbytes")
GIB = 1024**3


def check_python() -> Finding:
    """Check that this Python is new enough."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < LOWEST_PYTHON:
        return problem(f"Python {found} is too old", "install Python 3.11 or newer")
    return ok(f"Python {found}")


def installed(package: str) -> str | None:
    """Return the installed version without importing the package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def check_packages(lock: Path) -> Finding:
    """Compare what is installed with the lock file. Packages are never imported."""
    shown = ", ".join(f"{name} {installed(name)}" for name in SHOWN if installed(name))
    if not lock.is_file():
        return warning(f"packages: {shown}; no {lock.name} to compare with", "run from a checkout")
    pins = {pin["name"]: pin["version"] for pin in PIN.finditer(lock.read_text("utf-8"))}
    other = [name for name, pinned in pins.items() if installed(name) != pinned]
    if other:
        names = ", ".join(sorted(other)[:5]) + (" ..." if len(other) > 5 else "")
        return warning(
            f"{len(other)} of {len(pins)} packages differ from {lock.name}: {names}",
            f"pip install --require-hashes --no-deps -r {lock.name}",
        )
    return ok(f"packages are as locked: {shown}")


def check_disk(folder: Path, *, purpose: str, needed_gib: float) -> Finding:
    """Check the free space of the disk that holds `folder`, or will hold it."""
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free_gib = shutil.disk_usage(standing).free / GIB
    what = f"{free_gib:.1f} GiB free for {purpose} ({folder})"
    if free_gib < needed_gib / 4:
        return problem(what, f"make room: {needed_gib:g} GiB should be free")
    if free_gib < needed_gib:
        return warning(what, f"{needed_gib:g} GiB should be free")
    return ok(what)


def check_closed_to_others(path: Path) -> Finding | None:
    """Check that other accounts of this machine cannot read `path`; None when it is not there."""
    if not path.exists() or sys.platform == "win32":
        return None
    if path.stat().st_mode & 0o077:
        mode = "700" if path.is_dir() else "600"
        return warning(f"{path} can be read by other accounts", f"chmod {mode} {path}")
    return ok(f"{path} is closed to other accounts")
