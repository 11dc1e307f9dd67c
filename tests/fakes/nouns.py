"""Stories and turns out of thin air, for what is pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.story import Length, Outcome, Rating, Story, StoryState, Turn, TurnKind, TurnState

STORY = Story(
    id=1,
    guild_id=1,
    channel_id=1,
    starter_id=1,
    starter_name="Ann",
    title="The Lamp",
    genre="",
    style="",
    language="en",
    rating=Rating.GENERAL,
    length=Length.MEDIUM,
    state=StoryState.OPEN,
    branch_id=1,
    head_turn_id=None,
    created_ms=0,
)


def story_with(**fields: Any) -> Story:
    """Return a story that differs in some fields."""
    return replace(STORY, **fields)


def turn_with(number: int, text: str, *, kind: TurnKind = TurnKind.HUMAN, **fields: Any) -> Turn:
    """Return a written turn; its id is 100 + number."""
    turn = Turn(
        id=100 + number,
        guild_id=1,
        story_id=1,
        parent_id=99 + number if number > 1 else None,
        kind=kind,
        state=TurnState.WRITTEN,
        outcome=Outcome.COMPLETE,
        author_id=1,
        author_name="Ann",
        text=text,
        direction="",
        number=number,
        post_key="abcdefghijkl",
        attempts=0,
        created_ms=0,
    )
    return replace(turn, **fields)


def path_of(texts: Sequence[tuple[TurnKind, str]], **fields: Any) -> list[Turn]:
    """Return turns that follow one another."""
    return [
        turn_with(number, text, kind=kind, **fields)
        for number, (kind, text) in enumerate(texts, start=1)
    ]
