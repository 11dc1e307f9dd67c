"""Rows become nouns here and nowhere else.

Columns are selected in the order of the noun's fields: a path has thousands of rows, and reading
a row by names takes twice as long.
"""

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, select

from engine.storage.schema import (
    adapters,
    ballot_branches,
    ballots,
    branches,
    candidates,
    characters,
    comparison_pairs,
    comparisons,
    consents,
    critique_consents,
    critiques,
    line_drafts,
    lines,
    moves,
    opening_cards,
    posts,
    premises,
    stories,
    story_prompts,
    style_lines,
    training_jobs,
    training_works,
    turns,
    voice_changes,
    work_authors,
    works,
)
from engine.story import (
    Adapter,
    Ballot,
    Character,
    Comparison,
    Consent,
    Critique,
    CritiqueConsent,
    LineDraft,
    Move,
    OpeningCard,
    Pair,
    Post,
    Sheet,
    Speaker,
    Story,
    StoryPrompt,
    StyleLine,
    TrainingJob,
    TrainingWork,
    Turn,
    VoiceChange,
    Work,
    WorkAuthor,
)

AnyRow = Row[*tuple[Any, ...]]


def _select(noun: type, table: Table, **elsewhere: ColumnElement[Any]) -> Select[Any]:
    names = [field.name for field in fields(noun)]
    return select(*(elsewhere[name] if name in elsewhere else table.c[name] for name in names))


def select_stories() -> Select[Any]:
    """Select what `to_story` reads: stories, each with its branch in use."""
    return (
        _select(
            Story,
            stories,
            branch_id=branches.c.id,
            head_turn_id=branches.c.head_turn_id,
            premise=func.coalesce(premises.c.text, ""),
        )
        .join(
            branches,
            (branches.c.guild_id == stories.c.guild_id)
            & (branches.c.story_id == stories.c.id)
            & (branches.c.in_use == 1),
        )
        .outerjoin(
            premises,
            (premises.c.guild_id == stories.c.guild_id) & (premises.c.story_id == stories.c.id),
        )
    )


def to_story(row: AnyRow) -> Story:
    return Story(*row)


def select_story_prompts() -> Select[Any]:
    """Select what `to_story_prompt` reads."""
    return _select(StoryPrompt, story_prompts)


def to_story_prompt(row: AnyRow) -> StoryPrompt:
    return StoryPrompt(*row)


def select_turns() -> Select[Any]:
    """Select what `to_turn` reads: turns, each with its ballot and its character, if any."""
    return (
        _select(Turn, turns, ballot_id=candidates.c.ballot_id, character=lines.c.character_id)
        .add_columns(lines.c.name)
        .outerjoin(
            candidates,
            (candidates.c.guild_id == turns.c.guild_id) & (candidates.c.turn_id == turns.c.id),
        )
        .outerjoin(lines, (lines.c.guild_id == turns.c.guild_id) & (lines.c.turn_id == turns.c.id))
    )


def to_turn(row: AnyRow) -> Turn:
    *values, character_id, name = row
    values.append(None if character_id is None else Speaker(character_id, name))
    return Turn(*values)


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


def select_opening_cards() -> Select[Any]:
    """Select what `to_opening_card` reads."""
    return _select(OpeningCard, opening_cards)


def to_opening_card(row: AnyRow) -> OpeningCard:
    return OpeningCard(*row)


def select_characters() -> Select[Any]:
    """Select what `to_character` reads."""
    beside = [field.name for field in fields(Character) if field.name != "sheet"]
    written = [field.name for field in fields(Sheet)]
    return select(*(characters.c[name] for name in (*beside, *written)))


def to_character(row: AnyRow) -> Character:
    values = row._asdict()
    sheet = Sheet(**{field.name: values.pop(field.name) for field in fields(Sheet)})
    return Character(**values | {"uses_instructions": bool(row.uses_instructions)}, sheet=sheet)


def select_line_drafts() -> Select[Any]:
    """Select what `to_line_draft` reads."""
    return _select(LineDraft, line_drafts)


