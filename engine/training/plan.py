"""How long and in what pieces a voice is trained: a pure function of order, device and text."""

from dataclasses import dataclass

from engine.story.training import Effort, Method, TrainingOrder

EPOCHS = {Effort.QUICK: 1, Effort.NORMAL: 2, Effort.THOROUGH: 4}
MOST_STEPS_ON_CPU = {Effort.QUICK: 60, Effort.NORMAL: 240, Effort.THOROUGH: 960}
MOST_STEPS_ON_GPU = {Effort.QUICK: 150, Effort.NORMAL: 600, Effort.THOROUGH: 2400}
LEAST_STEPS = 20
# A quick training measures so many times less: else most of its time would go into that.
QUICK_READS_LESS, QUICK_WRITES_LESS, QUICK_EVALUATES_LESS = 4, 2, 2
LEARNING_RATES = {Method.LORA: 5e-4, Method.ADALORA: 2e-3, Method.PREFIX: 1e-2}
WARM_UP_SHARE = 0.06  # of the steps
PATIENCE = 2  # evaluations without a better one
REPLIES_PART = 4  # of the report's held-out blocks are read as replies, too


@dataclass(frozen=True, slots=True)
class Plan:
    """The pieces of a training."""

    block_tokens: int
    batch_blocks: int  # in memory at once
    batches_per_step: int
    steps: int
    steps_between_saves: int  # and evaluations
    learning_rate: float
    evaluation_blocks: int  # held out, at every evaluation
    report_tokens: int  # of each corpus
    samples: int
    sample_tokens: int

    @property
    def step_tokens(self) -> int:
        """Return how many tokens a step learns from."""
        return self.block_tokens * self.batch_blocks * self.batches_per_step

    @property
    def warm_up_steps(self) -> int:
        """Return how many steps the learning rate rises."""
        return max(1, round(WARM_UP_SHARE * self.steps))


def make_plan(order: TrainingOrder, *, tokens: int, is_on_gpu: bool, most_positions: int) -> Plan:
    """Decide on the pieces."""
    block_tokens = min(order.block_tokens or (1024 if is_on_gpu else 128), most_positions)
    batch_blocks, batches = (2, 4) if is_on_gpu else (2, 1)
    steps = order.steps
    if steps is None:
        step_tokens = block_tokens * batch_blocks * batches
        most = (MOST_STEPS_ON_GPU if is_on_gpu else MOST_STEPS_ON_CPU)[order.effort]
        steps = max(LEAST_STEPS, min(most, EPOCHS[order.effort] * tokens // step_tokens))
    between = order.steps_between_saves or max(5, min(100, steps // 10))
    is_quick = order.effort is Effort.QUICK
    evaluation_blocks, report_tokens, samples = (64, 131_072, 64) if is_on_gpu else (16, 8_192, 12)
    return Plan(
        block_tokens=block_tokens,
        batch_blocks=batch_blocks,
        batches_per_step=batches,
        steps=-(-steps // between) * between,  # the last step is evaluated, too
        steps_between_saves=between,
        learning_rate=order.learning_rate or LEARNING_RATES[order.method],
        evaluation_blocks=evaluation_blocks // (QUICK_EVALUATES_LESS if is_quick else 1),
        report_tokens=order.report_tokens or report_tokens // (QUICK_READS_LESS if is_quick else 1),
        samples=samples // (QUICK_WRITES_LESS if is_quick else 1),
        sample_tokens=128 if is_on_gpu else 48,
    )
