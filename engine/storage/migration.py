"""Bring a database to the schema of this program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.errors import StorageFailed

SCRIPTS = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_behind(revision: str | None) -> bool:
    """Tell whether migrations are due.

    Raises:
        StorageFailed: a newer version of this program made the database.
    """
    scripts = ScriptDirectory(str(SCRIPTS))
    newest = scripts.get_current_head()
    if revision == newest:
        return False
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        raise StorageFailed(
            f"the database is at revision {revision}, this program knows only up to {newest}"
        )
    return True


def migrate(connection: Connection) -> None:
    """Run the migrations that are due, in the transaction of `connection`."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
