"""A backup made into a store again, in SQLite or PostgreSQL, once all of it is found to be as it was written."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import func, select, text

from locator._errors import InputError, StoreError, Text
from locator.store import engines, migrating
from locator.store.backup import FILES, MANIFEST, Manifest, copy_rows, counted, new_file
from locator.store.store import Store
from locator.store.tables import FORMAT, metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HEADER = b"SQLite format 3\x00"
_POSITIONS = text(
    "UPDATE services SET position = ST_SetSRID(ST_MakePoint((convert_from(record, 'UTF8')::json ->> 'lon')::float8,"
    " (convert_from(record, 'UTF8')::json ->> 'lat')::float8), 4326)::geography"
)


class Restored(NamedTuple):
    """What a backup held: its manifest, and the files that were beside the store, by name."""

    manifest: Manifest
    files: dict[str, bytes]


def check(file: Path) -> Restored:
    """Return what a backup holds, if all of it is as it was written.

    Raises
    ------
    InputError
        It is no backup, or damaged, or a newer locator's.
    """
    _check_head(file)
    try:
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            return _checked(file, database)
    except sqlite3.Error as error:
        raise _damaged(file, Text(str(error), str(error))) from None


def restore(file: Path, url: str) -> Restored:
    """Make a new store of a backup; either all of it is there at the end, or nothing.

    Parameters
    ----------
    file
        What `back_up` wrote. It is not changed.
    url
        Where no store is yet: a SQLite file that is not there, an empty PostgreSQL database.

    Raises
    ------
    InputError
        As `check`; or there is a store already.
    StoreError
        The database is away, or holds something else.
    """
    store = Store(url)
    try:
        _check_head(file)
        if store.path is not None:
            with new_file(store.path) as part:
                return _prepared(file, part)
        with tempfile.TemporaryDirectory(prefix="locator-restore-") as folder:
            part = Path(folder) / "part"
            restored = _prepared(file, part)
            _load(part, store)
            return restored
    finally:
        store.close()


def _prepared(file: Path, part: Path) -> Restored:
    """Copy a backup, check the copy, and make it a store of today's format."""
    try:
        shutil.copyfile(file, part)
    except OSError as error:
        said = error.strerror
        raise StoreError(Text(f"复制备份失败：{said}", f"the backup could not be copied: {said}")) from None
    part.chmod(0o600)
    restored = check(part)
    with closing(sqlite3.connect(part)) as database:
        for name in (MANIFEST, FILES):
            database.execute(f"DROP TABLE IF EXISTS {name}")
        database.commit()
    engine = engines.engine_of_file(part)
    try:
        with engines.for_writing(engine).begin() as connection:
            migrating.upgrade(connection, str(file))
    finally:
        engine.dispose()
    return restored


def _load(part: Path, store: Store) -> None:
    """Copy a file's rows into an empty PostgreSQL database, in one transaction."""
    engine = engines.engine_of_file(part)
    try:
        with store.writing() as target, engines.for_reading(engine).begin() as source:
            engines.wait_turn(target)
            if migrating.format_of(target) is not None:
                raise InputError(
                    "store", store.shown, Text(f"{store.shown} 已经有数据，不会覆盖", f"{store.shown} is a store already; it is left as it is")
                )  # fmt: skip
            store.refuse_foreign(target)
            migrating.make_tables(target)
            copy_rows(source, target)
            target.execute(_POSITIONS)
            _go_on_counting(target)
    finally:
        engine.dispose()


def _go_on_counting(connection: Connection) -> None:
    """Let the numbers that PostgreSQL gives out begin after those that came with the rows."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.execute(select(func.max(column))).scalar()
        if last is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, last)))


def _check_head(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            head = opened.read(len(_HEADER))
    except OSError as error:
        said = error.strerror
        raise InputError(
            "file", str(file), Text(f"{file} 读不了：{said}", f"{file} cannot be read: {said}")
        ) from None
    if head != _HEADER:
        raise _no_backup(file)


def _checked(file: Path, database: sqlite3.Connection) -> Restored:
    there = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (MANIFEST,)).fetchone()
    if there is None:
        raise _no_backup(file)
    said, digest = database.execute(f"SELECT manifest, sha256 FROM {MANIFEST}").fetchone() or ("", "")  # noqa: S608  our own word
    if sha256(said.encode()).hexdigest() != digest:
        raise _damaged(file, Text("清单对不上", "its manifest is not as it was written"))
    try:
        manifest = msgspec.json.decode(said, type=Manifest)
    except msgspec.DecodeError as error:
        raise _damaged(file, Text("清单读不懂", "its manifest cannot be read")) from error
    if manifest.format > FORMAT:
        newer = Text(
            f"{file} 是更新版本的 locator 备份的（格式 {manifest.format}，这里只认到 {FORMAT}）：请升级 locator",
            f"{file} is a newer locator's (format {manifest.format}, known here up to {FORMAT}): upgrade the locator",
        )
        raise InputError("file", str(file), newer)
    (sound,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise _damaged(file, Text(sound, sound))
    found = counted(database)
    for name in sorted(found.keys() | manifest.tables.keys()):
        if found.get(name) != manifest.tables.get(name):
            raise _damaged(file, Text(f"表 {name} 对不上", f"its table {name} is not as it was written"))
    return Restored(manifest, dict(database.execute(f"SELECT path, content FROM {FILES}").fetchall()))  # noqa: S608  our own word


def _no_backup(file: Path) -> InputError:
    return InputError(
        "file",
        str(file),
        Text(f"{file} 不是 locator backup 写的备份", f"{file} is no backup that locator backup wrote"),
    )


def _damaged(file: Path, why: Text) -> InputError:
    return InputError(
        "file",
        str(file),
        Text(
            f"{file} 坏了（{why.zh}），什么都没有恢复", f"{file} is damaged ({why.en}); nothing was restored"
        ),
    )
