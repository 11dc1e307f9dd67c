"""The one logits processor: it draws a token for every row of a step.

An exception in a processor ends the loop and every request in it. `RowControl` runs whatever acts
on a single row so that it can end only its own request.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingLogitsProcessor,
)

from engine.serving.drawing.draw import draw
from engine.serving.drawing.lookback import Lookback
from engine.serving.loop.row import Row
from engine.serving.replies.logprobs import TokenLogprobs

# Changes each row of logits [vocabulary] in place, before the row's own rules.
BatchRule = Callable[[Tensor, Row], None]


class RowControl(ContinuousBatchingLogitsProcessor):
    """Applies rules row by row, then draws a token for every row."""

    supported_kwargs = {"row": Row}  # noqa: RUF012 - the base class declares it so
    ignored_kwargs = ()

    def __init__(
        self,
        stop_token: int,
        rules: Sequence[BatchRule],
        token_bytes: Mapping[int, bytes],
    ) -> None:
        self.stop_token = stop_token
        self.rules = rules
        self.token_bytes = token_bytes
        self.rows: list[Row] = []
        self.states: list[Any] = []
        self.replies: list[list[int]] = []
        # Each is forgotten with its row.
        self.lookbacks: WeakKeyDictionary[Row, Lookback] = WeakKeyDictionary()

    def fill_defaults(self, int32_tensor: Tensor) -> None:
        """Set nothing: the rows are not told through tensors."""
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests: list[Any]) -> Tensor:
        """Note the rows of the step about to run, in their order."""
        self.states = [request.state for request in requests]
        self.rows = [state.logit_processor_kwargs["row"] for state in self.states]
        self.replies = [
            reply_tokens(state, row) for row, state in zip(self.rows, self.states, strict=True)
        ]
        return torch.zeros(len(requests), dtype=torch.int32)

    def __call__(self, scores: Tensor, tensor_arg: Tensor) -> Tensor:
        """Return scores [rows, vocabulary] in which the drawn token is the highest."""
        del tensor_arg
        # A prompt that is read in pieces has a place in the step and no token yet; for each of
        # these there is a row at the end that means nothing.
        live = scores[: len(self.rows)]
        if self.rows:
            asked = [i for i, row in enumerate(self.rows) if row.top_logprobs is not None]
            raw = live[asked].log_softmax(1) if asked else None
            for i, logits in enumerate(live):
                self.shape(logits, i)
            self.end_impossible_rows(live)
            tokens = self.guarded(self.draw(live))
            live.scatter_(1, tokens[:, None], torch.inf)
            if raw is not None:
                self.note_logprobs(raw, asked, tokens)
        return scores

    def shape(self, logits: Tensor, place: int) -> None:
        """Apply to one row what is its own; what raises ends its request and no other."""
        row, reply = self.rows[place], self.replies[place]
        try:
            for batch_rule in self.rules:
                batch_rule(logits, row)
            for rule in row.rules:
                rule(logits, reply)
            if row.sampling.shapes_logits:
                self.lookback(place).apply(logits, reply)
        except Exception as error:  # noqa: BLE001 - or it would end every request in the loop
            row.error = f"{type(error).__name__} in a logits rule"
            allow_only(logits, self.stop_token)

    def lookback(self, place: int) -> Lookback:
        """Return what the samplers of a row remember of its text."""
        row = self.rows[place]
        if row not in self.lookbacks:
            prompt = self.states[place].initial_tokens[: row.prompt_tokens]
            self.lookbacks[row] = Lookback(row.sampling, prompt, self.token_bytes)
        return self.lookbacks[row]

    def draw(self, scores: Tensor) -> Tensor:
        """Draw a token for every row by its seed and place."""
        samplings = [row.sampling for row in self.rows]
        places = [len(reply) for reply in self.replies]
        numbers = [s.number_at(n) for s, n in zip(samplings, places, strict=True)]
        coins = [
            s.coin_at(n) if s.xtc_probability else 1.0
            for s, n in zip(samplings, places, strict=True)
        ]
        return draw(scores, samplings, numbers, coins)

    def guarded(self, tokens: Tensor) -> Tensor:
        """Let the guards of rows replace what was drawn."""
        for i, row in enumerate(self.rows):
            if row.guard and not row.error:
                try:
                    tokens[i] = row.guard.check(int(tokens[i]), self.replies[i])
                except Exception as error:  # noqa: BLE001 - as for the rules
                    row.error = f"{type(error).__name__} in a guard"
        return tokens

    def note_logprobs(self, raw: Tensor, asked: list[int], tokens: Tensor) -> None:
        """Note how likely the drawn tokens were to the model, before anything was done to them."""
        for logs, i in zip(raw, asked, strict=True):
            row = self.rows[i]
            values, ids = logs.topk(min(row.top_logprobs or 0, len(logs)))
            token = int(tokens[i])
            likeliest = zip(ids.tolist(), values.tolist(), strict=True)
            del row.logprobs[len(self.replies[i]) :]  # of what was taken back
            row.logprobs.append(TokenLogprobs(token, float(logs[token]), tuple(likeliest)))

    def end_impossible_rows(self, scores: Tensor) -> None:
        """End rows with NaN, +inf or no possible token: nothing could be drawn from them."""
        possible = torch.isfinite(scores.amax(1)).tolist()  # the maximum of a row with NaN is NaN
        for i, row in enumerate(self.rows):
            if not possible[i] and row.guard and not row.error:
                allow_only(scores[i], row.guard.way_out())
            elif not possible[i]:
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
