"""Which rows of a step are written with which adapter, and how to multiply them.

Continuous batching packs the tokens of all requests into one row. Few tokens of each of many
adapters (replies being written) are multiplied together, padded to the same number each, in one
batched product; many tokens of one adapter (a prompt being read, or a step of one adapter alone)
by themselves. At 16 rows over 8 adapters of rank 16 on one CPU thread, the batched product costs
18 ms a step, a loop over the adapters 38, a copy of each row's weights 33, and one adapter alone
5 (SmolLM2-135M, all linear layers, fp32).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.serving.loop.row import Adapter, Row

LONG = 32  # tokens of one adapter from which on it is multiplied by itself
WORTH_A_VIEW = 2  # slots that may lie in a view of the stack for each one that is used

Step = Sequence[tuple[Row, int]]  # the requests of a step and their tokens, in packing order


@dataclass(frozen=True, slots=True)
class Alone:
    """Rows of one adapter."""

    slot: int
    rank: int
    rows: Tensor | slice  # of the packed batch

    def add(self, x: Tensor, y: Tensor, a: Tensor, b: Tensor) -> None:
        """Add the adapter's part to y [tokens, out], given x [tokens, in]."""
        inner = x[self.rows] @ a[self.slot, : self.rank].t()
        outer = b[self.slot, : self.rank]
        if isinstance(self.rows, slice):
            y[self.rows].add_(inner @ outer)
        else:
            y.index_add_(0, self.rows, (inner @ outer).to(y.dtype))


@dataclass(frozen=True, slots=True)
class Together:
    """A few rows of each of several adapters."""

    slots: slice | Tensor
    rank: int  # the largest; smaller ones are padded with zeros in the stack
    rows: Tensor  # of the packed batch
    padded: Tensor  # row numbers [slots * most rows], with any row where a slot has fewer
    unpadded: Tensor  # where each of `rows` stands among the padded ones
    slot_count: int

    def add(self, x: Tensor, y: Tensor, a: Tensor, b: Tensor) -> None:
        """Add the adapters' parts to y [tokens, out], given x [tokens, in]."""
        grouped = x[self.padded].view(self.slot_count, -1, x.shape[1])
        inner = torch.bmm(grouped, a[self.slots, : self.rank].transpose(1, 2))
        outer = torch.bmm(inner, b[self.slots, : self.rank]).view(-1, y.shape[1])
        y.index_add_(0, self.rows, outer[self.unpadded].to(y.dtype))


Part = Alone | Together
Plan = tuple[Part, ...]


def plan(step: Step, device: torch.device) -> Plan:
    """Return how to add the adapters of a step; empty when none is used."""
    rows: dict[Adapter, list[range]] = {}
    start = 0
    for row, tokens in step:
        if row.adapter:
            rows.setdefault(row.adapter, []).append(range(start, start + tokens))
        start += tokens
    counts = {adapter: sum(map(len, runs)) for adapter, runs in rows.items()}
    few = [adapter for adapter in rows if counts[adapter] < LONG]
    if len(few) == 1:
        few = []
    parts: list[Part] = [
        Alone(adapter.slot, adapter.rank, selection(runs, device))
        for adapter, runs in rows.items()
        if adapter not in few
    ]
    if few:
        parts.append(together({adapter: rows[adapter] for adapter in few}, device))
    return tuple(parts)


def selection(runs: list[range], device: torch.device) -> Tensor | slice:
    """Return a slice where the rows follow each other: it needs no copy."""
    first, last = runs[0], runs[-1]
    if last.stop - first.start == sum(map(len, runs)):
        return slice(first.start, last.stop)
    return index((i for run in runs for i in run), device)


def together(rows: dict[Adapter, list[range]], device: torch.device) -> Together:
    """Return the batched product for adapters with few rows each."""
    by_slot = {adapter.slot: [i for run in runs for i in run] for adapter, runs in rows.items()}
    used = sorted(by_slot)
    span = range(used[0], used[-1] + 1)
    is_view = len(span) <= WORTH_A_VIEW * len(used)
    slots = list(span) if is_view else used
    most = max(map(len, by_slot.values()))
    padded: list[int] = []
    unpadded: list[int] = []
    order: list[int] = []
    for slot in slots:
        own = by_slot.get(slot, [])
        unpadded += range(len(padded), len(padded) + len(own))
        order += own
        padded += own + [0] * (most - len(own))  # the padding's product is never read
    return Together(
        slots=slice(span.start, span.stop) if is_view else index(used, device),
        rank=max(adapter.rank for adapter in rows),
        rows=index(order, device),
        padded=index(padded, device),
        unpadded=index(unpadded, device),
        slot_count=len(slots),
    )


def index(numbers: Iterable[int], device: torch.device) -> Tensor:
    """Return row numbers as a tensor."""
    return torch.tensor(list(numbers), device=device)
