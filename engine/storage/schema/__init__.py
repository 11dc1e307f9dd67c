"""The tables. Migrations build them; a test holds the two equal.

Every table has `guild_id`, and every reference is the pair (guild_id, id): the database itself
refuses a row that points into another server. Times are epoch milliseconds.
"""

from engine.storage.schema.ballots import ballot_branches, ballots, candidates, votes
from engine.storage.schema.branches import draft_originals, offshoots, revisions, spans
from engine.storage.schema.canon import canon_reads, canon_settings, facts
from engine.storage.schema.cast import cards, characters, faces, line_drafts, lines
from engine.storage.schema.critiques import critique_consents, critique_posts, critiques
from engine.storage.schema.library import consents, work_authors, works
from engine.storage.schema.lore import card_books, lore_entries, lore_settings, lorebooks
from engine.storage.schema.memory import author_notes, pins, style_samples, summaries
from engine.storage.schema.metadata import metadata
from engine.storage.schema.order import (
    order_clocks,
    order_steps,
    played_turns,
    players,
    step_branches,
    turn_rules,
)
from engine.storage.schema.prompts import premises, prompt_marks, story_prompts
from engine.storage.schema.search import turn_words
from engine.storage.schema.stories import (
    branches,
    moves,
    opening_cards,
    posts,
    stories,
    turns,
)
from engine.storage.schema.styles import style_lines, styles
from engine.storage.schema.voices import (
    adapters,
    comparison_pairs,
    comparison_votes,
    comparisons,
    training_jobs,
    training_works,
    voice_changes,
    voices,
)

__all__ = [
    "adapters",
    "author_notes",
    "ballot_branches",
    "ballots",
    "branches",
    "candidates",
    "canon_reads",
    "canon_settings",
    "card_books",
    "cards",
    "characters",
    "comparison_pairs",
    "comparison_votes",
    "comparisons",
    "consents",
    "critique_consents",
    "critique_posts",
    "critiques",
    "draft_originals",
    "faces",
    "facts",
    "line_drafts",
    "lines",
    "lore_entries",
    "lore_settings",
    "lorebooks",
    "metadata",
    "moves",
    "offshoots",
    "opening_cards",
    "order_clocks",
    "order_steps",
    "pins",
    "played_turns",
    "players",
    "posts",
    "premises",
    "prompt_marks",
    "revisions",
    "spans",
    "step_branches",
    "stories",
    "story_prompts",
    "style_lines",
    "style_samples",
    "styles",
    "summaries",
    "training_jobs",
    "training_works",
    "turn_rules",
    "turn_words",
    "turns",
    "voice_changes",
    "voices",
    "votes",
    "work_authors",
    "works",
]
