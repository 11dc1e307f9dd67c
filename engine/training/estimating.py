"""What a training will take, told before it begins."""

import time
from collections.abc import Sequence
from typing import Any

import torch

from engine.story.training import FaultCode, TrainingEstimate, TrainingFault, TrainingOrder
from engine.training.blocks import Block, Documents
from engine.training.memory import Sizes, free_bytes, needed_bytes
from engine.training.plan import REPLIES_PART, Plan
from engine.training.quantized import Base

TIMED_STEPS = 3  # the first only warms up
READERS = 3  # the base, the base in four bits, and the adapter
CONTROL_TOKENS = 10_000  # of the control corpus, about
SLOWNESS_OF_SAMPLING = 6.0  # a token that is written, beside one of many that are read at once


def estimate_memory(
    order: TrainingOrder, plan: Plan, base: Base, sizes: Sizes, documents: Documents
) -> TrainingEstimate:
    """Weigh what is needed against what is free; no model is loaded for it.

    Activations are kept while there is room, and computed twice where there is not.
    """
    free = free_bytes(base.device)
    for saves in (False, True):
        needed = needed_bytes(
            sizes, plan, order.method, order.rank, device=base.device, saves_activations=saves
        )
        if needed <= free:
            break
    refusal = None
    if needed > free:
        facts = {"needed_bytes": needed, "free_bytes": free}
        refusal = TrainingFault(FaultCode.OUT_OF_MEMORY, dict(facts))
    return TrainingEstimate(
        memory_bytes=needed,
        free_bytes=free,
        seconds=0.0,
        tokens=documents.tokens,
        held_out_tokens=documents.held_out_tokens,
        steps=plan.steps,
        device=base.device,
        saves_activations=saves,
        refusal=refusal,
    )


def seconds_of_step(model: Any, blocks: Sequence[Block], plan: Plan) -> float:
    """Return what a step takes, of a few that are computed and thrown away.

    Nothing changes: the optimizer is not asked, and gradients are let go.
    """
    model.train()
    batch = torch.tensor(list(blocks[: plan.batch_blocks]), device=model.device)
    took = []
    for _ in range(TIMED_STEPS):
        began = time.monotonic()
        model(input_ids=batch, labels=batch).loss.backward()
        if batch.is_cuda:
            torch.cuda.synchronize()
        took.append(time.monotonic() - began)
        model.zero_grad(set_to_none=True)
    return min(took[1:]) * plan.batches_per_step


def seconds_of_training(plan: Plan, step_seconds: float, held_out_blocks: int) -> float:
    """Return the time of all steps with their evaluations; reading takes a third of learning."""
    read = step_seconds / 3 / plan.step_tokens  # a token
    evaluations = plan.steps // plan.steps_between_saves
    evaluated = min(plan.evaluation_blocks, held_out_blocks) * plan.block_tokens
    return plan.steps * step_seconds + evaluations * evaluated * read


def seconds_of_report(plan: Plan, step_seconds: float, held_out_tokens: int) -> float:
    """Return the time of the report."""
    read = step_seconds / 3 / plan.step_tokens
    written = 2 * plan.samples * plan.sample_tokens * SLOWNESS_OF_SAMPLING
    wanted = (plan.report_tokens, plan.report_tokens // REPLIES_PART)
    own = sum(min(tokens, held_out_tokens) for tokens in wanted)
    control = min(plan.report_tokens, CONTROL_TOKENS)
    return read * (READERS * (own + control) + written)