def to_line_draft(row: AnyRow) -> LineDraft:
    values = row._asdict()
    return LineDraft(**values | {"is_edited": bool(row.is_edited)})


def select_style_lines() -> Select[Any]:
    """Select what `to_style_line` reads."""
    return _select(StyleLine, style_lines)


def to_style_line(row: AnyRow) -> StyleLine:
    return StyleLine(*row)


def select_ballots() -> Select[Any]:
    """Select what `to_ballot` reads; the candidates come from a query of their own."""
    own = (ballot_branches.c.guild_id == ballots.c.guild_id) & (
        ballot_branches.c.ballot_id == ballots.c.id
    )
    return select(ballots, ballot_branches.c.branch_id).select_from(
        ballots.join(ballot_branches, own)
    )


def to_ballot(row: AnyRow, candidate_ids: tuple[int, ...]) -> Ballot:
    return Ballot(
        id=row.id,
        guild_id=row.guild_id,
        story_id=row.story_id,
        branch_id=row.branch_id,
        head_turn_id=row.head_turn_id,
        state=row.state,
        candidate_ids=candidate_ids,
        chosen_turn_id=row.chosen_turn_id,
        opener_id=row.opener_id,
    )


def select_adapters() -> Select[Any]:
    """Select what `to_adapter` reads."""
    return _select(Adapter, adapters)


def to_adapter(row: AnyRow) -> Adapter:
    return Adapter(*row)


def select_voice_changes() -> Select[Any]:
    """Select what `to_voice_change` reads."""
    return _select(VoiceChange, voice_changes)


def to_voice_change(row: AnyRow) -> VoiceChange:
    return VoiceChange(*row)


def select_training_jobs() -> Select[Any]:
    """Select what `to_training_job` reads."""
    return _select(TrainingJob, training_jobs)


def to_training_job(row: AnyRow) -> TrainingJob:
    return TrainingJob(*row)


def select_training_works() -> Select[Any]:
    """Select what `to_training_work` reads."""
    return _select(TrainingWork, training_works)


def to_training_work(row: AnyRow) -> TrainingWork:
    return TrainingWork(*row)


def select_comparisons() -> Select[Any]:
    """Select what `to_comparison` reads."""
    return _select(Comparison, comparisons)


def to_comparison(row: AnyRow) -> Comparison:
    return Comparison(*row)


def select_pairs() -> Select[Any]:
    """Select what `to_pair` reads."""
    return _select(Pair, comparison_pairs)


def to_pair(row: AnyRow) -> Pair:
    values = row._asdict()
    return Pair(**values | {"adapter_is_first": bool(row.adapter_is_first)})


def select_works() -> Select[Any]:
    """Select what `to_work` reads; the authors come from a query of their own."""
    names = [field.name for field in fields(Work) if field.name != "authors"]
    return select(*(works.c[name] for name in names))


def to_work(row: AnyRow, authors: tuple[WorkAuthor, ...]) -> Work:
    return replace(Work(*row), authors=authors)


def select_work_authors() -> Select[Any]:
    """Select what `to_work_author` reads."""
    return _select(WorkAuthor, work_authors)


def to_work_author(row: AnyRow) -> WorkAuthor:
    return WorkAuthor(*row)


def select_consents() -> Select[Any]:
    """Select what `to_consent` reads."""
    return _select(Consent, consents)


def to_consent(row: AnyRow) -> Consent:
    return Consent(*row)


def select_critiques() -> Select[Any]:
    """Select what `to_critique` reads."""
    return _select(Critique, critiques)


def to_critique(row: AnyRow) -> Critique:
    return Critique(*row)


def select_critique_consents() -> Select[Any]:
    """Select what `to_critique_consent` reads."""
    return _select(CritiqueConsent, critique_consents)


def to_critique_consent(row: AnyRow) -> CritiqueConsent:
    values = row._asdict()
    return CritiqueConsent(**values | {"may_share": bool(row.may_share)})
