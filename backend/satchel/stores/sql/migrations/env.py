"""Run by Alembic for every command; `migrate.py` passes the connection in, nothing is read from a file or the environment."""

from alembic import context

from satchel.stores.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
