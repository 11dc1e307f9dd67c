"""Measure what drawing the tokens of one step costs, and print a markdown table.

    python -m bench.sampling

CPU time of one thread, for 16 requests that write beside each other after a prompt of 2,000
tokens: everything between the model's logits and the drawn tokens. The logits are the embedded
model's own on a text; for a vocabulary three times as large they are continued by unlikely ones.
The last column is what transformers' processors take for the same, where it has them: they sort
the vocabulary.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from engine.model.presets import load_presets
from engine.serving.http.sampler_fields import Samplers, sampling_of
from engine.serving.loop.row import Row
from engine.serving.loop.row_control import RowControl
from engine.serving.replies.token_bytes import TokenBytes
from engine.serving.weights.loading import LoadedModel, load
from engine.settings import Quantization, ServingSettings

ROWS = 16
PROMPT_TOKENS = 2000
STEPS = 30
TEXT = (
    "The lighthouse keeper had not spoken to anybody for eleven days when the radio, which he had "
    "taken for dead, began to count backwards in the voice of his sister. He put down the lamp."
)

CASES: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0},
    "temperature": {"temperature": 0.8},
    "top_k 50, top_p 0.95": {"top_k": 50, "top_p": 0.95},
    "top_p 0.95": {"top_p": 0.95},
    "min_p 0.05": {"min_p": 0.05},
    "typical_p 0.9": {"typical_p": 0.9},
    "repetition_penalty 1.1, top_k 50": {"repetition_penalty": 1.1, "top_k": 50},
    "no_repeat_ngram_size 3, top_k 50": {"no_repeat_ngram_size": 3, "top_k": 50},
    "DRY, min_p 0.05": {"dry_multiplier": 0.8, "min_p": 0.05},
    "XTC, min_p 0.05": {"xtc_probability": 0.5, "min_p": 0.05},
    "dynamic temperature, min_p 0.05": {"dynatemp_range": 0.5, "min_p": 0.05},
}


@dataclass(frozen=True, slots=True)
class Step:
    """Where a step of the loop begins: the logits of every row, and its prompt."""

    logits: Tensor
    prompt: list[int]
    token_bytes: TokenBytes


def beginning(loaded: LoadedModel) -> Step:
    """Return real logits at 16 places of a text."""
    tokens = loaded.tokenizer.encode(TEXT)
    with torch.no_grad():
        logits = loaded.model(torch.tensor([tokens])).logits[0].float()
    prompt = (tokens * (PROMPT_TOKENS // len(tokens) + 1))[:PROMPT_TOKENS]
    return Step(logits[-ROWS:].contiguous(), prompt, TokenBytes(loaded.tokenizer))


def widened(step: Step, vocabulary: int) -> Step:
    """Return the step of a model with more tokens."""
    copies = vocabulary // step.logits.shape[1] + 1
    logits = torch.cat([step.logits] + [step.logits - 10] * copies, dim=1)[:, :vocabulary]
    return Step(logits.contiguous(), step.prompt, step.token_bytes)


def milliseconds(run: Callable[[Tensor], object], logits: Tensor) -> float:
    """Return the median CPU time of a step; the first ones do not count."""
    times = []
    for _ in range(STEPS + 3):
        fresh = logits.clone()
        start = time.process_time()
        run(fresh)
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times[3:])


def ours(step: Step, asked: list[dict[str, Any]]) -> float:
    """Measure one step of rows that ask for these samplers, one after the other."""
    control = RowControl(0, [], step.token_bytes)
    requests = []
    for i in range(ROWS):
        sampling = sampling_of(Samplers(seed=i, **asked[i % len(asked)]), step.logits.shape[1])
        row = Row(len(step.prompt), sampling)
        state = SimpleNamespace(
            logit_processor_kwargs={"row": row}, initial_tokens=step.prompt, generated_tokens=[]
        )
        requests.append(SimpleNamespace(state=state))

    def run(logits: Tensor) -> None:
        tensor = control.prepare_tensor_args(requests)
        tokens = control(logits, tensor).argmax(1).tolist()
        for request, token in zip(requests, tokens, strict=True):
            request.state.generated_tokens.append(token)

    return milliseconds(run, step.logits)


THEIRS: dict[str, Callable[[Any], Any]] = {
    "repetition_penalty": RepetitionPenaltyLogitsProcessor,
    "no_repeat_ngram_size": NoRepeatNGramLogitsProcessor,
    "temperature": TemperatureLogitsWarper,
    "top_k": TopKLogitsWarper,
    "top_p": TopPLogitsWarper,
    "min_p": MinPLogitsWarper,
    "typical_p": TypicalLogitsWarper,
}


def theirs(step: Step, asked: dict[str, Any]) -> float | None:
    """Measure the same with transformers' processors; None where it lacks a sampler."""
    if not asked.keys() <= THEIRS.keys() or asked.get("temperature") == 0:
        return None
    chain = LogitsProcessorList([THEIRS[name](asked[name]) for name in THEIRS if name in asked])
    ids = torch.tensor([step.prompt] * ROWS)

    def run(logits: Tensor) -> None:
        torch.multinomial(chain(ids, logits).softmax(1), 1)

    return milliseconds(run, step.logits)


def presets() -> dict[str, dict[str, Any]]:
    """Return the shipped presets as requests name them."""
    names = Samplers.model_fields
    return {
        f"preset {name}": {
            field: list(value) if isinstance(value, tuple) else value
            for field in names
            if (value := getattr(preset.sampling, field, None)) is not None
        }
        for name, preset in load_presets().items()
    }


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    small = beginning(load(ServingSettings(quantization=Quantization.NONE), lambda *_: None))
    large = widened(small, 151_936)
    cases = CASES | presets()
    print("| samplers | ms, 49,152 tokens | ms, 151,936 tokens | transformers, 49,152 |")
    print("|---|---|---|---|")
    for name, asked in cases.items():
        reference = theirs(small, asked)
        shown = "-" if reference is None else f"{reference:.1f}"
        print(f"| {name} | {ours(small, [asked]):.1f} | {ours(large, [asked]):.1f} | {shown} |")
    everything = list(cases.values())
    figures = [f"{ours(step, everything):.1f}" for step in (small, large)]
    print(f"| all of these beside each other | {figures[0]} | {figures[1]} | - |")


if __name__ == "__main__":
    main()
