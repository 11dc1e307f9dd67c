"""A model of two layers with random weights, and folders to train it on; for mechanics only."""

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from engine.story.training import (
    HELD_OUT,
    MANIFEST,
    ORDER,
    TRAIN,
    WORKS,
    TrainingManifest,
    TrainingOrder,
    WorkRow,
)
from engine.story.voice import TrainingWork

ROOT = Path(__file__).parents[3]
END = "<|endoftext|>"


def make_model(folder: Path) -> Path:
    """Write the model and a byte-level tokenizer of its own."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=512, special_tokens=[END], initial_alphabet=alphabet, show_progress=False
    )
    backend.train_from_iterator([sentences(1, 400)], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=END, pad_token=END)
    tokenizer.chat_template = (
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=len(tokenizer),
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        pad_token_id=tokenizer.eos_token_id,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def sentences(seed: int, count: int) -> str:
    """Return prose without sense that a model can learn something of."""
    draw = random.Random(seed)
    who = ["The captain", "A gull", "The old keeper", "Her sister", "Nobody", "The boy"]
    does = ["watched", "forgot", "painted", "followed", "heard", "buried"]
    what = ["the harbour", "a lantern", "the long letter", "the storm", "his own name", "a song"]
    how = ["at dusk", "without a word", "again", "before the bell", "in the rain", "slowly"]
    lines = [
        " ".join([draw.choice(who), draw.choice(does), draw.choice(what), draw.choice(how)]) + "."
        for _ in range(count)
    ]
    return "\n\n".join(" ".join(lines[at : at + 6]) for at in range(0, count, 6))


def work(work_id: int, split: str, text: str, language: str = "en") -> WorkRow:
    """Make a row of works.jsonl."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return WorkRow(work_id, f"Work {work_id}", language, text, digest, split)


def some_works() -> list[WorkRow]:
    """Return three works to learn from and one held out."""
    works = [work(number, TRAIN, unlike(number)) for number in range(1, 4)]
    return [*works, work(4, HELD_OUT, unlike(4))]


def unlike(seed: int) -> str:
    """Return a text that is no copy of another seed's: it has names of its own."""
    draw = random.Random(seed)
    names = ["".join(draw.choices("bdfgklmnprstvaeiou", k=5)).title() for _ in range(60)]
    words = sentences(seed, 300).split(" ")
    return " ".join(draw.choice(names) if draw.random() < 0.35 else word for word in words)


def write_folder(folder: Path, order: TrainingOrder, works: list[WorkRow]) -> Path:
    """Write what the bot writes."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = tuple(
        TrainingWork(row.work_id, row.text_hash, "cc0-1.0", "handed in", "[]", row.split)
        for row in works
    )
    (folder / ORDER).write_text(order.to_json())
    (folder / MANIFEST).write_text(TrainingManifest(rows).to_json())
    (folder / WORKS).write_text("".join(row.to_json() + "\n" for row in works))
    return folder


def tiny_order(model: Path, **changes: Any) -> TrainingOrder:
    """Order a few steps with the tiny model."""
    settings: dict[str, Any] = {
        "model": str(model),
        "device": "cpu",
        "rank": 4,
        "steps": 12,
        "steps_between_saves": 4,
        "block_tokens": 32,
        "report_tokens": 512,
        "learning_rate": 5e-3,
        "seed": 3,
    }
    return TrainingOrder(1, 2, "guild-2-1", **settings | changes)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the training process."""
    return subprocess.Popen(
        [sys.executable, "-m", "engine.training", *arguments, str(folder)],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
