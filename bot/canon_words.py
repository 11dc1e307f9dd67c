"""The canon in a member's words: relations, facts, doubts."""

from discord.utils import escape_markdown

from bot.locales import Words
from engine.prose.continuity import DoubtKind
from engine.story.canon import Fact, FactScope

MOST_QUOTED = 200


def relation_name(relation: str, words: Words) -> str:
    """Return what a relation is called; one of a member's own stays as it is."""
    return {
        "is_a": words("is"),
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


def fact_line(fact: Fact, words: Words, *, is_old: bool = False) -> str:
    """Return a fact in one line, crossed out when a newer one took its place."""
    said = f"{relation_name(fact.relation, words)}: {escape_markdown(fact.value)}"
    line = f"**{escape_markdown(fact.subject)}** · {said}"
    if is_old:
        line = f"~~{line}~~"
    if fact.scope is FactScope.WITNESSES:
        names = ", ".join(map(escape_markdown, fact.witnesses))
        line += f" 🔒 {names}"
    return line


def quoted(text: str) -> str:
    """Return a quote on a line of its own."""
    one_line = " ".join(text.split())
    if len(one_line) > MOST_QUOTED:
        one_line = f"{one_line[: MOST_QUOTED - 1]}…"
    return f"> {one_line}" if one_line else ""


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
