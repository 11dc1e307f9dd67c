"""What the model is asked for one passage."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from engine.model.request import Message, ModelRequest, Priority, Sampling, Structure
from engine.safety.special_tokens import break_special_tokens
from engine.writing.critique.lenses import Lens
from engine.writing.critique.passages import Passage, numbered, pieces_of

REPLY_TOKENS = 900


@dataclass(frozen=True, slots=True)
class _Frame:
    role: str
    look: str
    rules: str
    whole: str
    part: str
    closing: str


_FRAMES = {
    "en": _Frame(
        role="You read a text for its author, who wants honest notes.",
        look="A note belongs to one of these causes:",
        rules=(
            "For each note give the number of the sentence that shows it, the cause, why it "
            "matters there, and a question to the author. Name the people, things or words of the "
            "text that you mean: a note that would fit any text is of no use. Do not rewrite the "
            "text. Give no scores. Begin with the weightiest note. Under root_causes give the "
            "causes behind several notes. Praise only what really works."
        ),
        whole="The text:",
        part="Part {} of {} of the text:",
        closing="Write your notes on this text as JSON.",
    ),
    "zh-CN": _Frame(
        role="你替作者读一篇文字，作者想听真话。",
        look="每条意见属于下列原因之一：",
        rules=(
            "每条意见写出能说明它的句子的编号、原因、为什么在此处要紧，并向作者提一个问题。说出文中的人、物或词："
            "放在哪篇文章都合适的意见没有用。不要改写原文。不要打分。最要紧的放在最前。"
            "root_causes 写出几条意见背后共同的原因。只称赞真正好的地方。"
        ),
        whole="文字如下：",
        part="文字第 {} 部分，共 {} 部分：",
        closing="请用 JSON 写出你对这篇文字的意见。",
    ),
}


def instructions(lens: Lens, language: str) -> str:
    """Return the system text: the same for every text of a language, so that it is cached."""
    frame = _FRAMES[language]
    causes = [cause.wording(language) for cause in lens.causes]
    lines = [f"- {cause.name}: {cause.look}" for cause in causes]
    return "\n".join(
        [f"{frame.role} {lens.wordings[language].task}", frame.look, *lines, frame.rules]
    )


def example_text(lens: Lens, language: str) -> str:
    """Return the text of the lens's example, numbered as every text is."""
    text = lens.wordings[language].example.text
    return numbered(text, Passage(tuple(pieces_of(text, language))))


def example_reply(lens: Lens, language: str) -> str:
    """Return the reply that the lens gives as an example, in the form that is asked for."""
    example = lens.wordings[language].example
    numbers = {piece.text: n for n, piece in enumerate(pieces_of(example.text, language), 1)}
    (cause,) = (name for name, key in lens.names(language).items() if key == example.cause)
    note = {
        "sentence": numbers[example.quote],
        "cause": cause,
        "why": example.why,
        "question": example.question,
    }
    praise = {"sentence": numbers[example.praised], "why": example.praise}
    reply = {"notes": [note], "root_causes": [cause], "praise": [praise]}
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":"))


def request_notes(
    lens: Lens,
    text: str,
    passage: Passage,
    *,
    number: int,
    of: int,
    language: str,
    specials: Sequence[str],
    sampling: Sampling,
    seed: int,
    guild_id: int,
    channel_id: int,
) -> ModelRequest:
    """Return the request for the notes on passage `number` (from 1) of so many."""
    frame = _FRAMES[language]
    head = frame.whole if of == 1 else frame.part.format(number, of)
    shown = break_special_tokens(numbered(text, passage), specials)
    return ModelRequest(
        messages=(
            Message("system", instructions(lens, language)),
            Message("user", f"{frame.whole}\n\n{example_text(lens, language)}\n\n{frame.closing}"),
            Message("assistant", example_reply(lens, language)),
            Message("user", f"{head}\n\n{shown}\n\n{frame.closing}"),
        ),
        most_tokens=REPLY_TOKENS,
        seed=seed,
        sampling=sampling,
        structure=Structure(json_schema=lens.schema(len(passage.quotable), language)),
        priority=Priority.INTERACTIVE,
        cache_salt=str(guild_id),
        channel=str(channel_id),
    )
