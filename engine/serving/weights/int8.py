"""Linear layers in eight bits for a CPU: int8 weights by int8 activations, summed in int32.

A weight has one scale for each output, an activation one for each token, found anew at each call
(llama.cpp and vLLM's W8A8 do the same in blocks and rows). The sums are exact, so what a token
gives does not depend on the tokens beside it, as it does in bf16 and NF4.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 127  # of -128..127, so that a value and its negative are the same distance from 0
TINY = torch.tensor(1e-12)  # keeps a row of zeros from being divided by zero
# Rows up to which one product a row is faster than one product in all: a single row reads the
# weights as they lie, several have them rearranged first.
ROWS_ONE_BY_ONE = 2

# Layers that are called with the same input, and are computed as one product.
SIBLINGS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


@cache
def is_fast() -> bool:
    """Tell whether this CPU multiplies int8 by int8 in one instruction, as a product here needs.

    Without it the products are computed in fp32, which is right and slow.
    """
    return bool(torch.backends.mkldnn.is_available() and torch.cpu._is_vnni_supported())  # noqa: SLF001


def quantize_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return x [rows, width] as int8 and the scales [rows, 1] that give it back."""
    x = x.float()
    scale = torch.add(TINY, x.abs().amax(-1, keepdim=True), alpha=1 / MOST)
    return torch.div(x, scale).round_().to(torch.int8), scale


def multiply(q: Tensor, columns: Tensor) -> Tensor:
    """Return q [rows, in] times columns [in, out], exactly, as [rows, out] of int32.

    `columns` is a weight [out, in] turned round, not copied.
    """
    if not is_fast():
        return multiply_in_fp32(q, columns)
    rows = q.shape[0]
    if 1 < rows <= ROWS_ONE_BY_ONE:
        return torch.cat([torch._int_mm(row, columns) for row in q.split(1)])  # noqa: SLF001
    return torch._int_mm(q, columns)  # noqa: SLF001


def multiply_in_fp32(q: Tensor, columns: Tensor) -> Tensor:
    """Return the same as `multiply` where there is no instruction for it.

    An fp32 holds integers up to 2**24, which is a thousand products of two bytes.
    """
    total = torch.zeros(q.shape[0], columns.shape[1], dtype=torch.int32)
    for a, b in zip(q.split(1024, 1), columns.split(1024, 0), strict=True):
        total += (a.float() @ b.float()).to(torch.int32)
    return total


def quantize_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return a weight [out, in] as int8 and its scales [out]."""
    values, scale = quantize_rows(weight)
    return values, scale[:, 0]


class Int8Linear(nn.Module):
    """y = x W^T + b, called like nn.Linear; the result has the type of x."""

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor | None = None) -> None:
        super().__init__()
        self.weight, self.scale = nn.Buffer(weight), nn.Buffer(scale)
        self.bias = None if bias is None else nn.Buffer(bias.detach().float())
        self.out_features, self.in_features = weight.shape
        self.group: Group | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Return [..., out] for [..., in]."""
        if self.group is not None:
            return self.group.output_of(self, x)
        return self.apply_to(x)

    def apply_to(self, x: Tensor) -> Tensor:
        """Return [..., out] for [..., in], without looking at siblings."""
        rows = x.reshape(-1, self.in_features)
        return self.rows(*quantize_rows(rows)).to(x.dtype).view(*x.shape[:-1], -1)

    def rows(self, q: Tensor, scale: Tensor) -> Tensor:
        """Return [rows, out] in fp32 for rows that are int8 already."""
        y = torch.mul(multiply(q, self.weight.t()), scale).mul_(self.scale)
        return y if self.bias is None else y.add_(self.bias)

    def extra_repr(self) -> str:
        """Describe the shape."""
        return f"in_features={self.in_features}, out_features={self.out_features}, int8"


class Group:
    """Layers that are called one after the other with the same tensor: one product for all."""

    def __init__(self, members: Sequence[Int8Linear]) -> None:
        self.members = list(members)
        self.sizes = [member.out_features for member in members]
        biases = [torch.zeros(m.out_features) if m.bias is None else m.bias for m in members]
        self.whole = Int8Linear(
            torch.cat([member.weight for member in members]),
            torch.cat([member.scale for member in members]),
            torch.cat(biases) if any(m.bias is not None for m in members) else None,
        )
        self._made: tuple[Tensor, list[Tensor]] | None = None
        starts = [sum(self.sizes[:i]) for i in range(len(self.sizes))]
        for member, start, size in zip(members, starts, self.sizes, strict=True):
            member.weight = nn.Buffer(self.whole.weight[start : start + size])  # a view: held once
            member.scale = nn.Buffer(self.whole.scale[start : start + size])
            member.group = self

    def output_of(self, member: Int8Linear, x: Tensor) -> Tensor:
        """Return the member's output; the outputs of the others are kept until they are asked."""
        made = self._made  # read once: another thread may be in another forward
        if made is None or made[0] is not x:
            made = (x, list(self.whole.apply_to(x).split(self.sizes, -1)))
            self._made = made
        if member is self.members[-1]:
            self._made = None  # or the tensors would live until the next call
        return made[1][self.members.index(member)]


class Int8Embedding(nn.Module):
    """Rows of an int8 table, often the weights of the output layer too."""

    def __init__(self, weight: Tensor, scale: Tensor, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight, self.scale = nn.Buffer(weight), nn.Buffer(scale)
        self.num_embeddings, self.embedding_dim = weight.shape
        self.dtype = dtype

    def forward(self, ids: Tensor) -> Tensor:
        """Return [..., width] for ids [...]."""
        return (self.weight[ids].float() * self.scale[ids][..., None]).to(self.dtype)


def to_int8(model: Any) -> None:
    """Replace every linear layer and the embedding in place, one at a time.

    Tied embeddings stay tied: the table is held once.
    """
    table = model.get_input_embeddings()
    tied = model.get_output_embeddings() is not None and (
        model.get_output_embeddings().weight is table.weight
    )
    for path, layer in list(model.named_modules()):
        if type(layer) is nn.Linear and not (tied and layer is model.get_output_embeddings()):
            replace(model, path, Int8Linear(*quantize_weight(layer.weight.data), layer.bias))
    if tied:
        embedding = Int8Embedding(*quantize_weight(table.weight.data), table.weight.dtype)
        model.set_input_embeddings(embedding)
        model.set_output_embeddings(Int8Linear(embedding.weight, embedding.scale))
    for module in model.modules():
        for names in SIBLINGS:
            members = [getattr(module, name, None) for name in names]
            if all(type(member) is Int8Linear for member in members):
                Group(members)  # type: ignore[arg-type]


def replace(model: Any, path: str, module: nn.Module) -> None:
    """Put a module where another one is."""
    parent, _, leaf = path.rpartition(".")
    setattr(model.get_submodule(parent), leaf, module)
