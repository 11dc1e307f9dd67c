"""What the house says to the model, in the languages that it writes.

Short on purpose: a small model forgets a long briefing, a large one needs none.
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
    opening: str  # the first user message: the turns follow it
    opening_cut: str  # the same, when the window leaves out the beginning
    begin: str  # {} is the length
    go_on: str  # {} is the length
    lengths: dict[Length, str]
    direction: str


ENGLISH = Wording(
    task=(
        "You are one of the authors of a story that several people write together, turn by turn. "
        "Write the next turn.\n"
        "- Go on exactly where the last turn ends. Never repeat or sum up what is already told.\n"
        "- Write only story text: no title, no headings, no comments, no questions to the "
        "other authors.\n"
        "- Keep to the names, facts, tense and point of view of the story.\n"
        "- Write in English."
    ),
    ratings={
        Rating.GENERAL: "- The story is for readers of all ages: no gore, no sexual content.",
        Rating.TEEN: "- The story is for readers from 13: nothing explicit.",
        Rating.MATURE: "- The story is for adults: dark themes are allowed.",
    },
    details="About the story, in its authors' words:",
    title="Title: {}",
    genre="Genre: {}",
    style="Style: {}",
    opening="This is our story so far.",
    opening_cut="This is our story so far, without its beginning.",
    begin="[Write the beginning of the story, {}.]",
    go_on="[Go on with the story from exactly here, {}.]",
    lengths={
        Length.SHORT: "in about 50 words",
        Length.MEDIUM: "in about 120 words",
        Length.LONG: "in about 250 words",
    },
    direction="[What should happen next: {}]",
)

CHINESE = Wording(
    task=(
        "你和几位作者轮流接龙，合写一个故事。请写下一段。\n"
        "- 紧接上一段的结尾往下写，不重复、不概括已有的内容。\n"
        "- 只写故事正文，不写标题、说明或评论，不向其他作者提问。\n"
        "- 人名、事实、时态和叙述视角与前文一致。\n"
        "- 用简体中文写。"
    ),
    ratings={
        Rating.GENERAL: "- 故事适合所有年龄的读者：没有血腥和色情内容。",
        Rating.TEEN: "- 故事面向13岁以上的读者：没有露骨内容。",
        Rating.MATURE: "- 故事面向成年读者：可以有阴暗的主题。",
    },
    details="作者们对故事的描述：",
    title="标题：{}",
    genre="类型：{}",
    style="风格：{}",
    opening="这是我们写到现在的故事。",
    opening_cut="这是我们写到现在的故事，开头部分从略。",
    begin="［请写故事的开头，{}。］",
    go_on="［请从这里接着往下写，{}。］",
    lengths={
        Length.SHORT: "约80字",
        Length.MEDIUM: "约200字",
        Length.LONG: "约400字",
    },
    direction="［接下来的情节：{}］",
)

WORDINGS = {"en": ENGLISH, "zh-CN": CHINESE}
