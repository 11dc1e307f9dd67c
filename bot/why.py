"""Why a turn of the model's reads as it does, in words."""

from discord.utils import escape_markdown

from bot.canon_words import fact_line
from bot.cards import mention
from bot.context_view import GROUPS, names_of_groups
from bot.locales import Words
from engine.story.revision import Hand
from engine.writing.explaining import Explanation, FiredLore

MOST_CHARACTERS = 1900
MOST_NAMED = 12


def describe(found: Explanation, words: Words) -> str:
    """Return what a turn was written from: model, seed, preset, parts of the prompt."""
    given = found.provenance
    lines = [
        words(
            "🔎 The model **{model}** wrote this, with the seed {seed}.",
            model=escape_markdown(given.model),
            seed=given.seed,
        )
    ]
    if given.preset:
        lines.append(words("Preset: {preset}", preset=escape_markdown(given.preset)))
    if given.adapter:
        name = escape_markdown(given.adapter)
        lines.append(words("This server's own voice: {adapter}", adapter=name))
    if found.turn.direction:
        lines.append(
            words("Asked for: {direction}", direction=escape_markdown(found.turn.direction))
        )
    if any(credit.hand is Hand.MEMBER for credit in found.hands):
        lines.append(_hands(found, words))
    lines.append(
        words(
            "It was given {tokens} tokens, and wrote {written}.",
            tokens=given.prompt_tokens,
            written=given.reply_tokens,
        )
    )
    lines += _shares(found, words)
    if found.first_number is not None:
        lines.append(
            words(
                "Turns {first} to {last} stood there word for word.",
                first=found.first_number,
                last=found.last_number,
            )
        )
    if found.recalled:
        numbers = ", ".join(map(str, found.recalled))
        lines.append(words("Recalled turns: {numbers}", numbers=numbers))
    if found.summaries:
        lines.append(
            words.plural(
                "{count} summary stood for older turns.",
                "{count} summaries stood for older turns.",
                found.summaries,
            )
        )
    for fact in found.facts[:MOST_NAMED]:
        lines.append(words("Canon: {fact}", fact=fact_line(fact, words)))
    lines += [_lore(each, words) for each in found.lore[:MOST_NAMED]]
    text = "\n".join(lines)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _hands(found: Explanation, words: Words) -> str:
    model = words("the model")
    shares = ", ".join(
        f"{mention(credit.author_id) if credit.hand is Hand.MEMBER else model} "
        f"{credit.share / 10:.1f} %"
        for credit in found.hands
    )
    return words("Edited since then; it is now: {shares}", shares=shares)


def _shares(found: Explanation, words: Words) -> list[str]:
    total = sum(part.tokens for part in found.provenance.parts)
    names = names_of_groups(words)
    lines = []
    for color, kinds in GROUPS.items():
        tokens = sum(part.tokens for part in found.provenance.parts if part.kind in kinds)
        if tokens:
            share = f"{100 * tokens / total:.0f} %"
            line = words("{name}: {value}", name=names[color], value=share)
            lines.append(f"{color} {line}")
    return lines


def _lore(fired: FiredLore, words: Words) -> str:
    name = escape_markdown(fired.name) or "…"
    if not fired.key:
        return words("Lore: {name}", name=name)
    return words("Lore: {name}, by its key “{key}”", name=name, key=escape_markdown(fired.key))
