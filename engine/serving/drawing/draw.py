"""Drawing the next token of every row, each row by its own settings and number.

The processors of transformers sort the whole vocabulary for each setting; a partial sort of the
few tokens that can be drawn at all is many times faster. Rows are taken together by how wide that
sort has to be, which a row's own scores and settings decide: what else is in the batch never
changes what a row draws. The order of the cuts is that of transformers, and XTC comes last
(`docs/samplers.md`).
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.serving.drawing.sampling import Sampling
from engine.serving.drawing.warpers import (
    NO_LIMIT,
    SLACK,
    cut_likeliest,
    cut_min_p,
    cut_top_k,
    cut_top_p,
    cut_typical,
    dynamic_temperature,
)

WIDTHS = (64, 256, 1024)  # of the partial sorts
LIKELIEST, UNSORTED = 1, 0  # in the place of a width: the likeliest token alone; all as they lie
LEAST_TEMPERATURE = 0.001  # below, the division would overflow, and the draw is greedy anyway

Coins = list[float]


def draw(scores: Tensor, samplings: list[Sampling], numbers: list[float], coins: Coins) -> Tensor:
    """Draw one token a row; scores are [rows, vocabulary], the result is [rows] of int64.

    `coins` decide whether XTC acts.
    """
    tokens = torch.empty(len(samplings), dtype=torch.int64, device=scores.device)
    vocabulary = scores.shape[1]
    open_rows = {i: first_width(s, vocabulary) for i, s in enumerate(samplings)}
    while open_rows:
        width = min(open_rows.values())
        group = [i for i, wanted in open_rows.items() if wanted == width]
        if width == vocabulary or (width == UNSORTED and scores.device.type == "cpu"):
            del group[1:]  # how much to sort is the row's own, and a row fits a CPU's cache
        picked = torch.tensor(group, device=scores.device)
        rows = Rows(
            scores if len(group) == len(samplings) else scores[picked],
            [samplings[i] for i in group],
            [numbers[i] for i in group],
            [coins[i] for i in group],
        )
        drawn, is_decided = rows.draw(width)
        tokens[picked] = drawn
        for i, decided in zip(group, is_decided, strict=True):
            if decided:
                del open_rows[i]
            else:
                open_rows[i] = next_width(samplings[i], vocabulary)
    return tokens


def first_width(sampling: Sampling, vocabulary: int) -> int:
    """Return how many of the likeliest tokens to look at first."""
    if sampling.top_k == 1:
        return LIKELIEST
    if sampling.top_k:
        return next((w for w in WIDTHS if sampling.top_k <= w <= vocabulary), vocabulary)
    if sampling.top_p < 1 or sampling.min_p > 0:
        return min(WIDTHS[0], vocabulary)
    return UNSORTED


def next_width(sampling: Sampling, vocabulary: int) -> int:
    """Return how many to look at when the first were too few."""
    return vocabulary if sampling.top_p < 1 else UNSORTED


class Rows:
    """Rows of one step that are drawn together, and their settings as columns."""

    def __init__(
        self, scores: Tensor, samplings: list[Sampling], numbers: list[float], coins: Coins
    ) -> None:
        self.scores, self.samplings = scores, samplings
        self.numbers, self.coins = numbers, coins

    def column(self, value: Callable[[Sampling], float]) -> Tensor:
        """Return a value of every row's settings as a column."""
        return self.tensor([value(s) for s in self.samplings])

    def tensor(self, values: list[float]) -> Tensor:
        """Return one number a row as a column."""
        return torch.tensor(values, dtype=torch.float32, device=self.scores.device)[:, None]

    def draw(self, width: int) -> tuple[Tensor, list[bool]]:
        """Return a token a row, and for which rows the width was enough to say so."""
        decided = [True] * len(self.samplings)
        if width == LIKELIEST:
            return self.scores.argmax(1), decided
        if width == UNSORTED:
            best, ids = self.scores, None
        elif width == self.scores.shape[1]:
            best, ids = sorted_row(self.scores, self.samplings[0])
        else:
            best, ids = self.scores.topk(width, 1)
        # A dynamic temperature comes last: it is measured on what is left.
        temperature = self.column(lambda s: 1.0 if s.dynatemp_range else s.temperature)
        kept = self.cut_by_rank(best / temperature, temperature)
        kept = cut_min_p(kept, self.column(lambda s: s.min_p))
        if LIKELIEST < width < self.scores.shape[1]:
            is_cut = torch.isneginf(kept[:, -1]).tolist()
            decided = [bool(s.top_k or c) for s, c in zip(self.samplings, is_cut, strict=True)]
        weights = self.cut_by_character(kept).softmax(1)
        index = pick(weights, self.tensor(self.numbers))
        return (index if ids is None else ids.gather(1, index)).squeeze(1), decided

    def cut_by_rank(self, best: Tensor, temperature: Tensor) -> Tensor:
        """Apply top_k and top_p to scores in falling order."""
        if any(s.top_k for s in self.samplings):
            best = cut_top_k(best, self.column(lambda s: s.top_k or NO_LIMIT))
        if any(s.top_p < 1 for s in self.samplings):
            log_sums = best.logsumexp(1, keepdim=True)
            if best.shape[1] < self.scores.shape[1] and not all(s.top_k for s in self.samplings):
                whole = (self.scores / temperature).logsumexp(1, keepdim=True)
                log_sums = torch.where(self.column(lambda s: s.top_k) > 0, log_sums, whole)
            top_p = self.column(lambda s: s.top_p if s.top_p < 1 else NO_LIMIT)
            best = cut_top_p(best, log_sums, top_p)
        return best

    def cut_by_character(self, kept: Tensor) -> Tensor:
        """Apply typical_p, XTC and dynamic temperature, to tokens in any order."""
        if any(s.typical_p < 1 for s in self.samplings):
            limit = self.column(lambda s: s.typical_p if s.typical_p < 1 else NO_LIMIT)
            kept = cut_typical(kept, limit)
        acts = [c < s.xtc_probability for c, s in zip(self.coins, self.samplings, strict=True)]
        if any(acts):
            pairs = zip(acts, self.samplings, strict=True)
            limits = [s.xtc_threshold if act else NO_LIMIT for act, s in pairs]
            kept = cut_likeliest(kept, self.tensor(limits))
        if any(s.dynatemp_range for s in self.samplings):
            temperature = dynamic_temperature(
                kept,
                self.column(lambda s: s.temperature if s.dynatemp_range else 1.0),
                self.column(lambda s: s.dynatemp_range),
                self.column(lambda s: s.dynatemp_exponent),
                LEAST_TEMPERATURE,
            )
            kept = kept / temperature
        return kept


