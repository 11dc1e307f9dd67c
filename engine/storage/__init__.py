"""The only SQL: database, migrations, one module per table family."""
