"""Texts as vectors, by a small model of its own beside the one that writes.

Mean pooling over a text's tokens, or its first token where the model's folder says so in the form
of sentence-transformers (`1_Pooling/config.json`), then the length 1: a dot product is a cosine.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from engine.errors import ModelUnusable

BATCH_TEXTS = 16
MOST_TOKENS = 512  # of one text, or fewer where the model has fewer places


class Embedder:
    """An embedding model on the CPU, with a thread of its own: the generation loop goes on."""

    def __init__(self, source: str) -> None:
        """Load the model from a folder or by hub id; safetensors only, no code of others.

        Raises:
            ModelUnusable: it cannot be had, or pools in a way that is not known here.
        """
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(source)
            self.model: Any = AutoModel.from_pretrained(
                source, dtype=torch.float32, use_safetensors=True
            ).eval()
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise ModelUnusable(f"{source}: {error}") from error
        self.name = Path(source).resolve().name if Path(source).is_dir() else source
        self.takes_first = pools_first_token(Path(source) / "1_Pooling" / "config.json")
        places = int(getattr(self.model.config, "max_position_embeddings", 0) or MOST_TOKENS)
        self.most_tokens = min(MOST_TOKENS, places)
        self._thread = ThreadPoolExecutor(1, "embeddings")

    async def read(self, texts: list[str]) -> list[list[int]]:
        """Return the tokens of each text."""
        loop = asyncio.get_running_loop()
        read = await loop.run_in_executor(self._thread, self.tokenizer, texts)
        tokens: list[list[int]] = read["input_ids"]
        return tokens

    async def embed(self, texts: list[list[int]]) -> list[list[float]]:
        """Return a vector of length 1 for the tokens of each text, in order.

        A text has at most `most_tokens`. Once cancelled, it stops after the batch under way.
        """
        loop = asyncio.get_running_loop()
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # little padding
        vectors: dict[int, list[float]] = {}
        for start in range(0, len(order), BATCH_TEXTS):
            some = order[start : start + BATCH_TEXTS]
            batch = [texts[i] for i in some]
            found = await loop.run_in_executor(self._thread, self._embed_batch, batch)
            vectors |= zip(some, found.tolist(), strict=True)
        return [vectors[i] for i in range(len(texts))]

    @torch.inference_mode()
    def _embed_batch(self, texts: list[list[int]]) -> Tensor:
        tokens = self.tokenizer.pad({"input_ids": texts}, return_tensors="pt")
        hidden = self.model(**tokens).last_hidden_state
        if self.takes_first:
            pooled = hidden[:, 0]
        else:
            weights = tokens["attention_mask"][..., None].float()
            pooled = (hidden * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(pooled, dim=1)


def pools_first_token(config: Path) -> bool:
    """Tell whether a model takes its first token, and not the mean of all.

    Raises:
        ModelUnusable: it does neither.
    """
    if not config.is_file():
        return False
    modes = {
        name.removeprefix("pooling_mode_")
        for name, value in json.loads(config.read_text("utf-8")).items()
        if name.startswith("pooling_mode") and value is True
    }
    if modes not in ({"mean_tokens"}, {"cls_token"}):
        raise ModelUnusable(f"{config}: mean_tokens or cls_token, not {sorted(modes)}")
    return modes == {"cls_token"}
