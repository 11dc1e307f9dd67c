"""What the model is asked for a candidate of a story prompt."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from engine.model.request import Message, ModelRequest, Priority
from engine.safety.special_tokens import break_special_tokens
from engine.story import Wish
from engine.writing.asking import banned_in
from engine.writing.style import ServerStyle

CANDIDATES = 16
REPLY_TOKENS = {False: 80, True: 140}  # of a short one, of a long one


@dataclass(frozen=True, slots=True)
class Wording:
    """What the house says. Tried on the smallest model, which repeats what it is told in lists."""

    task: str
    genre: str
    tone: str
    form: str
    seed_words: str
    request: str
    like: str
    sizes: dict[bool, str]


WORDINGS = {
    "en": Wording(
        task="You invent beginnings for writers. You answer with the premise alone, in English.",
        genre="The genre is {}.",
        tone="The tone is {}.",
        form="It is for a {}.",
        seed_words="Use these words: {}.",
        request="Tell me the premise of a new story in {size}: who it is about, where, and what "
        "goes wrong. {angle}",
        like="Something close to this idea, but about other people in another place: {}",
        sizes={False: "two sentences", True: "four sentences"},
    ),
    "zh-CN": Wording(
        task="你为写作者构思故事的开头。只用简体中文写出构思本身，不要别的话。",
        genre="类型是{}。",
        tone="基调是{}。",
        form="用于写{}。",
        seed_words="要用到这些词：{}。",
        request="请用{size}写出一个新故事的构思：写谁，在哪里，出了什么事。{angle}",
        like="和下面的构思相近，但换人物、换地点：{}",
        sizes={False: "两句话", True: "四句话"},
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A premise of the house's own, with the side that it begins from."""

    angle: str
    premise: str


EXAMPLES_SHOWN = 2


@cache
def angles(language: str) -> tuple[str, ...]:
    """Return from what sides a candidate may begin."""
    return tuple(_data()[language]["angles"])


@cache
def examples(language: str) -> tuple[Example, ...]:
    """Return premises that show the model what is wanted."""
    return tuple(Example(**example) for example in _data()[language]["examples"])


@cache
def _data() -> dict[str, Any]:
    text = files("engine.writing.inspiration").joinpath("angles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def request_candidates(
    wish: Wish,
    style: ServerStyle,
    *,
    like: str = "",
    specials: Sequence[str],
    seed: int,
    guild_id: int,
    channel_id: int,
) -> list[ModelRequest]:
    """Return the requests of one batch: each begins from another side, with a seed of its own.

    `like` is a prompt that the new ones shall be near to.
    """
    draw = Random(seed)
    sides = list(angles(wish.language))
    draw.shuffle(sides)
    texts = [wish.genre, wish.tone, wish.form, wish.seed_words, like]
    banned = banned_in(style, wish.language, texts)
    return [
        ModelRequest(
            messages=_messages(
                wish,
                sides[number % len(sides)],
                draw.sample(examples(wish.language), EXAMPLES_SHOWN),
                like,
                specials,
            ),
            most_tokens=REPLY_TOKENS[wish.is_long],
            seed=draw.getrandbits(31),
            sampling=style.sampling,
            banned=banned,
            priority=Priority.INTERACTIVE,
            cache_salt=str(guild_id),
            channel=str(channel_id),
        )
        for number in range(CANDIDATES)
    ]


def _messages(
    wish: Wish, angle: str, shown: Sequence[Example], like: str, specials: Sequence[str]
) -> tuple[Message, ...]:
    words = WORDINGS[wish.language]
    wishes = [
        template.format(break_special_tokens(text, specials))
        for template, text in (
            (words.genre, wish.genre),
            (words.tone, wish.tone),
            (words.form, wish.form),
            (words.seed_words, wish.seed_words),
            (words.like, like),
        )
        if text
    ]

    def request(side: str) -> str:
        return words.request.format(size=words.sizes[wish.is_long], angle=side)

    taught = [
        message
        for example in shown
        for message in (
            Message("user", request(example.angle)),
            Message("assistant", example.premise),
        )
    ]
    return (
        Message("system", words.task),
        *taught,
        Message("user", "\n".join([*wishes, request(angle)])),
    )
