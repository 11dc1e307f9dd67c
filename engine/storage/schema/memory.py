"""Summaries, author's notes, pins and style samples."""
