"""What Alembic runs: the migrations, on the connection and in the transaction it was given."""

from alembic import context

from engine.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite too: a kill in the middle leaves the old schema
)
context.run_migrations()
