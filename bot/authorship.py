"""Who wrote a message of ours, told in private."""

from discord.utils import escape_markdown

from bot.cards import mention
from bot.locales import Words
from engine.story import Turn, TurnKind, TurnState


def describe(turn: Turn | None, words: Words, *, is_revised: bool = False) -> str:
    """Tell who wrote what a message shows; None for a message that is no turn."""
    if turn is None or turn.state is TurnState.HELD:
        return words("This message is no turn of a story of mine, so there is nobody to name.")
    lines = [words("Turn {number} of the story.", number=turn.number)]
    if turn.character is not None and turn.character.name:
        name = escape_markdown(turn.character.name)
        lines.append(words("🎭 Spoken as {name}.", name=name))
    lines.append(f"{_hand(turn, words, is_revised=is_revised)} {_member(turn, words)}")
    if is_revised:
        lines.append(words("It was edited since then; /story credits tells who wrote what."))
    return "\n".join(lines)


def _hand(turn: Turn, words: Words, *, is_revised: bool) -> str:
    """Tell what wrote the words: a model, a hand, or a hand after a model."""
    if turn.kind is TurnKind.MODEL:
        model = escape_markdown(turn.provenance.model) if turn.provenance else "…"
        if is_revised:
            return words("The model {model} wrote it at first.", model=model)
        return words("The model {model} wrote it; nobody edited it.", model=model)
    if turn.provenance is not None:
        model = escape_markdown(turn.provenance.model)
        return words("The model {model} drafted it, and a member edited the draft.", model=model)
    return words("It was written by hand.")


def _member(turn: Turn, words: Words) -> str:
    member = mention(turn.author_id)
    if turn.character is not None:
        return words("{member} posted it.", member=member)
    if turn.kind is TurnKind.MODEL:
        return words("{member} asked for it.", member=member)
    return words("{member} wrote it.", member=member)


def deleted(turn: Turn, words: Words, *, is_undone: bool) -> str:
    """Tell what deleting a line's message did to the story."""
    if is_undone:
        return words(
            "🗑️ Deleted, and turn {number} is undone. /story redo brings it back.",
            number=turn.number,
        )
    return words(
        "🗑️ The message is deleted. The story went on after it, so turn {number} stays in the "
        "story: the model and /story read still know it.",
        number=turn.number,
    )
