"""The words of turns, for full-text search."""
