"""The tables, and how a connection to SQLite is set up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from locator._errors import ConfigurationError, StoreError, Text

metadata = MetaData()

# One row a service: the record as compact JSON, which the catalog decodes in bulk.
services = Table(
    "services",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False, index=True),
    Column("record", LargeBinary, nullable=False),
)
# One row a change: who, when, why, before, after. The highest revision is the store's version.
revisions = Table(
    "revisions",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=True),
    Column("service_id", String(64), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("why", String(400), nullable=False),
    Column("before", LargeBinary),
    Column("after", LargeBinary),
    sqlite_autoincrement=True,
)
# What the file is, and whether its creation was finished.
about = Table(
    "locator_store",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

FORMAT = "1"
_BUSY_S = 30


def engine_for(url: str) -> Engine:
    """Return an engine for a store URL ("sqlite:///locator.db"), or a path to a SQLite file.

    Raises
    ------
    ConfigurationError
        Not a URL of a database that the store runs on.
    """
    if "://" not in url:
        url = f"sqlite:///{url}"
    if not url.startswith("sqlite:///"):
        scheme = url.partition("://")[0]
        raise ConfigurationError(
            Text(
                f"--store 目前只认 sqlite:///文件，收到 {scheme}://",
                f"--store takes sqlite:///FILE, got {scheme}://",
            )
        )
    try:
        engine = create_engine(url, connect_args={"timeout": _BUSY_S}, poolclass=QueuePool)
    except ArgumentError:
        raise ConfigurationError(Text("--store 不是数据库地址", "--store is not a database URL")) from None
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401
    # The driver's own transaction handling would commit before every CREATE TABLE: take it over.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A writer takes its lock at once; one that upgraded half-way would fail instead of waiting.
    mode = connection.get_execution_options().get("locator_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def store_error(error: SQLAlchemyError, url: str) -> StoreError:
    """Return a StoreError that says what the database said, without its SQL."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StoreError(
        Text(
            f"存储 {url} 用不了：{said}。什么都没有写入", f"the store {url} failed: {said}; nothing was saved"
        )
    )
