"""How a training process ends: done, stopped, or with a reason that holds no text."""

import errno
import logging
import sys
import traceback

import torch

from engine.story.training import FaultCode, TrainingFault
from engine.training.folder import TrainingFolder
from engine.training.process import TrainingRefused, run
from engine.training.quantized import BaseUnusable, quiet_libraries
from engine.training.watching import Diverged, Interrupted, Stop

log = logging.getLogger(__name__)


def run_to_its_end(folder: TrainingFolder, *, only_estimate: bool) -> bool:
    """Run it; return whether it is done: False after an estimate, or when asked to end."""
    torch.set_num_threads(folder.order().threads)
    quiet_libraries()
    stop = Stop()
    with stop.on_signals():
        try:
            run(folder, stop, only_estimate=only_estimate)
        except Interrupted:
            return False
    return not only_estimate


def fault_of_error(error: Exception) -> TrainingFault:
    """Turn an error into what the bot is told: codes, counts and names of classes, no text.

    Where it happened goes to the log, without the message, which may quote a work.
    """
    match error:
        case TrainingRefused():
            return error.fault
        case Diverged():
            return TrainingFault(FaultCode.DIVERGED, {"step": error.step})
        case BaseUnusable():
            return TrainingFault(FaultCode.MODEL_UNUSABLE, {"reason": str(error)})
        case torch.OutOfMemoryError() | MemoryError():
            return TrainingFault(FaultCode.OUT_OF_MEMORY)
        case OSError() if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return TrainingFault(FaultCode.OUT_OF_DISK)
    for line in traceback.format_tb(error.__traceback__):
        print(line, end="", file=sys.stderr)  # noqa: T201
    name = type(error).__name__
    return TrainingFault(FaultCode.BROKEN, {"error": name})
