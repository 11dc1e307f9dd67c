"""Rows become nouns here and nowhere else.

Columns are selected in the order of the noun's fields: a path has thousands of rows, and reading
a row by names takes twice as long.
"""

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, select

from engine.storage.schema import (
    ballots,
    branches,
    candidates,
    moves,
    posts,
    stories,
    style_lines,
    turns,
)
from engine.story import Ballot, Move, Post, Story, StyleLine, Turn

AnyRow = Row[*tuple[Any, ...]]


def _select(noun: type, table: Table, **elsewhere: ColumnElement[Any]) -> Select[Any]:
    names = [field.name for field in fields(noun)]
    return select(*(elsewhere[name] if name in elsewhere else table.c[name] for name in names))


def select_stories() -> Select[Any]:
    """Select what `to_story` reads: stories, each with its branch in use."""
    return _select(
        Story, stories, branch_id=branches.c.id, head_turn_id=branches.c.head_turn_id
    ).join(
        branches,
        (branches.c.guild_id == stories.c.guild_id)
        & (branches.c.story_id == stories.c.id)
        & (branches.c.in_use == 1),
    )


def to_story(row: AnyRow) -> Story:
    return Story(*row)


def select_turns() -> Select[Any]:
    """Select what `to_turn` reads: turns, each with the ballot it stands in, if any."""
    return _select(Turn, turns, ballot_id=candidates.c.ballot_id).outerjoin(
        candidates,
        (candidates.c.guild_id == turns.c.guild_id) & (candidates.c.turn_id == turns.c.id),
    )


def to_turn(row: AnyRow) -> Turn:
    return Turn(*row)


def select_moves() -> Select[Any]:
    """Select what `to_move` reads."""
    return _select(Move, moves)


def to_move(row: AnyRow) -> Move:
    return Move(*row)


def select_posts() -> Select[Any]:
    """Select what `to_post` reads."""
    return _select(Post, posts)


def to_post(row: AnyRow) -> Post:
    return Post(*row)


def select_style_lines() -> Select[Any]:
    """Select what `to_style_line` reads."""
    return _select(StyleLine, style_lines)


def to_style_line(row: AnyRow) -> StyleLine:
    return StyleLine(*row)


def select_ballots() -> Select[Any]:
    """Select what `to_ballot` reads; the candidates come from a query of their own."""
    return select(ballots)


def to_ballot(row: AnyRow, candidate_ids: tuple[int, ...]) -> Ballot:
    return Ballot(
        id=row.id,
        guild_id=row.guild_id,
        story_id=row.story_id,
        head_turn_id=row.head_turn_id,
        state=row.state,
        candidate_ids=candidate_ids,
        chosen_turn_id=row.chosen_turn_id,
        opener_id=row.opener_id,
    )
