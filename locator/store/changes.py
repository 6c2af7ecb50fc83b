"""Hearing of changes: PostgreSQL tells, SQLite has to be looked at."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from locator.store.engines import POSTGRESQL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_CHANNEL = "locator_changed"


def tell(connection: Connection, version: int) -> None:
    """Tell all who listen of a new version, once this transaction is committed."""
    if connection.dialect.name == POSTGRESQL:
        connection.execute(
            text("SELECT pg_notify(:channel, :version)"), {"channel": _CHANNEL, "version": str(version)}
        )


class Listener:
    """Waits for changes in one thread.

    A wait may end without a change, and a change may be missed while the line is broken: whoever waits
    looks at the version afterwards.

    Parameters
    ----------
    engine
        The store's.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._line: psycopg.Connection | None = None

    def wait(self, seconds: float) -> None:
        """Return once something changed, or after so many seconds."""
        end = time.monotonic() + seconds
        if self._engine.dialect.name == POSTGRESQL:
            try:
                self._line = self._line or self._connected()
                for _ in self._line.notifies(timeout=seconds, stop_after=1):
                    return
            except (psycopg.Error, SQLAlchemyError):
                self.close()
        time.sleep(max(0.0, end - time.monotonic()))

    def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            with suppress(psycopg.Error):
                line.close()

    def _connected(self) -> psycopg.Connection:
        fairy = self._engine.raw_connection()
        line = fairy.driver_connection
        fairy.detach()  # it is not given back: it listens
        if not isinstance(line, psycopg.Connection):
            raise TypeError("a listener needs psycopg")
        try:
            line.rollback()
            line.autocommit = True
            line.execute(f"LISTEN {_CHANNEL}")
        except psycopg.Error:
            line.close()
            raise
        return line
