"""What of a planted story reaches the prompt, by our memory, a plain window, and keyword lore.

The prompt comes from `prepare_prompt` with its real providers, or from the pure functions that they
ask; tokens are a real tokenizer's, meanings a real model's. No model writes.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.memory.place import BEN, CHANNEL, GUILD, Asked
from bench.memory.stories import Fact, Question, tells
from engine.memory.compose import Beside, compose, shaped
from engine.memory.frame import FrameTokens, frame_story
from engine.memory.offers import Offer, Spot
from engine.memory.passages import keys_of
from engine.memory.prompt import BlockKind, Prompt
from engine.memory.recall import (
    MOST_PASSAGES,
    Recall,
    Search,
    follow,
    look_up,
    with_followed,
)
from engine.memory.recalled import offers_of
from engine.prose.sentences import sentences_of
from engine.story import Turn, TurnKind
from engine.writing.meanings import by_meaning
from engine.writing.prompting import prepare_prompt
from engine.writing.recalling import MOST_FOUND, asked_of, find_passages

METHODS = ("memory", "window", "lore")
LORE_DEPTH = 4  # turns in which keys are looked for


@dataclass(frozen=True, slots=True)
class Result:
    """How one question fared with one method."""

    question: Question
    language: str
    words: int  # of the story, as it was asked for
    words_since: int  # the oldest of what is needed
    budget_tokens: int
    method: str
    is_right: bool  # all that is needed is there; of the never-told, no value is
    is_newest: bool  # of updated facts: the newest value is there, and no older one after it
    is_established: bool  # what the search says
    milliseconds: float


async def ask(
    asked: Asked, question: Question, *, words: int, budgets: Sequence[int]
) -> list[Result]:
    """Put a question at each budget by each method."""
    planted = asked.planted
    since = max((planted.words_since(value) for value in question.needed), default=0)
    if asked.engine is None:
        found = await _recall(asked, asked.path, [(question.text, 1.0)], most=MOST_FOUND)
    else:
        found = await find_passages(
            asked.engine, guild_id=GUILD, channel_id=CHANNEL, query=question.text
        )
    direction = question.text if question.is_direction else ""
    path = list(asked.path)
    if not question.is_direction:
        path.append(
            replace(path[-1], id=10**9, number=len(path) + 1, text=question.text, tokens=None,
                    tokenizer=None, kind=TurnKind.HUMAN, author_name=BEN.name)
        )  # fmt: skip
    results = []
    for budget in budgets:
        asked.model.give_budget(budget)
        for method in METHODS:
            began = time.perf_counter()
            prompt = await _prompt(asked, path, direction, budget, method)
            spent = 1000 * (time.perf_counter() - began)
            is_right, is_newest = judge(prompt, question, planted.language, path[-1].id)
            results.append(
                Result(
                    question, planted.language, words, since, budget, method,
                    is_right, is_newest, found.is_established, spent,
                )
            )  # fmt: skip
    return results


async def _recall(
    asked: Asked,
    path: Sequence[Turn],
    wanted: Sequence[tuple[str, float]],
    *,
    most: int = MOST_PASSAGES,
    leaving_out: int = 0,
) -> Recall:
    """Search as `recalling` does, without a database."""
    keys = {turn.id: keys_of(turn.told) for turn in path if turn.text}
    search = Search(path, keys, asked.story.language, leaving_out)
    found = look_up(search, wanted, most=most)
    followed = follow(search, found, wanted)
    model = asked.model
    found = await by_meaning(
        model, model.vectors, model.settings(Path()), wanted[0][0], found, most=most
    )
    return with_followed(found, followed, most=most)


def judge(
    prompt: Prompt, question: Question, language: str, newest_turn_id: int
) -> tuple[bool, bool]:
    """Say whether all that a question needs is in a prompt, and whether its newest value wins.

    Of what was never told no sentence may tell it: none has the person asked for and a value of
    that kind, all of which are other people's. Recalled passages count as told before the window.
    """
    blocks = [
        block
        for block in prompt.blocks
        if block.kind in (BlockKind.TURN, BlockKind.RECALLED, BlockKind.LORE)
    ]
    if not question.is_direction:
        blocks = [block for block in blocks if block.turn_id != newest_turn_id]
    blocks.sort(key=lambda block: block.kind is BlockKind.TURN)
    texts = [block.text for block in blocks]
    if question.kind == "never":
        return not any(_tells(text, question, language) for text in texts), False
    places = [_place(texts, value) for value in question.needed]
    if question.kind == "order":
        return None not in places and places == sorted(places, key=lambda each: each or 0), False
    is_right = None not in places
    older = [place for value in question.stale if (place := _place(texts, value)) is not None]
    is_newest = is_right and all(place <= (places[0] or 0) for place in older)
    return is_right, is_newest


def _tells(text: str, question: Question, language: str) -> bool:
    if not any(tells(text, value) for value in question.foreign):
        return False
    return any(
        question.subject in sentence.text and tells(sentence.text, value)
        for sentence in sentences_of(text, language)
        for value in question.foreign
    )


def _place(texts: Sequence[str], value: str) -> int | None:
    """Return where a value is told last, None if it is not."""
    return max(
        (
            number * 10**6 + text.casefold().rfind(value.casefold())
            for number, text in enumerate(texts)
            if tells(text, value)
        ),
        default=None,
    )


async def _prompt(
    asked: Asked, path: Sequence[Turn], direction: str, budget: int, method: str
) -> Prompt:
    if method == "memory" and asked.engine is not None:
        prepared = await prepare_prompt(asked.engine, asked.story, path, direction)
        return prepared.prompt
    model = asked.model
    specials = (await model.info()).special_tokens
    frame = frame_story(
        asked.story,
        direction=direction,
        is_beginning=False,
        specials=specials,
        budget_tokens=budget,
    )
    beside = None
    if method != "window":
        if method == "lore":
            offers = _lore(asked.planted.facts, path, direction, asked.story.language)
        else:
            found = await _recall(asked, path, asked_of(path, direction), leaving_out=1)
            offers = offers_of(found, asked.story.language)
        counts = await model.count_tokens([shaped(each.text, specials) for each in offers])
        beside = Beside(offers, counts)
    counted = [
        turn if turn.tokens is not None else replace(turn, tokens=count)
        for turn, count in zip(path[-1:], await model.count_tokens([path[-1].told]), strict=True)
    ]
    return compose(
        frame,
        FrameTokens(*await model.count_tokens(frame.texts)),
        [*path[:-1], *counted],
        budget_tokens=budget,
        specials=specials,
        beside=beside,
    )


def _lore(
    facts: Sequence[Fact], path: Sequence[Turn], direction: str, language: str
) -> list[Offer]:
    """Return an entry for each fact whose key was just named, the newest first."""
    scanned = "\n".join([*(turn.told for turn in path[-LORE_DEPTH:]), direction])
    woken = [
        (number, fact)
        for number, fact in enumerate(facts)
        if any(key in scanned for key in fact.keys)
    ]
    return [
        Offer(BlockKind.LORE, fact.text, Spot.TAIL, order=number) for number, fact in woken[::-1]
    ]
