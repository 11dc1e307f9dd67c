"""The macros of character cards: `{{char}}`, `{{user}}`, `{{random:a,b}}` and their kin.

For what stands in cards, never for what members write in a scene. What is drawn by lot is drawn
from the text itself, so that the same card says the same in every prompt: the story's prefix
stays as it was. An unknown macro is plain text. Special tokens are broken after this, never
before: a macro can put one together.
"""

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from hashlib import blake2b

from engine.story import Character, Sheet

MOST_DEPTH = 16  # of macros within macros; what is deeper is plain text
MOST_SIDES = 1_000_000  # of a die
_PARTS = re.compile(
    r"(?P<escape>\\\{\\\{|\\\}\\\})|(?P<open>\{\{)|(?P<close>\}\})|(?P<old><(?:USER|BOT|CHAR)>)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"(?<!\\),")


def sheet_in_use(character: Character, *, user: str) -> Sheet:
    """Return the sheet as it enters prompts: names in place, instructions only where switched on.

    `user` is who the character speaks to: the author of the turn that is answered.
    """
    sheet = character.sheet
    if not character.uses_instructions:
        sheet = replace(sheet, system_prompt="", last_instruction="")
    texts = {
        field.name: expand(
            getattr(sheet, field.name), char=character.spoken_name, user=user, seed=character.id
        )
        for field in fields(Sheet)
        if field.name not in {"name", "nickname", "other_greetings"}
    }
    greetings = tuple(
        expand(text, char=character.spoken_name, user=user, seed=character.id)
        for text in sheet.other_greetings
    )
    return replace(sheet, other_greetings=greetings, **texts)


def expand(text: str, *, char: str, user: str, seed: int) -> str:
    """Return a card's text with its macros expanded, inner ones first.

    What a macro gives is not read again: a name with braces in it stays a name.
    """
    expansion = _Expansion(char, user, seed)
    open_parts: list[list[str]] = [[]]
    begun = 0
    for match in _PARTS.finditer(text):
        open_parts[-1].append(text[begun : match.start()])
        begun = match.end()
        if match["open"] and len(open_parts) <= MOST_DEPTH:
            open_parts.append([])
        elif match["close"] and len(open_parts) > 1:
            inner = "".join(open_parts.pop())
            open_parts[-1].append(expansion.give(inner))
        elif match["escape"]:
            open_parts[-1].append(match.group().replace("\\", ""))
        elif match["old"]:
            open_parts[-1].append(user if match["old"].upper() == "<USER>" else char)
        else:
            open_parts[-1].append(match.group())
    rest = "{{".join("".join(parts) for parts in open_parts)
    return rest + text[begun:]


class _Expansion:
    """What the macros of one text give."""

    def __init__(self, char: str, user: str, seed: int) -> None:
        self._names = {"char": char, "bot": char, "user": user, "original": "", "noop": ""}
        self._names |= {"newline": "\n"}
        self._seed = seed
        self._drawn = 0

    def give(self, inner: str) -> str:
        """Return what `{{inner}}` stands for; itself when nobody knows."""
        name, given = _read(inner)
        if not given and name in self._names:
            return self._names[name]
        match name:
            case "//" | "comment" | "hidden_key":
                return ""
            case "reverse":
                return given[::-1]
            case "random" | "pick":
                return self._choose(_choices(given))
            case "roll":
                return self._roll(given) or f"{{{{{inner}}}}}"
        return f"{{{{{inner}}}}}"

    def _choose(self, choices: Sequence[str]) -> str:
        return choices[self._draw(len(choices))] if choices else ""

    def _roll(self, die: str) -> str:
        sides = die.strip().lower().removeprefix("1d").removeprefix("d")
        if not (sides.isascii() and sides.isdigit() and len(sides) <= 7):
            return ""
        return str(1 + self._draw(min(int(sides), MOST_SIDES))) if int(sides) else ""

    def _draw(self, below: int) -> int:
        self._drawn += 1
        digest = blake2b(f"{self._seed}:{self._drawn}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % below


def _read(inner: str) -> tuple[str, str]:
    """Return a macro's name and what is given to it, whichever way they are set apart."""
    if inner.lstrip().startswith("//"):
        return "//", inner
    name, mark, given = inner.partition(":")
    if not mark:
        name, _, given = inner.strip().partition(" ")
    return name.strip().lower(), given.removeprefix(":")


def _choices(given: str) -> list[str]:
    if "::" in given:
        return [choice.strip() for choice in given.split("::")]
    choices = _SEPARATOR.split(given)
    return [choice.replace("\\,", ",").strip() for choice in choices]
