"""The layers of Llama-like models on a CPU, with as few calls to torch as they can be written.

A small model spends more time between products than in them: transformers' own forward of the
embedded model takes 22 ms for a token, of which the int8 products are 3. Modules stay where they
are and are called when they are not plain (another quantization, another wrapper); what adapters
add is added to the products. Whatever is not a step of continuous batching takes transformers'
forward.
"""

from collections.abc import Callable
from itertools import accumulate
from operator import is_
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import silu
from transformers.modeling_outputs import BaseModelOutputWithPast

from engine.serving.adapters.lora import LoraLinear
from engine.serving.weights.attention import is_plain
from engine.serving.weights.int8 import Int8Linear, multiply, quantize_rows
from engine.serving.weights.pages import Step, plan

MODEL_TYPES = ("llama", "mistral", "qwen2", "qwen3")


def install(model: Any) -> bool:
    """Take over the steps of continuous batching if the model is one of those known here."""
    config = model.config
    if config.model_type not in MODEL_TYPES or config.hidden_act != "silu":
        return False
    body = model.model
    body.forward = Decoder(body, body.forward).forward
    return True


class Decoder:
    """The body of a model: from token ids to the hidden states before the output layer."""

    def __init__(self, body: Any, stock: Callable[..., Any]) -> None:
        self.body, self.stock = body, stock
        self.layers: list[Layer] = []

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what transformers' forward returns."""
        if not is_step(args, kwargs):
            return self.stock(*args, **kwargs)
        modules = self.body.layers[: self.body.config.num_hidden_layers]
        if len(modules) != len(self.layers) or not all(map(Layer.holds, self.layers, modules)):
            self.layers = [Layer(module) for module in modules]
        with torch.inference_mode():
            x = self.body.embed_tokens(kwargs["input_ids"])
            cos, sin = self.body.rotary_emb(x.float(), kwargs["position_ids"])
            dtype, x = x.dtype, x[0].float()
            cos, sin = cos[0][:, None], signed(sin[0])[:, None]
            (allocator,) = kwargs["cache"].cache_allocators.values()
            step = plan(allocator, kwargs)
            for layer in self.layers:
                x = layer.forward(x, cos, sin, step)
            x = Norm(self.body.norm)(x)[None].to(dtype)
        return BaseModelOutputWithPast(last_hidden_state=x)


