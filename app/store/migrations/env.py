"""What Alembic runs: the steps that are due, on the connection that it is given."""

from alembic import context

from unrolled.app.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
