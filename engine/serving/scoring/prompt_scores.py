"""Log-probabilities of prompts, taken while the generation loop reads them.

The model hands the generation loop logits of last tokens only. `PromptScores` looks at the hidden
states of each step and applies the head to the places that were asked for, in slices, so a prompt
is scored in the steps that read it, beside its neighbours.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.serving.scoring.scored_prompt import PlaceScore, Scoring

if TYPE_CHECKING:
    from engine.serving.loop.row import Row

SLICE = 64  # places at once: their logits are [slice, vocabulary] of fp32
TRIAL = (1, 2, 3, 5)  # token ids
TOLERANCE = 0.05  # of log-probabilities: low precision differs by less, another head by more


class PromptScores:
    """Scores the prompts of the rows that ask for it; installed on the model once."""

    def __init__(self, model: Any, step: Callable[[], list[tuple["Row", int]]]) -> None:
        """Take the model, and what tells the rows of the step under way in packing order."""
        self.head = model.get_output_embeddings()
        self.body = model.base_model
        self.step = step
        self.is_exact = has_plain_head(model)
        self._hook: Any = None

    def install(self) -> None:
        """Look at every step from now on."""
        self._hook = self.body.register_forward_hook(self.look, with_kwargs=True)

    def remove(self) -> None:
        """Look no longer."""
        if self._hook:
            self._hook.remove()

    def look(self, _module: Any, _args: Any, kwargs: dict[str, Any], output: Any) -> None:
        """Score what a step read; what goes wrong ends only the request at fault."""
        positions, rows = kwargs.get("position_ids"), self.step()
        if positions is None or not any(row.scoring for row, _ in rows):
            return
        at = 0
        for row, count in rows:
            if row.scoring and not row.error:
                try:
                    hidden = output.last_hidden_state[0, at : at + count]
                    self.score(row.scoring, hidden, positions.flatten()[at : at + count].tolist())
                except Exception as error:  # noqa: BLE001 - it would end every request
                    row.error = f"{type(error).__name__} in prompt scoring"
            at += count

    def score(self, scoring: Scoring, hidden: Tensor, positions: list[int]) -> None:
        """Note the places whose token comes right after one of these positions."""
        wanted = range(scoring.asked.start, len(scoring.prompt))
        asked = [(i, place + 1) for i, place in enumerate(positions) if place + 1 in wanted]
        for at in range(0, len(asked), SLICE):
            part = asked[at : at + SLICE]
            rows = torch.tensor([i for i, _ in part], device=hidden.device)
            logs = self.head(hidden[rows]).float().log_softmax(1)
            tokens = torch.tensor([scoring.prompt[place] for _, place in part], device=logs.device)
            own = logs.gather(1, tokens[:, None])
            ranks = (logs > own).sum(1) + 1
            values, ids = logs.topk(min(scoring.asked.likeliest, logs.shape[1]), dim=1)
            figures = zip(
                part, own[:, 0].tolist(), ranks.tolist(), ids.tolist(), values.tolist(), strict=True
            )
            for (_, place), logprob, rank, best, best_values in figures:
                likeliest = tuple(zip(best, best_values, strict=True))
                token = scoring.prompt[place]
                scoring.places[place] = PlaceScore(token, logprob, rank, likeliest)


def has_plain_head(model: Any) -> bool:
    """Tell whether head and hidden states alone give what the model gives.

    Some models scale or cap their logits afterwards.
    """
    ids = torch.tensor([TRIAL], device=model.device)
    with torch.no_grad():
        states = model.base_model(ids, use_cache=False).last_hidden_state
        plain = model.get_output_embeddings()(states).float().log_softmax(-1)
        whole = model(ids, use_cache=False).logits.float().log_softmax(-1)
    return bool((plain.exp() - whole.exp()).abs().max() < TOLERANCE)
