"""Hearing of changes: PostgreSQL tells, SQLite has to be looked at."""

from __future__ import annotations

import sqlite3
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

    PostgreSQL tells at once; SQLite's file has a number that changes with each commit of another, which
    costs a few microseconds to read. A change may be missed while the line is broken: whoever waits looks
    at the version now and then all the same.

    Parameters
    ----------
    engine
        The store's.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._line: psycopg.Connection | None = None
        self._file: sqlite3.Connection | None = None
        self._number: int | None = None

    def wait(self, seconds: float) -> bool:
        """Return whether something may have changed, at the latest after so many seconds."""
        end = time.monotonic() + seconds
        if self._engine.dialect.name != POSTGRESQL:
            time.sleep(seconds)
            return self._file_changed()
        try:
            self._line = self._line or self._listening()
            for _ in self._line.notifies(timeout=seconds, stop_after=1):
                return True
        except (psycopg.Error, SQLAlchemyError):
            self.close()
            time.sleep(max(0.0, end - time.monotonic()))
            return True
        return False

    def _file_changed(self) -> bool:
        try:
            if self._file is None:
                file = self._detached()
                if not isinstance(file, sqlite3.Connection):
                    raise TypeError("a file is looked at by sqlite3")
                self._file = file
            number = int(self._file.execute("PRAGMA data_version").fetchone()[0])
        except (sqlite3.Error, SQLAlchemyError):
            self.close()
            return True  # whoever looks will say what is wrong
        before, self._number = self._number, number
        return number != before

    def close(self) -> None:
        """Hang up."""
        line, file, self._line, self._file = self._line, self._file, None, None
        with suppress(psycopg.Error, sqlite3.Error):
            if line is not None:
                line.close()
            if file is not None:
                file.close()

    def _detached(self) -> object:
        fairy = self._engine.raw_connection()
        connection = fairy.driver_connection
        fairy.detach()  # it is not given back: it is kept to listen
        return connection

    def _listening(self) -> psycopg.Connection:
        line = self._detached()
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
