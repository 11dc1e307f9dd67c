"""Facts and proposals.

Revision ID: 0013
"""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass
