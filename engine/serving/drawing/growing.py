"""A tensor that grows by one number at a time."""

from collections.abc import Iterable

import torch
from torch import Tensor


class Growing:
    """Numbers on the CPU, with room for more: a step appends, and nothing is copied."""

    def __init__(self, start: Iterable[float], dtype: torch.dtype) -> None:
        first = torch.tensor(list(start), dtype=dtype)
        self.length = len(first)
        self.room = torch.empty(2 * self.length + 64, dtype=dtype)
        self.room[: self.length] = first

    @property
    def values(self) -> Tensor:
        """Return the numbers so far, as a view."""
        return self.room[: self.length]

    def on(self, device: torch.device) -> Tensor:
        """Return the numbers so far on a device."""
        return self.values.to(device)

    def append(self, number: float) -> None:
        """Add one."""
        if self.length == len(self.room):
            self.room = torch.cat([self.room, torch.empty_like(self.room)])
        self.room[self.length] = number
        self.length += 1
