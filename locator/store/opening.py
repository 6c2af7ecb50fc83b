"""Opening and creating a store, and the transactions that all its work is done in."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from sqlite3 import OperationalError
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from locator._errors import StoreError, Text
from locator.store import engines, migrating, patient
from locator.store.edits import wanted_of, write
from locator.store.tables import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Self

    from sqlalchemy import Connection

    from locator.service import Service

# Tables that PostGIS makes.
_NOBODYS = {"spatial_ref_sys"}


class Database:
    """Services in a database, with every change kept.

    Parameters
    ----------
    url
        "sqlite:///locator.db", a path, or "postgresql://user@host/database".

    Raises
    ------
    ConfigurationError
        A URL the store does not run on.
    StoreError
        The database cannot be opened or holds something else.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = engines.engine_for(url)
        self.shown = engines.shown(self._engine)
        # Whoever forgets to close a store leaves no connection behind.
        weakref.finalize(self, self._engine.dispose)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store that exists; one of an older format is brought to the newest."""
        store = cls(url)
        if (
            store._is_file and not (path := engines.file_of(store._engine)).is_file()
        ):  # connecting would create it
            raise StoreError(Text(f"没有 {path} 这个文件", f"there is no file {path}"))
        with store.reading() as connection:
            found = migrating.format_of(connection)
        if found is None:
            raise StoreError(
                Text(
                    f"{store.shown} 里没有数据，也不会自动覆盖",
                    f"{store.shown} is not a locator store; it is left as it is",
                )
            )
        if found < FORMAT:
            with store.writing() as connection:
                engines.wait_turn(connection)
                patient.wait_long(connection)  # rewriting a large store takes minutes
                migrating.upgrade(connection, store.shown)
            store._engine.dispose()  # with its patience
        store._keep_log()
        return store

    def create(self, records: Iterable[Service], why: str) -> bool:
        """Create the tables and fill them, all in one transaction; False if that was done before.

        A process killed half-way leaves an empty database, which the next call fills.
        """
        if not self._is_file or engines.file_of(self._engine).is_file():
            with self.reading() as connection:
                if migrating.format_of(connection) is not None:
                    return False
        wanted = wanted_of(records)
        with self.writing() as connection:
            engines.wait_turn(connection)
            if migrating.format_of(connection) is not None:
                return False
            self.refuse_foreign(connection)
            migrating.make_tables(connection)
            write(connection, wanted, "locator", why)
        self._keep_log()
        return True

    def refuse_foreign(self, connection: Connection) -> None:
        """Raise StoreError if the database holds tables of somebody else's."""
        foreign = set(inspect(connection).get_table_names()) - _NOBODYS
        if foreign:
            raise StoreError(
                Text(
                    f"{self.shown} 里已有别的表（{min(foreign)}），不会写入",
                    f"{self.shown} already holds other tables ({min(foreign)}); it is left as it is",
                )
            )

    @property
    def database(self) -> str:
        """What it is kept in: sqlite or postgresql."""
        return str(self._engine.dialect.name)

    @property
    def path(self) -> Path | None:
        """The file of a store in SQLite, there or not."""
        return engines.file_of(self._engine) if self._is_file else None

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @property
    def _is_file(self) -> bool:
        return self._engine.dialect.name == engines.SQLITE

    def _keep_log(self) -> None:
        """Switch the file to a write-ahead log, outside a transaction; it remembers, so once is enough.

        SQLite does not wait here: while another process uses the file, or it is read-only, the next start will do it.
        """
        if not self._is_file:
            return
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            pass
        finally:
            raw.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one state from beginning to end."""
        try:
            with engines.for_reading(self._engine).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise engines.store_error(error, self._engine, writing=False) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed at the end, or leaves nothing behind."""
        committing = False
        try:
            with engines.for_writing(self._engine).connect() as connection, connection.begin() as transaction:
                yield connection
                committing = True
                transaction.commit()
        except SQLAlchemyError as error:
            failed = engines.store_error(error, self._engine, writing=True)
            if committing and engines.is_away(error, self._engine):
                failed = engines.unsure_error()
            raise failed from error
