"""How a connection to SQLite and to PostgreSQL is set up, and what it means when one fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from locator._errors import ConfigurationError, StoreError, Text
from locator._turn import step_aside
from locator.store import patient

# What PostgreSQL calls a statement that took too long.
_CANCELLED = "57014"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
_FILE = "file:"
_BUSY_S = 30
_CONNECT_S = 5
# Any number does, as long as every locator uses the same: writers wait for one another by it.
_WRITERS = 5_461_070
# Far longer than reading the largest store takes, or another's save that one waits for.
_STATEMENT_S = 20
_NETWORK = {
    "connect_timeout": _CONNECT_S,
    # A server that vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def engine_for(url: str) -> Engine:
    """Return an engine for a store URL, or a path to a SQLite file.

    Raises
    ------
    ConfigurationError
        Not a URL of a database that the store runs on.
    """
    if "://" not in url:
        url = f"sqlite:///{url}"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is the latter
        raise ConfigurationError(Text("--store 不是数据库地址", "--store is not a database URL")) from None
    scheme = url.partition("://")[0]
    if url.startswith("sqlite:///"):
        return _sqlite(parsed)
    if scheme in {"postgresql", "postgres"}:
        return patient.engine(parsed, _NETWORK, _STATEMENT_S)
    raise ConfigurationError(
        Text(
            f"--store 只认 sqlite:///文件 和 postgresql://主机/库，收到 {scheme}://",
            f"--store takes sqlite:///FILE or postgresql://HOST/DATABASE, got {scheme}://",
        )
    )


def engine_of_file(path: Path) -> Engine:
    """Return an engine for a SQLite file, whatever signs its name has."""
    return _sqlite(URL.create("sqlite", database=str(path)))


def _sqlite(url: URL) -> Engine:
    if _never_changes(url):
        # SQLite would otherwise want to make files beside it, and fail.
        url = url.set(
            database=f"{_FILE}{quote(url.database or '')}",
            query={**url.query, "mode": "ro", "immutable": "1", "uri": "true"},
        )
    engine = create_engine(url, connect_args={"timeout": _BUSY_S}, poolclass=QueuePool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _never_changes(url: URL) -> bool:
    """Tell whether a file lies on a read-only file system, and nothing of it in a log that would be passed over."""
    path = Path(url.database or "")
    if not path.is_file() or not os.statvfs(path).f_flag & os.ST_RDONLY:
        return False
    log = path.with_name(f"{path.name}-wal")
    return not log.exists() or log.stat().st_size == 0


def file_of(engine: Engine) -> Path:
    """Return the file of a SQLite store."""
    said = engine.url.database or ""
    return Path(unquote(said.removeprefix(_FILE)) if said.startswith(_FILE) else said)


def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401
    # The driver's own transaction handling would commit before every CREATE TABLE: take it over.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    # What was accepted outlives a power cut: with NORMAL, a log's last commits may be lost.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    step_aside()  # another's save may take its time
    # A writer takes its lock at once; one that upgraded half-way would fail instead of waiting.
    mode = connection.get_execution_options().get("locator_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def for_reading(engine: Engine) -> Engine:
    """Return the engine with transactions that see one state from their first word to their last."""
    if engine.dialect.name == SQLITE:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: Engine) -> Engine:
    """Return the engine with transactions of which one runs at a time, once `wait_turn` was called."""
    return engine.execution_options(locator_begin="IMMEDIATE") if engine.dialect.name == SQLITE else engine


def wait_turn(connection: Connection) -> None:
    """Wait until no other writer is at work.

    Numbers without a gap that appear in order are what readers follow the changes by; two writers at a time
    could commit theirs the other way round.
    """
    if connection.dialect.name == POSTGRESQL:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})


def shown(engine: Engine) -> str:
    """Return where a store is, without password and options."""
    url = engine.url.set(query={}, drivername=engine.dialect.name)
    if engine.dialect.name == SQLITE:
        url = url.set(database=str(file_of(engine)))
    return url.render_as_string(hide_password=True)


def store_error(error: SQLAlchemyError, engine: Engine, *, writing: bool) -> StoreError:
    """Return a StoreError that says what the database said, without its SQL."""
    if is_away(error, engine):
        if writing:
            return StoreError(Text("存储连不上，什么都没有写入", "the store is away, nothing was saved"))
        return StoreError(Text("存储连不上", "the store is away"))
    if getattr(error.orig if isinstance(error, DBAPIError) else None, "sqlstate", None) == _CANCELLED:
        return StoreError(
            Text(
                f"存储 {_STATEMENT_S} 秒没有答复。什么都没有写入，过一会儿再试",
                f"the store gave no answer within {_STATEMENT_S} s; nothing was saved, try again later",
            )
        )
    where, said = shown(engine), str(getattr(error, "orig", None) or error).splitlines()[0]
    return StoreError(
        Text(
            f"存储 {where} 用不了：{said}。什么都没有写入",
            f"the store {where} failed: {said}; nothing was saved",
        )
    )


def is_away(error: SQLAlchemyError, engine: Engine) -> bool:
    """Tell whether an error means that nobody can be reached there, not that they refused."""
    if engine.dialect.name != POSTGRESQL or not isinstance(error, OperationalError | InterfaceError):
        return False
    # No state: nobody answered. 08 and 57P: the line broke, or the server is stopping or starting.
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


def unsure_error() -> StoreError:
    """Return what there is to say when the line broke in the middle of a commit."""
    return StoreError(
        Text(
            "提交时存储断开了，不知道写进去没有：重新连上后先看历史记录，再决定要不要重来",
            "the store went away during the commit; nobody knows yet whether it was saved: look at the history before you try again",
        )
    )
