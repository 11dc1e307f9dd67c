"""Characters, their lines and drafts of lines.

Revision ID: 0005
"""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass
