"""All of a prompt that is not turns: the system text, the opening, the instruction."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.memory.wording import WORDINGS
from engine.safety.special_tokens import break_special_tokens
from engine.story import Story


@dataclass(frozen=True, slots=True)
class Frame:
    """The texts around the turns, special tokens broken."""

    system: str
    opening: str
    opening_cut: str  # in its place, when turns are left out
    instruction: str

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """The texts to be counted, in the order of `FrameTokens`."""
        return (self.system, self.opening, self.opening_cut, self.instruction)


@dataclass(frozen=True, slots=True)
class FrameTokens:
    """The tokens of each text of a frame, as the served model counts them."""

    system: int
    opening: int
    opening_cut: int
    instruction: int


def frame_story(
    story: Story,
    *,
    direction: str,
    is_beginning: bool,
    specials: Sequence[str],
    budget_tokens: int,
    is_one_sentence: bool = False,
) -> Frame:
    """Word the frame of a prompt in the story's language.

    What members chose is one line each, cut where it would crowd out the story: a detail to
    budget_tokens / 24 bytes (a token is at least one byte), the premise to budget_tokens / 8, the
    direction to budget_tokens / 6.
    """
    words = WORDINGS[story.language]
    details = [
        template.format(_one_line(text, budget_tokens // part, specials))
        for template, text, part in (
            (words.title, story.title, 24),
            (words.genre, story.genre, 24),
            (words.style, story.style, 24),
            (words.premise, story.premise, 8),
        )
        if text.strip()
    ]
    length = words.sentence if is_one_sentence else words.lengths[story.length]
    task = (words.begin if is_beginning else words.go_on).format(length)
    asked = _one_line(direction, budget_tokens // 6, specials)
    course = words.directed.format(asked) if asked else words.undirected
    return Frame(
        system="\n".join(
            [f"{words.task} {words.ratings[story.rating]}", "", words.details, *details]
        ),
        opening=words.opening,
        opening_cut=words.opening_cut,
        instruction=f"{task} {course}",
    )


def keep_first_bytes(text: str, most_bytes: int) -> str:
    """Return the beginning of the text, whole characters, at most `most_bytes` of UTF-8."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def keep_last_bytes(text: str, most_bytes: int) -> str:
    """Return the end of the text, whole characters, at most `most_bytes` of UTF-8."""
    return text.encode()[-most_bytes:].decode(errors="ignore") if most_bytes > 0 else ""


def _one_line(text: str, most_bytes: int, specials: Sequence[str]) -> str:
    # One line: a member's title cannot open a new rule or a heading of the house.
    broken = break_special_tokens(" ".join(text.split()), specials)
    return keep_first_bytes(broken, most_bytes)