def sorted_row(scores: Tensor, sampling: Sampling) -> tuple[Tensor, Tensor]:
    """Return the scores [1, width] of one row in falling order, as many as matter, and their ids.

    Tokens of less than (1 - top_p) / vocabulary have less than 1 - top_p together: the others
    reach top_p.
    """
    if sampling.top_k:
        return scores.topk(min(sampling.top_k, scores.shape[1]), 1)
    if sampling.top_p >= 1:
        return scores.sort(1, descending=True)
    tempered = scores if sampling.dynatemp_range else scores / sampling.temperature
    floor = tempered.logsumexp(1) + math.log((1 - sampling.top_p) / scores.shape[1])
    ids = (tempered[0] >= floor - SLACK).nonzero()[:, 0]
    best, order = scores[:, ids].sort(1, descending=True)
    return best, ids[order]


def pick(weights: Tensor, numbers: Tensor) -> Tensor:
    """Return the index [rows, 1] at which the running sum of a row passes its number in [0, 1)."""
    sums = weights.cumsum(1)
    index = torch.searchsorted(sums, numbers * sums[:, -1:], right=True)
    index.clamp_(max=weights.shape[1] - 1)
    if bool((weights.gather(1, index) > 0).all()):
        return index
    # Rounding can carry the number to the very end; the last token that has weight is meant then.
    columns = torch.arange(weights.shape[1], device=weights.device)
    return torch.minimum(index, (columns * (weights > 0)).amax(1, keepdim=True))
