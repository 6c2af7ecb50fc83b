"""Services, and a row for each change of one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from locator.store.tables import ID

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables of the first version."""
    op.create_table(
        "services",
        sa.Column("id", ID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, index=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("service_id", ID, nullable=False, index=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("why", sa.String(400), nullable=False),
        sa.Column("before", sa.LargeBinary),
        sa.Column("after", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "locator_store",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(200), nullable=False),
    )
