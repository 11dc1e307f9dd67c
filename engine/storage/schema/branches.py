"""Revisions of turns, and who wrote which span."""
