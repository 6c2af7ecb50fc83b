"""A save as one thing that can be undone, services that were removed, people, and what they report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from locator.store.tables import ID, INSTANT

revision = "2"
down_revision = "1"

# Format 1 repeated who, when and why on each row: rows in a row that agree in them were one save.
_FIRST_OF_BATCH = """
    CREATE TEMPORARY TABLE locator_runs AS
    SELECT revision, at, who, why, SUM(fresh) OVER (ORDER BY revision) AS run FROM (
        SELECT revision, at, who, why, CASE
            WHEN at = LAG(at) OVER w AND who = LAG(who) OVER w AND why = LAG(why) OVER w THEN 0 ELSE 1
        END AS fresh FROM revisions_1 WINDOW w AS (ORDER BY revision)
    ) AS marked
"""
_BATCHES = """
    INSERT INTO batches (batch, last, at, who, why)
    SELECT MIN(revision), MAX(revision), MIN(at), MIN(who), MIN(why) FROM locator_runs GROUP BY run
"""
_REVISIONS = """
    INSERT INTO revisions (revision, batch, service_id, version, before, after)
    SELECT r.revision, MIN(r.revision) OVER (PARTITION BY run),
        r.service_id, ROW_NUMBER() OVER (PARTITION BY r.service_id ORDER BY r.revision), r.before, r.after
    FROM revisions_1 AS r JOIN locator_runs ON locator_runs.revision = r.revision
"""
_GEOGRAPHY = "ALTER TABLE services ADD COLUMN position geography(Point, 4326)"
_POSITIONS = """
    UPDATE services SET position = ST_SetSRID(ST_MakePoint(
        (convert_from(record, 'UTF8')::jsonb ->> 'lon')::float8, (convert_from(record, 'UTF8')::jsonb ->> 'lat')::float8
    ), 4326)::geography
"""


def upgrade() -> None:
    """Give saves a row of their own, let records be gone, and add the tables of the steward's desk."""
    _split_saves_from_changes()
    with op.batch_alter_table("services") as services:
        services.alter_column("record", existing_type=sa.LargeBinary, nullable=True)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        op.execute(_GEOGRAPHY)
        op.execute(_POSITIONS)
        op.execute("CREATE INDEX ix_services_position ON services USING gist (position)")
    _add_people()
    _add_what_they_report()
    op.execute("UPDATE locator_store SET value = '2' WHERE key = 'format'")


def _split_saves_from_changes() -> None:
    op.create_table(
        "batches",
        sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False, unique=True),
        sa.Column("at", INSTANT, nullable=False, index=True),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("why", sa.String(400), nullable=False),
    )
    op.drop_index("ix_revisions_service_id", "revisions")
    op.rename_table("revisions", "revisions_1")
    op.create_table(
        "revisions",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("batch", sa.Integer, nullable=False, index=True),
        sa.Column("service_id", ID, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("before", sa.LargeBinary),
        sa.Column("after", sa.LargeBinary),
    )
    for step in (_FIRST_OF_BATCH, _BATCHES, _REVISIONS):
        op.execute(step)
    op.execute("DROP TABLE locator_runs")
    op.drop_table("revisions_1")


def _add_people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("password_hash", sa.String(300), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_table(
        "api_tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("user_name", sa.String(80), sa.ForeignKey("users.name"), nullable=False, index=True),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("last_used", INSTANT),
        sa.Column("revoked", INSTANT),
    )


def _add_what_they_report() -> None:
    op.create_table(
        "inspections",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("service_id", ID, nullable=False, index=True),
        sa.Column("on_day", sa.String(10), nullable=False),
        sa.Column("open_as_stated", sa.String(7), nullable=False),
        sa.Column("found", sa.String(1000), nullable=False),
        sa.Column("by_whom", sa.String(80), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("service_id", ID, nullable=False, index=True),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("on_day", sa.String(10), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("status", sa.String(10), nullable=False, index=True),
    )
    op.create_table(
        "needs",
        sa.Column("cell", sa.String(20), primary_key=True),
        sa.Column("hour_of_week", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
