"""Structured replies: a form is compiled, kept, and closed in time."""
