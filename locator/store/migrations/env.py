"""Runs the steps on the connection that `locator.store.migrating` hands over, in its transaction."""

from alembic import context

from locator.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
