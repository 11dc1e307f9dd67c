"""Revisions, spans, and branches that live in threads of their own.

Revision ID: 0009
"""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass
