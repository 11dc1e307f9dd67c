"""Lore: which entries a story calls for now, and where they stand. Pure functions."""

from engine.memory.lore.keys import key_notices
from engine.memory.lore.looking import lore_lines
from engine.memory.lore.placing import is_always_there, offers_of
from engine.memory.lore.scanning import lore_budget, scan

__all__ = ["is_always_there", "key_notices", "lore_budget", "lore_lines", "offers_of", "scan"]
