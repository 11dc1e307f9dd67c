"""The canon in a member's words: relations, facts, doubts."""

from discord.utils import escape_markdown

from bot.locales import Words
from engine.prose.continuity import DoubtKind
from engine.story.canon import Fact, FactScope

MOST_QUOTED = 200
MOST_WITNESSES = 300


def relation_name(relation: str, words: Words) -> str:
    """Return what a relation is called; one of a member's own stays as it is."""
    return {
        "is_a": words("is a"),
        "eye_color": words("eyes"),
        "hair_color": words("hair"),
        "age": words("age"),
        "pronoun": words("pronoun"),
        "died": words("dead"),
        "is_at": words("is at"),
        "lives_in": words("lives in"),
        "parent_of": words("parent of"),
        "sibling_of": words("sibling of"),
        "spouse_of": words("married to"),
        "friend_of": words("friend of"),
        "enemy_of": words("enemy of"),
        "owns": words("owns"),
        "wants": words("wants"),
        "promised": words("promised"),
        "knows": words("knows"),
        "is": words("is"),
    }.get(relation, relation)


def fact_line(fact: Fact, words: Words, *, is_old: bool = False, most: int = MOST_WITNESSES) -> str:
    """Return a fact in one line, crossed out when a newer one took its place.

    No text in it has more than `most` characters, not counting escapes.
    """
    named = (fact.subject, relation_name(fact.relation, words), fact.value)
    subject, relation, value = (escape_markdown(short(text, most)) for text in named)
    line = words(
        "**{subject}** · {relation}: {value}", subject=subject, relation=relation, value=value
    )
    if is_old:
        line = f"~~{line}~~"
    if fact.scope is FactScope.WITNESSES:
        names = escape_markdown(short(", ".join(fact.witnesses), most))
        line += " · 🔒 " + words("known to {names} alone", names=names)
    return line


def quoted(text: str, most: int = MOST_QUOTED) -> str:
    """Return a quote on a line of its own."""
    one_line = short(" ".join(text.split()), min(most, MOST_QUOTED))
    return f"> {one_line}" if one_line else ""


def short(text: str, most: int) -> str:
    """Return a text, cut when it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def doubt_name(kind: DoubtKind, words: Words) -> str:
    """Return what seems not to go together."""
    return {
        DoubtKind.DEAD_SPEAKER: words("Somebody who is dead seems to act here:"),
        DoubtKind.WRONG_PLACE: words("Somebody seems to be in two places:"),
        DoubtKind.CHANGED_ATTRIBUTE: words("This was told otherwise before:"),
        DoubtKind.PRONOUN: words("Another pronoun than before:"),
        DoubtKind.TENSE: words("The tense changes here:"),
        DoubtKind.VIEWPOINT: words("Somebody else seems to tell from here:"),
    }[kind]
