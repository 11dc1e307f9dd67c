"""Rows become nouns here and nowhere else."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, select

from engine.storage.schema import ballots, branches, candidates, moves, posts, stories, turns
from engine.story import (
    Ballot,
    BallotState,
    Length,
    Move,
    MoveKind,
    Outcome,
    Post,
    Provenance,
    Rating,
    Story,
    StoryState,
    Turn,
    TurnKind,
    TurnState,
)


def select_stories() -> Select[Any]:
    """Select what `to_story` reads: stories, each with its branch in use."""
    return select(stories, branches.c.id.label("branch_id"), branches.c.head_turn_id).join(
        branches,
        (branches.c.guild_id == stories.c.guild_id)
        & (branches.c.story_id == stories.c.id)
        & (branches.c.in_use == 1),
    )


def to_story(row: Row[Any]) -> Story:
    return Story(
        id=row.id,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        starter_id=row.starter_id,
        starter_name=row.starter_name,
        title=row.title,
        genre=row.genre,
        style=row.style,
        language=row.language,
        rating=Rating(row.rating),
        length=Length(row.length),
        state=StoryState(row.state),
        branch_id=row.branch_id,
        head_turn_id=row.head_turn_id,
        created_ms=row.created_ms,
    )


def select_turns() -> Select[Any]:
    """Select what `to_turn` reads: turns, each with the ballot it stands in, if any."""
    return select(turns, candidates.c.ballot_id).outerjoin(
        candidates,
        (candidates.c.guild_id == turns.c.guild_id) & (candidates.c.turn_id == turns.c.id),
    )


def to_turn(row: Row[Any]) -> Turn:
    return Turn(
        id=row.id,
        guild_id=row.guild_id,
        story_id=row.story_id,
        parent_id=row.parent_id,
        kind=TurnKind(row.kind),
        state=TurnState(row.state),
        outcome=Outcome(row.outcome) if row.outcome else None,
        author_id=row.author_id,
        author_name=row.author_name,
        text=row.text,
        direction=row.direction,
        number=row.number,
        post_key=row.post_key,
        attempts=row.attempts,
        created_ms=row.created_ms,
        tokens=row.tokens,
        tokenizer=row.tokenizer,
        ballot_id=row.ballot_id,
        source_message_id=row.source_message_id,
        provenance=Provenance(**json.loads(row.provenance)) if row.provenance else None,
    )


def from_provenance(provenance: Provenance | None) -> str | None:
    return json.dumps(asdict(provenance), ensure_ascii=False) if provenance else None


def select_moves() -> Select[Any]:
    """Select what `to_move` reads."""
    return select(moves)


def to_move(row: Row[Any]) -> Move:
    return Move(
        id=row.id,
        branch_id=row.branch_id,
        kind=MoveKind(row.kind),
        from_turn_id=row.from_turn_id,
        to_turn_id=row.to_turn_id,
        member_id=row.member_id,
    )


def select_posts() -> Select[Any]:
    """Select what `to_post` reads."""
    return select(posts)


def to_post(row: Row[Any]) -> Post:
    return Post(
        turn_id=row.turn_id, part=row.part, channel_id=row.channel_id, message_id=row.message_id
    )


def select_ballots() -> Select[Any]:
    """Select what `to_ballot` reads, less the candidates."""
    return select(ballots)


def to_ballot(row: Row[Any], candidate_ids: tuple[int, ...]) -> Ballot:
    return Ballot(
        id=row.id,
        guild_id=row.guild_id,
        story_id=row.story_id,
        head_turn_id=row.head_turn_id,
        state=BallotState(row.state),
        candidate_ids=candidate_ids,
        chosen_turn_id=row.chosen_turn_id,
        opener_id=row.opener_id,
    )