def is_step(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Tell whether a forward is a step of continuous batching with nothing unusual."""
    if args or kwargs.get("input_ids") is None or kwargs.get("block_table") is not None:
        return False
    return is_plain(kwargs.get("cache"), kwargs)


def signed(sin: Tensor) -> Tensor:
    """Return sin with the sign that rotate_half gives the half that it moves to the front."""
    half = sin.shape[-1] // 2
    return torch.cat([-sin[..., :half], sin[..., half:]], -1)


class Norm:
    """RMSNorm in fp32."""

    def __init__(self, module: Any) -> None:
        self.weight = module.weight.detach().float()
        self.epsilon = torch.tensor(module.variance_epsilon)
        self.share = 1 / len(self.weight)

    def factor(self, x: Tensor) -> Tensor:
        """Return what brings rows [..., width] to a mean square of 1, [..., 1]."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return torch.addcmul(self.epsilon, length, length, value=self.share).rsqrt_()

    def __call__(self, x: Tensor) -> Tensor:
        """Return x [..., width], normed."""
        return torch.mul(x, self.factor(x)).mul_(self.weight)


class Product:
    """The layers that have one input, computed at once; the outputs stand side by side."""

    def __init__(self, dtype: torch.dtype, *members: Any) -> None:
        self.dtype, self.members = dtype, members
        whole = whole_of(tuple(map(bare, members)))
        self.columns = None if whole is None else whole.weight.t()
        if whole is not None:
            self.scale, self.bias = whole.scale, whole.bias
        ends = list(accumulate(member.out_features for member in members))
        self.wrappers = [
            (slice(end - member.out_features, end), member)
            for end, member in zip(ends, members, strict=True)
            if isinstance(member, LoraLinear)
        ]

    def __call__(self, x: Tensor) -> Tensor:
        """Return [tokens, out] in fp32 for x [tokens, in] in fp32."""
        if self.columns is None:
            return self.ask_modules(x)
        y = self.sums(*quantize_rows(x))
        self.add_adapters(x, y)
        return y

    def of_normed(self, x: Tensor, norm: Norm) -> Tensor:
        """Return the same for the normed x: what norms a row joins the scale of the row."""
        if self.columns is None:
            return self.ask_modules(norm(x))
        q, scale = quantize_rows(x * norm.weight)
        y = self.sums(q, norm.factor(x).mul_(scale))
        if self.wrappers and self.wrappers[0][1].is_asked:
            self.add_adapters(norm(x), y)
        return y

    def add_adapters(self, x: Tensor, y: Tensor) -> None:
        """Add to y [tokens, out] what the adapters of this step make of x [tokens, in]."""
        for columns, wrapper in self.wrappers:
            wrapper.add_to(x, y[:, columns])

    def sums(self, q: Tensor, scale: Tensor) -> Tensor:
        """Return the products of int8 rows."""
        y = torch.mul(multiply(q, self.columns), scale).mul_(self.scale)  # type: ignore[arg-type]
        return y if self.bias is None else y.add_(self.bias)

    def ask_modules(self, x: Tensor) -> Tensor:
        """Return what the modules return, which take the model's type."""
        x = x.to(self.dtype)
        outputs = [member(x) for member in self.members]
        return (outputs[0] if len(outputs) == 1 else torch.cat(outputs, -1)).float()


def bare(member: Any) -> Any:
    """Return the layer itself, whether adapters wrap it or not."""
    return member.base if isinstance(member, LoraLinear) else member


def whole_of(members: tuple[Any, ...]) -> Int8Linear | None:
    """Return the one int8 layer that computes all of these; None if there is none."""
    first = members[0]
    if type(first) is not Int8Linear:
        return None
    if len(members) == 1:
        return first
    group = first.group
    same = group is not None and all(map(is_, members, group.members))
    return group.whole if group is not None and same else None


class Layer:
    """One layer: what is looked up in its modules only once."""

    def __init__(self, module: Any) -> None:
        attention, mlp = module.self_attn, module.mlp
        dtype = module.input_layernorm.weight.dtype
        self.found = modules_of(module)
        self.norm, self.norm_after = (
            Norm(module.input_layernorm),
            Norm(module.post_attention_layernorm),
        )
        self.heads = Product(dtype, attention.q_proj, attention.k_proj, attention.v_proj)
        self.out = Product(dtype, attention.o_proj)
        self.gate_and_up = Product(dtype, mlp.gate_proj, mlp.up_proj)
        self.down = Product(dtype, mlp.down_proj)
        self.index, self.scaling = attention.layer_idx, attention.scaling
        self.width = attention.head_dim
        shared = attention.config.num_key_value_heads
        self.keys_end = -shared
        self.head_norms = (
            (Norm(attention.q_norm), Norm(attention.k_norm))
            if hasattr(attention, "q_norm")
            else None
        )

    def holds(self, module: Any) -> bool:
        """Tell whether the module still has the parts that were found: adapters wrap some."""
        return modules_of(module) == self.found

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, step: Step) -> Tensor:
        """Return x [tokens, width] after this layer."""
        heads = self.heads.of_normed(x, self.norm).view(x.shape[0], -1, self.width)
        turned = heads[:, : self.keys_end]
        if self.head_norms:
            for part, norm in zip(
                (turned[:, : self.keys_end], turned[:, self.keys_end :]),
                self.head_norms,
                strict=True,
            ):
                part.copy_(norm(part))
        torch.addcmul(turned * cos, turned.roll(self.width // 2, -1), sin, out=turned)
        seen = step.attend(self.index, heads, self.scaling)
        x = self.out(seen.reshape(x.shape[0], -1).float()).add_(x)
        gate, up = self.gate_and_up.of_normed(x, self.norm_after).chunk(2, -1)
        return self.down(silu(gate).mul_(up)).add_(x)


def modules_of(module: Any) -> tuple[Any, ...]:
    """Return the parts of a layer that can be replaced."""
    parts = module._modules  # noqa: SLF001 - without the cost of a look-up by attribute
    attention, mlp = parts["self_attn"]._modules, parts["mlp"]._modules  # noqa: SLF001
    return (
        attention["q_proj"],
        attention["k_proj"],
        attention["v_proj"],
        attention["o_proj"],
        mlp["gate_proj"],
        mlp["up_proj"],
        mlp["down_proj"],
    )
