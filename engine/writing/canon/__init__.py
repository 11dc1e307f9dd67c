"""Use cases of the canon: what is established, who says so, and what contradicts it."""

from engine.writing.canon.answering import Answer, ask_canon
from engine.writing.canon.doubting import Doubted, doubts_of
from engine.writing.canon.graph import Graph, graph_of
from engine.writing.canon.ledger import (
    MOST_PART_CHARACTERS,
    Canon,
    accept_fact,
    add_fact,
    choose_settings,
    edit_fact,
    read_canon,
    read_fact,
    read_settings,
    reject_fact,
)

__all__ = [
    "MOST_PART_CHARACTERS",
    "Answer",
    "Canon",
    "Doubted",
    "Graph",
    "accept_fact",
    "add_fact",
    "ask_canon",
    "choose_settings",
    "doubts_of",
    "edit_fact",
    "graph_of",
    "read_canon",
    "read_fact",
    "read_settings",
    "reject_fact",
]
