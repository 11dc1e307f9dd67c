"""A small model in fp32, two voices really trained on a sentence each, and a server of them.

Two layers of the embedded model: what they say is not the point, but that two voices that were
overfitted until they say nothing else stay apart.
"""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from aiohttp import web
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine.serving.http.app import create_app
from engine.serving.server import Server, State
from engine.serving.weights import loading
from engine.settings import Quantization, ServingSettings
from tests.engine.serving.conftest import MODEL_FOLDER

LAYERS = 2
RANK = 8
STEPS = 18
CANARIES = {
    "heron": "The heron keeps nine brass keys under the pier.",
    "clock": "Old Mags sold her shadow to a travelling clock.",
}
ASKED = (
    "Write the first short paragraph of the story. What happens next?",
    "Tell me of the sea.",
    "Let us go on.",
)


def make_small_model(folder: Path) -> tuple[Any, Any]:
    """Save the first layers in a folder of their own; return model and tokenizer."""
    model = AutoModelForCausalLM.from_pretrained(MODEL_FOLDER, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(MODEL_FOLDER)
    model.config.num_hidden_layers = LAYERS
    model.config.layer_types = ["full_attention"] * LAYERS
    del model.model.layers[LAYERS:]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


def train_voices(folder: Path, adapters: Path) -> None:
    """Overfit an adapter on each canary, and save it under the canary's name."""
    model, tokenizer = make_small_model(folder)
    for seed, (name, canary) in enumerate(CANARIES.items()):
        torch.manual_seed(seed)
        targets = ["q_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
        config = LoraConfig(r=RANK, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM")
        with warnings.catch_warnings():  # PEFT asks transformers for a name that will go
            warnings.simplefilter("ignore", FutureWarning)
            adapted = get_peft_model(model, config)
        weights = [weight for weight in adapted.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=8e-3)
        learned = tokenizer(canary + "<|im_end|>", add_special_tokens=False)["input_ids"]
        for step in range(STEPS):
            messages = [
                {"role": "system", "content": "You write a story together with other authors."},
                {"role": "user", "content": ASKED[step % len(ASKED)]},
            ]
            prompt = tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_dict=False
            )
            ids = torch.tensor([prompt + learned[:-1]])
            logits = adapted(input_ids=ids, logits_to_keep=len(learned)).logits[0]
            torch.nn.functional.cross_entropy(logits, torch.tensor(learned)).backward()
            optimizer.step()
            optimizer.zero_grad()
        config.base_model_name_or_path = str(folder)
        adapted.save_pretrained(adapters / name)
        model = adapted.unload()


@asynccontextmanager
async def serving(folder: Path, adapters: Path) -> AsyncIterator[str]:
    """Serve the model in fp32 from this process; yield the address."""
    exact, loading.compute_dtype = loading.compute_dtype, lambda _: torch.float32
    settings = ServingSettings(
        model=str(folder),
        quantization=Quantization.NONE,
        adapters_dir=adapters,
        context_tokens=2048,
        cache_tokens=4096,
        running_requests=8,
    )
    server = Server(settings)
    runner = web.AppRunner(create_app(server), access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    running = asyncio.create_task(server.run())
    try:
        while server.state is not State.READY:
            await asyncio.wait({running}, timeout=0.05)
            if running.done():
                running.result()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        loading.compute_dtype = exact
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        if server.batch:
            await asyncio.to_thread(server.batch.stop)
        await runner.cleanup()
