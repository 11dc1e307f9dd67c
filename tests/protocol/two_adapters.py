"""Two adapters for the embedded model, made once by PEFT."""

import subprocess
import sys
from pathlib import Path

NAMES = ("s1", "s2")


def make_adapters(model: Path, folder: Path) -> None:
    """Make them in a process of their own: torch stays out of this one."""
    if all((folder / name / "adapter_model.safetensors").is_file() for name in NAMES):
        return
    script = [sys.executable, "-m", "tests.protocol.peft_script", str(model), str(folder)]
    root = Path(__file__).parents[2]
    subprocess.run([*script, *NAMES], cwd=root, check=True, capture_output=True)
