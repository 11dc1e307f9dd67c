"""`python -m engine.training FOLDER [--estimate]`: train a voice as FOLDER/order.json says.

Exit 0: done, or asked to end with the state saved (then there is no done.json). Exit 1: refused
or failed, with the reason in failed.json; an estimate that refuses says so in estimate.json too.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from engine.settings import EMBEDDED
from engine.story.training import (
    DONE,
    ESTIMATE,
    FAILED,
    FaultCode,
    TrainingEstimate,
    TrainingFault,
    TrainingOrder,
)
from engine.training.folder import TrainingFolder


def main() -> int:
    """Run one training; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.training", description="Train a voice.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--estimate", action="store_true", help="only tell what it will take")
    arguments = parser.parse_args()
    folder = TrainingFolder(arguments.folder)
    if folder.is_over:
        return 0 if (folder.path / DONE).exists() else 1
    prepare_environment(folder.order())
    try:
        from engine.training.ending import fault_of_error, run_to_its_end  # noqa: PLC0415
    except ImportError as error:
        fault = TrainingFault(FaultCode.NOT_INSTALLED, {"package": str(error.name)})
        return refuse(folder, fault, only_estimate=arguments.estimate)
    try:
        is_done = run_to_its_end(folder, only_estimate=arguments.estimate)
    except Exception as error:  # noqa: BLE001 - whatever it is, the bot has to learn of it
        fault = fault_of_error(error)
        return refuse(folder, fault, only_estimate=arguments.estimate)
    if is_done:
        folder.write(DONE, json.dumps({}))
    return 0


def prepare_environment(order: TrainingOrder) -> None:
    """Set what must stand before torch and the hub's client are imported."""
    os.environ["OMP_NUM_THREADS"] = str(order.threads)
    if order.model == EMBEDDED or Path(order.model).is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait must not spin
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def refuse(folder: TrainingFolder, fault: TrainingFault, *, only_estimate: bool) -> int:
    """Write down why it ends, and return the exit code."""
    print(f"{fault.code}: {json.dumps(fault.facts)}", file=sys.stderr)  # noqa: T201
    if not only_estimate:
        folder.write(FAILED, fault.to_json())
    elif not (folder.path / ESTIMATE).exists():
        nothing = TrainingEstimate(0, 0, 0.0, 0, 0, 0, "", saves_activations=False, refusal=fault)
        folder.write(ESTIMATE, nothing.to_json())
    return 1


if __name__ == "__main__":
    sys.exit(main())
