"""The GPU, asked by nvidia-smi: the bot process never imports torch."""

import shutil
import subprocess

from bot.doctor.finding import Finding, ok, problem, warning
from bot.doctor.recommended import largest_that_fits
from engine.settings import EMBEDDED, Device, ServingSettings

QUERY = ("--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")
SECONDS = 20
MIB = 1024**2


def check_gpu(settings: ServingSettings, *, program: str = "nvidia-smi") -> list[Finding]:
    """Name each GPU with the largest recommended model that fits it."""
    try:
        rows = ask(program)
    except (OSError, subprocess.SubprocessError) as error:
        return [problem(f"{program} fails: {type(error).__name__}", "repair the NVIDIA driver")]
    if rows:
        return [describe(row, settings) for row in rows]
    if settings.device is Device.CUDA:
        return [problem("DEVICE=cuda, and no NVIDIA GPU is found", "set DEVICE=auto or DEVICE=cpu")]
    if settings.model == EMBEDDED:
        return [ok("no NVIDIA GPU: the embedded model runs on the CPU")]
    return [
        warning(
            f"no NVIDIA GPU: {settings.model} will be slow on the CPU",
            "use MODEL=embedded to try the bot, or MODEL_URL for a server with a GPU",
        )
    ]


def ask(program: str) -> list[list[str]]:
    """Return name, MiB and driver of each GPU; [] where the program is not installed.

    Raises:
        OSError, SubprocessError: it is installed and does not answer.
    """
    path = shutil.which(program)
    if path is None:
        return []
    done = subprocess.run(  # noqa: S603 - the path comes from PATH, the arguments are fixed
        [path, *QUERY], capture_output=True, text=True, timeout=SECONDS, check=True
    )
    return [[part.strip() for part in line.split(",")] for line in done.stdout.splitlines() if line]


def describe(row: list[str], settings: ServingSettings) -> Finding:
    name, mib, driver = row
    memory_gb = int(mib) * MIB / 1e9
    found = f"GPU {name}, {memory_gb:.0f} GB, driver {driver}"
    fitting = largest_that_fits(memory_gb)
    if settings.device is Device.CPU:
        return warning(f"{found}, unused", "DEVICE=cpu is set: use DEVICE=auto to use the GPU")
    if fitting is None:
        return warning(f"{found}: too small for a recommended model", "keep MODEL=embedded")
    if settings.model == EMBEDDED:
        return warning(f"{found}: room for more than the embedded model", f"MODEL={fitting.name}")
    return ok(f"{found}; the largest recommended model for it is {fitting.name}")
