"""The generation loop: transformers' continuous batching, set up with our parts."""

from collections.abc import Sequence
from typing import Any

from transformers import ContinuousBatchingConfig, GenerationConfig

from engine.serving.loop import row_control, scheduler
from engine.serving.loop.cache_size import cache_blocks
from engine.serving.loop.prompt_pieces import PAGE_TOKENS
from engine.serving.loop.row_control import BatchRule, RowControl
from engine.serving.replies.token_bytes import TokenBytes
from engine.serving.weights import attention
from engine.serving.weights.loading import LoadedModel
from engine.settings import ServingSettings

# Longer prompts are read in pieces of so many tokens, beside the replies being written.
STEP_TOKENS_CPU, STEP_TOKENS_GPU = 256, 1024
GPU_SHARE = 0.8  # of what is free, for the KV cache; the rest is for activations


def make_loop(loaded: LoadedModel, settings: ServingSettings, rules: Sequence[BatchRule]) -> Any:
    """Return transformers' ContinuousBatchingManager, not yet started."""
    on_cpu = loaded.model.device.type == "cpu"
    if on_cpu:
        attention.install()
    manager = loaded.model.init_continuous_batching(
        # Greedy: RowControl has drawn the token already and left it as the highest.
        generation_config=GenerationConfig(
            do_sample=False, eos_token_id=loaded.stop_tokens or -1, pad_token_id=0
        ),
        continuous_batching_config=ContinuousBatchingConfig(
            page_size=PAGE_TOKENS,
            num_blocks=cache_blocks(loaded.model, settings, PAGE_TOKENS),
            max_memory_percent=GPU_SHARE,
            max_batch_tokens=STEP_TOKENS_CPU if on_cpu else STEP_TOKENS_GPU,
            max_requests_per_batch=settings.running_requests + scheduler.GUESTS,
            scheduler_type=scheduler.NAME,
            per_request_processors=True,
            # RowControl makes its tensors anew at each step, which graphs cannot replay.
            use_cuda_graph=False,
            use_async_batching=False,
            auto_switch_to_flash=False,
        ),
    )
    row_control.install(manager, RowControl(loaded.stop_token, rules, TokenBytes(loaded.tokenizer)))
    return manager
