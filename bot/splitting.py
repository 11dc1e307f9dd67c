"""Cuts a text into messages: at a paragraph, a sentence, a word; marks are opened again."""

import re
import string
import unicodedata

MOST_CHARACTERS = 1900  # of Discord's 2000: room for a note below the text
MARKS_ROOM = 24  # for marks closed at the end of a part
LEAST_FILL = 0.5  # a cut in the first half of a part would waste messages

PARAGRAPH = re.compile(r"\n\s*\n")
LINE = re.compile(r"\n")
SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*\s+|[。！？…][”’」』）]*")
CLAUSE = re.compile(r"[,;:]\s+|[，、；：]")
WORD = re.compile(r"\s+")

JOINERS = "\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
MARK_CHARACTERS = "*_`|~"
LETTERS = string.ascii_letters + string.digits + "_"
FENCE = re.compile(r"```(?:(\w*)(?=\n))?")
INLINE = re.compile(r"\\.|```.*?```|\*\*\*|\*\*|\*|__|\|\||~~|`|(?<!\w)_|_(?!\w)", re.DOTALL)


def split(text: str, most_characters: int = MOST_CHARACTERS) -> list[str]:
    """Return the parts of `text`, each at most `most_characters` long; [""] for no text.

    The cuts of a text stay where they are when it grows. Bold, italic, spoiler and the like,
    and code fences, are closed at the end of a part and opened again in the next.
    """
    parts = []
    opening = ""
    rest = text.strip()
    while len(opening) + len(rest) > most_characters:
        room = most_characters - len(opening) - MARKS_ROOM
        end = _cut(rest, room)
        part = opening + rest[:end].rstrip()
        after = rest[end:]
        marks = [mark for mark in open_marks(part) if mark.rstrip(LETTERS) in after]
        parts.append(part + _closing(marks))
        opening = _opening(marks)
        rest = after if _is_fence(marks) else after.lstrip()
    return [*parts, opening + rest]


def _cut(text: str, room: int) -> int:
    """Return where the first part ends."""
    window = text[: room + 1]  # a blank just after the part is a place to cut
    for place in (PARAGRAPH, LINE, SENTENCE, CLAUSE, WORD):
        ends = [match.end() for match in place.finditer(window)]
        starts = [match.start() for match in place.finditer(window)]
        fitting = [
            end
            for start, end in zip(starts, ends, strict=True)
            if start >= room * LEAST_FILL and len(window[:end].rstrip()) <= room
        ]
        if fitting:
            return fitting[-1]
    while room > 1 and _belong_together(text[room - 1], text[room]):
        room -= 1
    return room


def _belong_together(left: str, right: str) -> bool:
    """Whether a cut between the two would tear a sign or a mark."""
    return (
        left in JOINERS
        or right in JOINERS
        or unicodedata.combining(right) > 0
        or (left == right and right in MARK_CHARACTERS)
    )


def open_marks(text: str) -> list[str]:
    """Return the marks that `text` leaves open, outermost first; a fence with its language."""
    fences = FENCE.findall(text)
    if len(fences) % 2:
        return [f"```{fences[-1]}"]
    marks: list[str] = []
    for match in INLINE.finditer(text):
        mark = match.group()
        if mark.startswith(("\\", "```")) or ("`" in marks and mark != "`"):
            continue
        if mark in marks:
            del marks[marks.index(mark) :]
        elif text[match.end() : match.end() + 1].strip():  # "3 * 4" opens nothing
            marks.append(mark)
    return marks


def _is_fence(marks: list[str]) -> bool:
    return bool(marks) and marks[0].startswith("```")


def _closing(marks: list[str]) -> str:
    return "\n```" if _is_fence(marks) else "".join(reversed(marks))


def _opening(marks: list[str]) -> str:
    return f"{marks[0]}\n" if _is_fence(marks) else "".join(marks)
