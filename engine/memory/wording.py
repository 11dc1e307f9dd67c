"""What the house says to the model, in the languages that it writes.

Short on purpose, and tried on the smallest model: rules in a list, or a number of words, it
repeats as if they were story. A large model needs no more.
"""

from dataclasses import dataclass

from engine.story import Length, Rating


@dataclass(frozen=True, slots=True)
class Wording:
    """The fixed texts of a prompt. `{}` stands for what members chose."""

    task: str
    ratings: dict[Rating, str]
    details: str  # leads the members' choices, so that they read as a description
    title: str
    genre: str
    style: str
    premise: str
    opening: str  # the first user message: the turns follow it
    opening_cut: str  # the same, when the window leaves out the beginning
    begin: str  # {} is the length
    go_on: str  # {} is the length
    lengths: dict[Length, str]
    sentence: str  # in their place, where a turn is one sentence
    undirected: str
    directed: str  # {} is the member's direction


ENGLISH = Wording(
    task=(
        "You write a story together with other authors. Write only the next part of the story, "
        "in English, and never repeat what is already told. Keep to its names, facts, tense and "
        "point of view."
    ),
    ratings={
        Rating.GENERAL: "It is a story for readers of all ages.",
        Rating.TEEN: "It is a story for readers from 13 years, with nothing explicit.",
        Rating.MATURE: "It is a story for adults; dark themes are allowed.",
    },
    details="About the story:",
    title="Title: {}",
    genre="Genre: {}",
    style="Style: {}",
    premise="What it is about: {}",
    opening="Let us write a story.",
    opening_cut="Let us go on with our story. Its beginning is left out here.",
    begin="Write the first {} of the story.",
    go_on="Write the next {} of the story.",
    lengths={
        Length.SHORT: "short paragraph",
        Length.MEDIUM: "two short paragraphs",
        Length.LONG: "four short paragraphs",
    },
    sentence="sentence",
    undirected="What happens next?",
    directed="What happens next: {}",
)

CHINESE = Wording(
    task=(
        "你和几位作者轮流合写一个故事。只用简体中文写故事的下一部分，不要重复已经写过的内容。"
        "人名、事实和叙述视角要与前文一致。"
    ),
    ratings={
        Rating.GENERAL: "故事适合所有年龄的读者。",
        Rating.TEEN: "故事面向13岁以上的读者，没有露骨内容。",
        Rating.MATURE: "故事面向成年读者，可以有阴暗的主题。",
    },
    details="关于这个故事：",
    title="标题：{}",
    genre="类型：{}",
    style="风格：{}",
    premise="内容：{}",
    opening="我们来写一个故事。",
    opening_cut="我们接着写这个故事，开头部分从略。",
    begin="请写故事的开头，{}。",
    go_on="请接着往下写，{}。",
    lengths={
        Length.SHORT: "写一小段",
        Length.MEDIUM: "写两小段",
        Length.LONG: "写四小段",
    },
    sentence="只写一句话",
    undirected="接下来发生了什么？",
    directed="接下来的情节：{}",
)

WORDINGS = {"en": ENGLISH, "zh-CN": CHINESE}
