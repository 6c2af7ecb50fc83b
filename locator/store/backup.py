"""A whole store as one file: a SQLite file of the same tables, with a manifest that says what must be in it.

Out of PostgreSQL, too, so that what was backed up from one database can be restored into the other.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import insert, select

from locator import __version__
from locator._errors import InputError, StoreError, Text
from locator.store import engines, migrating
from locator.store.edits import last_save
from locator.store.tables import FORMAT, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from locator.store.store import Store

MANIFEST, FILES = "locator_backup", "locator_backup_files"
# So many rows are in memory at a time.
_PART = 5000


class Counted(msgspec.Struct):
    """What a table holds: rows, and the SHA-256 of all of them in order."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct):
    """What a backup says of itself: when it was made (UTC), by and from what; the store's format and version."""

    made_at: str
    locator: str
    database: str
    format: int
    version: int
    tables: dict[str, Counted]


def back_up(store: Store, file: Path, beside: Mapping[str, Path] | None = None) -> Manifest:
    """Write one consistent state of a store into a new file; nobody who reads or writes the store waits for it.

    Parameters
    ----------
    store
        The store.
    file
        Is only there once it is whole, and only its owner can read it: it holds the accounts.
    beside
        Files that belong to the store, by the name they have in the backup.

    Raises
    ------
    InputError
        There is such a file already, or no folder for it.
    StoreError
        The store is away, or there is no room.
    """
    with new_file(file) as part:
        try:
            version = _fill(store, part)
            with closing(sqlite3.connect(part, isolation_level=None)) as made:
                # One file, with nothing of it in a log beside it.
                made.execute("PRAGMA journal_mode=DELETE")
                _take_files(made, beside or {})
                manifest = Manifest(
                    datetime.now(UTC).isoformat(timespec="seconds"), __version__, store.database, FORMAT, version,
                    counted(made),
                )  # fmt: skip
                _sign(made, manifest)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                Text(f"备份没有写成：{error}", f"the backup could not be written: {error}")
            ) from error
    return manifest


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """Give a file to write that gets its name at the end, if all went well and nobody else has taken it.

    Raises
    ------
    InputError
        The name is taken, or there is no such folder.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    if file.exists():
        raise _taken(file)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    except OSError as error:
        said = error.strerror
        raise InputError(
            "file", str(file), Text(f"{file} 写不了：{said}", f"{file} cannot be written: {said}")
        ) from None
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        try:
            os.link(part, file)  # unlike renaming, this never replaces anything
        except FileExistsError:
            raise _taken(file) from None
    finally:
        for name in (part.name, f"{part.name}-journal", f"{part.name}-wal", f"{part.name}-shm"):
            part.with_name(name).unlink(missing_ok=True)


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of all tables into a store that was just made."""
    for table in reversed(metadata.sorted_tables):
        target.execute(table.delete())
    for table in metadata.sorted_tables:
        rows = source.execution_options(yield_per=_PART).execute(
            select(table).order_by(*table.primary_key.columns)
        )
        for part in rows.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in part])


def counted(database: sqlite3.Connection) -> dict[str, Counted]:
    """Return what each table of a backup holds, but for the manifest's own."""
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
    )
    return {name: _counted_rows(database, name) for (name,) in names.fetchall() if name != MANIFEST}


def _fill(store: Store, part: Path) -> int:
    """Copy a store's tables, all as they are at one moment, and return the version they are of."""
    with store.reading() as connection:
        version = last_save(connection)[0]
        source = connection.connection.driver_connection
        if isinstance(source, sqlite3.Connection):
            with closing(sqlite3.connect(part)) as target:
                source.backup(target)  # in one step: within the transaction at hand
            return version
        engine = engines.engine_of_file(part)
        try:
            with engines.for_writing(engine).begin() as target:
                migrating.make_tables(target)
                copy_rows(connection, target)
        finally:
            engine.dispose()
    return version


def _take_files(made: sqlite3.Connection, beside: Mapping[str, Path]) -> None:
    made.execute(f"CREATE TABLE {FILES} (path TEXT PRIMARY KEY, content BLOB NOT NULL)")
    for name, path in beside.items():
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # the oldest result may go while we look
            continue
        made.execute(f"INSERT INTO {FILES} VALUES (?, ?)", (name, content))  # noqa: S608  our own word


def _sign(made: sqlite3.Connection, manifest: Manifest) -> None:
    said = msgspec.json.encode(manifest)
    made.execute(f"CREATE TABLE {MANIFEST} (manifest TEXT NOT NULL, sha256 TEXT NOT NULL)")
    made.execute(f"INSERT INTO {MANIFEST} VALUES (?, ?)", (said.decode(), sha256(said).hexdigest()))  # noqa: S608  our own word


def _counted_rows(database: sqlite3.Connection, table: str) -> Counted:
    quoted = table.replace('"', '""')
    rows, digest = 0, sha256()
    for row in database.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid'):  # noqa: S608  quoted
        digest.update(msgspec.msgpack.encode(row))
        rows += 1
    return Counted(rows, digest.hexdigest())


def _taken(file: Path) -> InputError:
    return InputError(
        "file", str(file), Text(f"{file} 已经有了，不会覆盖", f"{file} is there already; it is left as it is")
    )
