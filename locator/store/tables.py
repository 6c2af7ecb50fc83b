"""The tables as they stand now; `migrations` makes them, step by step from the first version."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

# The newest format: a file of a higher one was written by a newer locator.
FORMAT = 2
# Compared by code point, as Python does: a locale would put ids in another order than the catalog's.
ID = String(64).with_variant(String(64, collation="C"), "postgresql")
# UTC in ISO 8601 to the microsecond, which sorts as it reads.
INSTANT = String(32)
WHO_CHARS, WHY_CHARS = 80, 400

# One row a service: the record as compact JSON, which the catalog decodes in bulk; null once it was removed.
# PostGIS has one more column, `position geography(Point,4326)`, which is written with the record.
services = Table(
    "services",
    metadata,
    Column("id", ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False, index=True),
    Column("record", LargeBinary),
)
# One row a save: its number is that of its first revision, `last` that of its last. Who, when and why.
batches = Table(
    "batches",
    metadata,
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False, unique=True),
    Column("at", INSTANT, nullable=False, index=True),
    Column("who", String(WHO_CHARS), nullable=False),
    Column("why", String(WHY_CHARS), nullable=False),
)
# One row a changed service: before and after, either null. The highest revision is the store's version.
revisions = Table(
    "revisions",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("batch", Integer, nullable=False, index=True),
    Column("service_id", ID, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("before", LargeBinary),
    Column("after", LargeBinary),
)
# What the file is, and its format.
about = Table(
    "locator_store",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("password_hash", String(300), nullable=False),
    Column("role", String(10), nullable=False),
    Column("active", Boolean, nullable=False),
)
# Only a hash of a token is kept.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("user_name", String(80), ForeignKey("users.name"), nullable=False, index=True),
    Column("label", String(80), nullable=False),
    Column("created", INSTANT, nullable=False),
    Column("last_used", INSTANT),
    Column("revoked", INSTANT),
)
# Services are never deleted, only marked as removed, so what refers to one needs no foreign key to stay whole.
inspections = Table(
    "inspections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("service_id", ID, nullable=False, index=True),
    Column("on_day", String(10), nullable=False),
    Column("open_as_stated", String(7), nullable=False),
    Column("found", String(1000), nullable=False),
    Column("by_whom", String(80), nullable=False),
    Column("note", String(1000), nullable=False),
)
reports = Table(
    "reports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("service_id", ID, nullable=False, index=True),
    Column("what", String(40), nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("status", String(10), nullable=False, index=True),
)
# How often somebody found nothing, by cell and hour of the week (0 = Monday 00:00): nothing about who it was.
needs = Table(
    "needs",
    metadata,
    Column("cell", String(20), primary_key=True),
    Column("hour_of_week", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)
