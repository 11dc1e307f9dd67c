"""What Alembic runs: the migrations, on the connection and in the transaction it was given."""

from alembic import context

# No transaction is begun here. SQLite, too, undoes changes of tables: a kill in the middle leaves
# the old schema.
context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
