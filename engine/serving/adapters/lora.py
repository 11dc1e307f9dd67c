"""LoRA adapters (Hu et al. 2021, arXiv:2106.09685) over whatever linear layers a model has.

y = base(x) + B A x, where A and B belong to the adapter of each row. The weights of all resident
adapters lie in stacks, a slot each. A layer is wrapped when the first adapter comes that changes
it, so a server without adapters pays nothing. Filling a slot needs no pause: no row of a step
points to a slot that is being filled.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers.generation.continuous_batching.cache import PagedAttentionCache

from engine.serving.adapters.plan import Plan, Step, plan


class Routing(threading.local):
    """The plan of the step under way in this thread; plain calls of the model have none."""

    plan: Plan = ()


class LoraLinear(nn.Module):
    """A linear layer of any kind, and the stacks of what adapters add to it."""

    def __init__(self, base: Any, routing: Routing, stacks: tuple[Tensor, Tensor]) -> None:
        super().__init__()
        self.base = base
        self.routing = routing
        self.a, self.b = stacks  # [slots, rank, in] and [slots, rank, out], scaled

    def forward(self, x: Tensor) -> Tensor:
        """Return [..., out] for x [..., in]."""
        y: Tensor = self.base(x)
        if self.is_asked:
            # In place: the base made y for us alone.
            self.add_to(x.reshape(-1, x.shape[-1]), y.view(-1, y.shape[-1]))
        return y

    @property
    def is_asked(self) -> bool:
        """Tell whether any row of this step has an adapter."""
        return bool(self.routing.plan)

    def add_to(self, x: Tensor, y: Tensor) -> None:
        """Add to y [tokens, out] what the adapters of this step make of x [tokens, in]."""
        if parts := self.routing.plan:
            x = x.to(self.a.dtype)
            for part in parts:
                part.add(x, y, self.a, self.b)

    @property
    def in_features(self) -> int:
        """Return the width of the input."""
        return int(self.base.in_features)

    @property
    def out_features(self) -> int:
        """Return the width of the output."""
        return int(self.base.out_features)

    @property
    def weight(self) -> Tensor:
        """Return the weight of the base layer."""
        weight: Tensor = self.base.weight
        return weight

    def fill(self, slot: int, weights: tuple[Tensor, Tensor] | None) -> None:
        """Put A [rank, in] and B [out, rank] into a slot; None makes it add nothing."""
        rank = 0
        if weights:
            a, b = weights
            rank = a.shape[0]
            self.a[slot, :rank].copy_(a)
            self.b[slot, :rank].copy_(b.t())
        self.a[slot, rank:].zero_()
        self.b[slot, rank:].zero_()


class LoraStacks:
    """The slots of one model. Only one slot is filled at a time, in any thread."""

    def __init__(self, model: nn.Module, *, slots: int, most_rank: int, dtype: torch.dtype) -> None:
        self.model = model
        self.slots, self.most_rank = slots, most_rank
        self.dtype = dtype
        self.layers: dict[str, LoraLinear] = {}
        # Given the cache of the step under way: the model may have served another loop before.
        self.step_source: Callable[[Any], Step] = lambda _cache: ()
        self._routing = Routing()
        self._filled: set[int] = set()

    @torch.no_grad()
    def fill(self, slot: int, weights: Mapping[str, tuple[Tensor, Tensor]]) -> None:
        """Put an adapter into a slot that no request uses: A [rank, in], B [out, rank], scaled.

        Raises:
            RuntimeError: there is no memory for the stacks.
        """
        self._wrap([path for path in weights if path not in self.layers])
        for path, layer in self.layers.items():
            layer.fill(slot, weights.get(path))
        self._filled.add(slot)

    def _wrap(self, paths: list[str]) -> None:
        if not paths:
            return
        if not self.layers:
            self.model.register_forward_pre_hook(self._begin, with_kwargs=True)
            self.model.register_forward_hook(self._end, always_call=True)
        # All are made before the first is put in place: memory can end on the way.
        made = {path: self._wrapper(self.model.get_submodule(path)) for path in paths}
        for path, layer in made.items():
            parent, _, name = path.rpartition(".")
            setattr(self.model.get_submodule(parent), name, layer)
            self.layers[path] = layer

    def _wrapper(self, base: Any) -> LoraLinear:
        like: dict[str, Any] = {"dtype": self.dtype, "device": base.weight.device}
        # Not zeros: memory that is never written is never taken.
        a = torch.empty(self.slots, self.most_rank, base.in_features, **like)
        b = torch.empty(self.slots, self.most_rank, base.out_features, **like)
        layer = LoraLinear(base, self._routing, (a, b))
        for slot in self._filled:  # by adapters that leave this layer alone
            layer.fill(slot, None)
        return layer

    def _begin(self, _model: Any, args: Any, kwargs: dict[str, Any]) -> None:
        cache = kwargs.get("cache")
        if isinstance(cache, PagedAttentionCache):  # not a plain call, which has no rows of ours
            self._routing.plan = plan(self.step_source(cache), kwargs["input_ids"].device)

    def _end(self, *_: Any) -> None:
        self._routing.plan = ()
