"""Summaries, author's notes, pins and style samples.

Revision ID: 0011
"""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass
