"""What a character's line is written from: who it is, and the scene as it stood through it.

The same append-only turns as a story's, told from the character's side: its own lines are the
assistant's, all others carry the name of who spoke. Pure: no clock, no randomness.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.memory.compose import Tell, Told
from engine.memory.frame import Frame, keep_first_bytes
from engine.memory.wording import WORDINGS
from engine.safety.special_tokens import break_special_tokens
from engine.story import Sheet, Story, Turn, TurnKind

CARD_SHARE = 3  # of the budget, at most, is who the character is


@dataclass(frozen=True, slots=True)
class CastWording:
    """The fixed texts around a character's line. `{name}` is the character's."""

    task: str
    about: str
    personality: str
    scenario: str
    examples: str
    opening: str
    opening_cut: str
    ask: str
    directed: str  # {direction} is the member's
    narrator: str
    label: str  # {name} and {text}


CAST_WORDINGS = {
    "en": CastWording(
        task=(
            "You are {name}, a character in a scene that several people play together. Write "
            "only what {name} says, in English. The others speak for themselves: never write "
            "their words or deeds."
        ),
        about="About {name}:",
        personality="Personality: {text}",
        scenario="Where the scene is set: {text}",
        examples="How {name} speaks:",
        opening="The scene begins.",
        opening_cut="The scene goes on. Its beginning is left out here.",
        ask="Now it is {name}'s turn. Answer as {name}, in one to three sentences.",
        directed="What {name} wants: {direction}",
        narrator="Narrator",
        label="{name}: {text}",
    ),
    "zh-CN": CastWording(
        task=(
            "你是{name}，几个人一起演的一场戏里的人物。只用简体中文写{name}自己说的话。"
            "其他人自己说话：不要写他们的话，也不要写他们做的事。"
        ),
        about="关于{name}：",
        personality="性格：{text}",
        scenario="场景：{text}",
        examples="{name}说话的样子：",
        opening="这场戏开始了。",
        opening_cut="这场戏继续，开头部分从略。",
        ask="现在轮到{name}。请以{name}的身份回答，一到三句话。",
        directed="{name}想要：{direction}",
        narrator="旁白",
        label="{name}：{text}",
    ),
}


def frame_line(
    story: Story,
    sheet: Sheet,
    *,
    direction: str,
    specials: Sequence[str],
    budget_tokens: int,
    card_bytes: int,
) -> Frame:
    """Word the frame of a character's next line in the story's language.

    `sheet` is as it is in use: macros expanded, instructions of its own only where they count.
    Of its texts `card_bytes` are kept, the most telling first.
    """
    words = CAST_WORDINGS[story.language]
    name = _one_line(sheet.name, specials, budget_tokens // 24)
    lines = [f"{words.task.format(name=name)} {WORDINGS[story.language].ratings[story.rating]}"]
    lines += _card(words, name, sheet, specials, card_bytes)
    asked = _one_line(direction, specials, budget_tokens // 6)
    instruction = [
        words.ask.format(name=name),
        words.directed.format(name=name, direction=asked) if asked else "",
        _one_line(sheet.last_instruction, specials, budget_tokens // 24),
    ]
    return Frame(
        system="\n".join(lines),
        opening=words.opening,
        opening_cut=words.opening_cut,
        instruction=" ".join(filter(None, instruction)),
    )


def tell_as(character_id: int, language: str) -> Tell:
    """Return how the scene's turns are told to a character."""
    words = CAST_WORDINGS[language]

    def tell(turn: Turn) -> Told:
        speaker = turn.character
        if speaker is not None and speaker.id == character_id:
            return Told("assistant", turn.text)
        if speaker is not None:
            name = speaker.name
        else:
            name = turn.author_name if turn.kind is TurnKind.HUMAN else words.narrator
        one_line = " ".join(name.split())
        text = words.label.format(name=one_line, text=turn.text) if one_line else turn.text
        return Told("user", text)

    return tell


def _card(
    words: CastWording, name: str, sheet: Sheet, specials: Sequence[str], card_bytes: int
) -> list[str]:
    """Return the paragraphs about the character, within `card_bytes`."""
    parts = [
        ("{text}", sheet.system_prompt),
        (f"{words.about.format(name=name)}\n{{text}}", sheet.description),
        (words.personality, sheet.personality),
        (words.scenario, sheet.scenario),
        (f"{words.examples.format(name=name)}\n{{text}}", sheet.examples),
    ]
    lines = []
    for template, text in parts:
        kept = keep_first_bytes(break_special_tokens(text, specials), max(card_bytes, 0)).strip()
        card_bytes -= len(kept.encode())
        if kept:
            lines += ["", template.replace("{text}", kept)]
    return lines


def _one_line(text: str, specials: Sequence[str], most_bytes: int) -> str:
    return keep_first_bytes(break_special_tokens(" ".join(text.split()), specials), most_bytes)
