"""What the model would see, for members to look at."""

import io

import discord

from bot.locales import Words
from engine.memory.prompt import BlockKind, Prompt

BAR_CELLS = 20


def summary(prompt: Prompt, words: Words) -> str:
    """Return the share of each kind of block, as bars of text."""
    names = {
        BlockKind.SYSTEM: words("rules"),
        BlockKind.OPENING: words("opening"),
        BlockKind.TURN: words("story so far"),
        BlockKind.INSTRUCTION: words("request"),
    }
    lines = [words("The model would see {tokens} tokens:", tokens=prompt.tokens)]
    for kind, name in names.items():
        tokens = sum(block.tokens for block in prompt.blocks if block.kind is kind)
        lines.append(f"`{bar(tokens, prompt.tokens)}` {name}: {tokens}")
    if prompt.dropped_turns:
        lines.append(
            words.plural(
                "{count} old turn no longer fits and is left out.",
                "{count} old turns no longer fit and are left out.",
                prompt.dropped_turns,
            )
        )
    return "\n".join(lines)


def bar(part: int, whole: int) -> str:
    """Return a bar of BAR_CELLS characters, filled in proportion."""
    filled = round(BAR_CELLS * part / whole) if whole else 0
    return "█" * filled + "░" * (BAR_CELLS - filled)


def prompt_file(prompt: Prompt) -> discord.File:
    """Return the messages exactly as the model gets them."""
    text = "\n\n".join(f"### {message.role}\n{message.text}" for message in prompt.messages)
    return discord.File(io.BytesIO(text.encode()), "prompt.md")
