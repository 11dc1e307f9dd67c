"""What the model would see, for members to look at: shares, reasons, and the prompt as it is."""

import io

import discord

from bot.context_picture import shares_picture
from bot.locales import Words
from engine.memory.prompt import Block, BlockKind, LeftOut, Prompt, Reason

GROUPS: dict[str, tuple[BlockKind, ...]] = {
    "⬛": (BlockKind.SYSTEM,),
    "🟫": (BlockKind.SAMPLE,),
    "🟨": (BlockKind.PIN, BlockKind.NOTE),
    "🟥": (BlockKind.CANON,),
    "🟧": (BlockKind.LORE,),
    "🟪": (BlockKind.SUMMARY,),
    "🟦": (BlockKind.TURN,),
    "🟩": (BlockKind.RECALLED,),
    "⬜": (BlockKind.OPENING, BlockKind.INSTRUCTION),
}
"""What is shown in one colour, in the order of the picture."""


def summary(prompt: Prompt, words: Words) -> str:
    """Return how the prompt's tokens are shared, one line a colour, and what found no place."""
    lines = [
        words(
            "The model would see {tokens} of at most {budget} tokens:",
            tokens=prompt.tokens,
            budget=prompt.budget_tokens,
        )
    ]
    names = names_of_groups(words)
    for color, kinds in GROUPS.items():
        blocks = [block for block in prompt.blocks if block.kind in kinds]
        if blocks:
            tokens = sum(block.tokens for block in blocks)
            line = words("{name}: {value}", name=names[color], value=tokens)
            lines.append(f"{color} {line}")
    if prompt.dropped_turns:
        lines.append(
            words.plural(
                "{count} old turn no longer fits and is left out.",
                "{count} old turns no longer fit and are left out.",
                prompt.dropped_turns,
            )
        )
    crowded = [each for each in prompt.left_out if each.reason is not Reason.SHOWN]
    if crowded:
        lines.append(
            words.plural(
                "{count} thing that belongs here found no room; the second file names it.",
                "{count} things that belong here found no room; the second file names them.",
                len(crowded),
            )
        )
    return "\n".join(lines)


async def files(prompt: Prompt, words: Words) -> list[discord.File]:
    """Return the picture of the shares, the messages exactly as sent, and the list of blocks."""
    picture = await shares_picture(
        [
            sum(block.tokens for block in prompt.blocks if block.kind in kinds)
            for kinds in GROUPS.values()
        ],
        prompt.budget_tokens,
    )
    return [
        discord.File(io.BytesIO(picture), "shares.png", description=summary(prompt, words)),
        _text_file(prompt_text(prompt), "prompt.md"),
        _text_file(blocks_text(prompt, words), words("blocks") + ".md"),
    ]


def prompt_text(prompt: Prompt) -> str:
    """Return the messages exactly as the model gets them, each below its role."""
    return "\n\n".join(f"### {message.role}\n{message.text}" for message in prompt.messages)


def blocks_text(prompt: Prompt, words: Words) -> str:
    """Return each block with its tokens and why it is there; at the end, what found no place."""
    title, rest = words("Block by block"), words("Left out")
    lines = [f"# {title}", ""]
    for number, block in enumerate(prompt.blocks, start=1):
        lines += [f"## {number}. {_why(block, words)} ({block.tokens})", "", block.text, ""]
    if prompt.left_out:
        lines += [f"# {rest}", ""]
        lines += [f"- {_why_not(each, words)}" for each in prompt.left_out]
    return "\n".join(lines) + "\n"


def _why(block: Block, words: Words) -> str:
    number = block.source.ids[0] if block.source and block.source.ids else 0
    key = block.source.key if block.source else None
    if block.kind is BlockKind.TURN:
        if block.is_cut:
            return words("turn {number}, of which only the end fits", number=block.turn_number)
        return words("turn {number}", number=block.turn_number)
    if block.kind is BlockKind.LORE and key is not None:
        return words("lore entry {number}: its key {key} fired", number=number, key=key + 1)
    return {
        BlockKind.SYSTEM: words("the rules, and what members said about the story"),
        BlockKind.OPENING: words("the opening of the talk with the model"),
        BlockKind.SAMPLE: words("a passage of this server, as an example of style"),
        BlockKind.PIN: words("pinned by members"),
        BlockKind.CANON: words("facts of the canon"),
        BlockKind.LORE: words("lore entry {number}: always there", number=number),
        BlockKind.SUMMARY: words("summary {number}, for turns that no longer fit", number=number),
        BlockKind.RECALLED: words("an old turn, found by what the newest ones speak of"),
        BlockKind.NOTE: words("the author's note"),
        BlockKind.INSTRUCTION: words("what the model is asked to do now"),
    }[block.kind]


def _why_not(left: LeftOut, words: Words) -> str:
    reasons = {
        Reason.SHARE: words("its kind has had its share"),
        Reason.BUDGET: words("no room is left"),
        Reason.SHOWN: words("the turn itself is there"),
    }
    beginning = " ".join(left.text.split())[:60]
    return f"{_name_of(left.kind, words)}: “{beginning}” – {reasons[left.reason]}"


def _name_of(kind: BlockKind, words: Words) -> str:
    (color,) = (color for color, kinds in GROUPS.items() if kind in kinds)
    return names_of_groups(words)[color]


def names_of_groups(words: Words) -> dict[str, str]:
    """Return what each colour stands for."""
    return {
        "⬛": words("rules"),
        "🟫": words("samples of style"),
        "🟨": words("pins and author's note"),
        "🟥": words("canon"),
        "🟧": words("lore"),
        "🟪": words("summaries"),
        "🟦": words("story so far"),
        "🟩": words("recalled turns"),
        "⬜": words("request"),
    }


def _text_file(text: str, name: str) -> discord.File:
    return discord.File(io.BytesIO(text.encode()), name)
