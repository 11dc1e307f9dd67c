"""The one logits processor: it draws a token for every row of a step.

An exception in a processor ends the loop and every request in it. `RowControl` runs whatever acts
on a single row so that it can end only its own request.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingLogitsProcessor,
)

from engine.serving.draw import draw, lower_repeats
from engine.serving.row import Row

# Changes each row of logits [vocabulary] in place, before the row's own rules.
BatchRule = Callable[[Tensor, Row], None]


class RowControl(ContinuousBatchingLogitsProcessor):
    """Applies rules row by row, then draws a token for every row."""

    supported_kwargs = {"row": Row}  # noqa: RUF012 - the base class declares it so
    ignored_kwargs = ()

    def __init__(self, stop_token: int, rules: Sequence[BatchRule] = ()) -> None:
        self.stop_token = stop_token
        self.rules = rules
        self.rows: list[Row] = []
        self.replies: list[list[int]] = []
        self.numbers: list[float] = []

    def fill_defaults(self, int32_tensor: Tensor) -> None:
        """Set nothing: the rows are not told through tensors."""
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests: list[Any]) -> Tensor:
        """Note the rows of the step about to run, in their order."""
        states = [request.state for request in requests]
        self.rows = [state.logit_processor_kwargs["row"] for state in states]
        self.replies = [
            reply_tokens(state, row) for row, state in zip(self.rows, states, strict=True)
        ]
        self.numbers = [
            row.sampling.number_at(len(reply))
            for row, reply in zip(self.rows, self.replies, strict=True)
        ]
        return torch.zeros(len(requests), dtype=torch.int32)

    def __call__(self, scores: Tensor, tensor_arg: Tensor) -> Tensor:
        """Return scores [rows, vocabulary] in which the drawn token is the highest."""
        del tensor_arg
        # A prompt that is read in pieces has a place in the step and no token yet; for each of
        # these there is a row at the end that means nothing.
        live = scores[: len(self.rows)]
        if self.rows:
            for logits, row, reply in zip(live, self.rows, self.replies, strict=True):
                if self.rules or row.rules:
                    self.apply_rules(logits, row, reply)
            for logits, row, reply in zip(live, self.rows, self.replies, strict=True):
                if row.sampling.frequency_penalty and reply:
                    lower_repeats(logits, reply, row.sampling.frequency_penalty)
            self.end_impossible_rows(live)
            tokens = draw(live, [row.sampling for row in self.rows], self.numbers)
            live.scatter_(1, tokens[:, None], torch.inf)
        return scores

    def apply_rules(self, logits: Tensor, row: Row, reply: list[int]) -> None:
        """Apply the batch's rules and the row's own; a rule that raises ends its request."""
        try:
            for batch_rule in self.rules:
                batch_rule(logits, row)
            for rule in row.rules:
                rule(logits, reply)
        except Exception as error:  # noqa: BLE001 - or it would end every request in the loop
            row.error = f"{type(error).__name__} in a logits rule"
            allow_only(logits, self.stop_token)

    def end_impossible_rows(self, scores: Tensor) -> None:
        """End rows with NaN, +inf or no possible token: nothing could be drawn from them."""
        possible = torch.isfinite(scores.amax(1)).tolist()  # the maximum of a row with NaN is NaN
        for i, row in enumerate(self.rows):
            if not possible[i]:
                row.error = row.error or "no token is possible"
                allow_only(scores[i], self.stop_token)


def reply_tokens(state: Any, row: Row) -> list[int]:
    """Return the reply. A pushed-out request comes back with its own in `initial_tokens`."""
    return [*state.initial_tokens[row.prompt_tokens :], *state.generated_tokens]


def allow_only(logits: Tensor, token: int) -> None:
    """Leave one possible token."""
    logits.fill_(-torch.inf)
    logits[token] = 0.0


def install(manager: Any, control: RowControl) -> None:
    """Make `control` the only processor; between init_continuous_batching and start()."""
    processors = manager.logit_processor
    processors.logits_processor[:] = [control]
    processors.tensors_required = 1
    processors._retrieve_processors_kwargs()  # noqa: SLF001 - transformers has no public way
    processors.do_processing = True
