"""Reading the store, and changing it with a history."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import OperationalError
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from locator._errors import NotFoundError, StoreError, Text
from locator.records import to_record
from locator.service import Service
from locator.store.tables import FORMAT, about, engine_for, metadata, revisions, services, store_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self


_LAST = select(revisions.c.revision, revisions.c.at).order_by(revisions.c.revision.desc()).limit(1)
# SQLite takes some tens of thousands of parameters in one statement; a thousand already costs nothing more.
_AT_ONCE = 1000


class Change(NamedTuple):
    """One revision of one service: who made it, when (UTC, ISO 8601) and why."""

    revision: int
    service_id: str
    at: str
    who: str
    why: str


class Store:
    """Services in a database, with every change kept.

    Parameters
    ----------
    url
        "sqlite:///locator.db", or a path.

    Raises
    ------
    ConfigurationError
        A URL the store does not run on.
    StoreError
        The database cannot be opened or holds something else.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = engine_for(url)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store that exists."""
        store = cls(url)
        path = store._engine.url.database or ""
        if not Path(path).is_file():  # connecting would create it
            raise StoreError(Text(f"没有 {path} 这个文件", f"there is no file {path}"))
        with store._reading() as connection:
            finished = store._format(connection)
        if finished is None:
            raise StoreError(
                Text(
                    f"{url} 里没有数据，也不会自动覆盖", f"{url} is not a locator store; it is left as it is"
                )
            )
        store._keep_log()
        return store

    def create(self, records: Iterable[Service], why: str) -> bool:
        """Create the tables and fill them, all in one transaction; False if that was done before.

        A process killed half-way leaves an empty file, which the next call fills.
        """
        with self._writing() as connection:
            if self._format(connection) is not None:
                return False
            foreign = set(inspect(connection).get_table_names()) - set(metadata.tables)
            if foreign:
                raise StoreError(
                    Text(
                        f"{self.url} 里已有别的表（{min(foreign)}），不会写入",
                        f"{self.url} already holds other tables ({min(foreign)}); it is left as it is",
                    )
                )
            metadata.create_all(connection)
            connection.execute(insert(about), {"key": "format", "value": FORMAT})
            self._save(connection, records, "locator", why)
        self._keep_log()
        return True

    def save(self, records: Iterable[Service], *, who: str, why: str) -> int:
        """Write services, new or changed, in one transaction; return how many really changed."""
        with self._writing() as connection:
            return self._save(connection, records, who, why)

    def version(self) -> int:
        """Return the number of the last change."""
        with self._reading() as connection:
            return int(
                connection.execute(select(func.coalesce(func.max(revisions.c.revision), 0))).scalar_one()
            )

    def snapshot(self) -> tuple[int, str, list[tuple[str, bytes]]]:
        """Return the version, when it was made (UTC, ISO 8601) and all (id, record JSON) in id order."""
        with self._reading() as connection:
            version, at = connection.execute(_LAST).one_or_none() or (0, "")
            rows = connection.execute(select(services.c.id, services.c.record).order_by(services.c.id))
            return version, at, [(row[0], row[1]) for row in rows]

    def changes_since(self, version: int) -> tuple[int, str, list[tuple[str, bytes]]]:
        """Return the version, when it was made, and (id, record JSON) of what changed after an earlier version."""
        with self._reading() as connection:
            last, at = connection.execute(_LAST).one_or_none() or (0, "")
            changed = select(services.c.id, services.c.record).where(services.c.revision > version)
            return last, at, [(row[0], row[1]) for row in connection.execute(changed)]

    def get(self, service_id: str) -> Service:
        """Return one service.

        Raises
        ------
        NotFoundError
            No service has this id.
        """
        with self._reading() as connection:
            raw = connection.execute(select(services.c.record).where(services.c.id == service_id)).scalar()
        if raw is None:
            raise NotFoundError(
                Text(f"没有编号为 {service_id} 的服务", f"no service has the id {service_id}")
            )
        return Service.model_validate_json(raw)

    def history(self, service_id: str) -> list[Change]:
        """Return the changes of one service, oldest first."""
        columns = (
            revisions.c.revision,
            revisions.c.service_id,
            revisions.c.at,
            revisions.c.who,
            revisions.c.why,
        )
        query = select(*columns).where(revisions.c.service_id == service_id).order_by(revisions.c.revision)
        with self._reading() as connection:
            return [Change(*row) for row in connection.execute(query)]

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _keep_log(self) -> None:
        """Switch the file to a write-ahead log, outside a transaction; it remembers, so once is enough.

        SQLite does not wait here: while another process uses the file, or it is read-only, the next start will do it.
        """
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            pass
        finally:
            raw.close()

    def _save(self, connection: Connection, records: Iterable[Service], who: str, why: str) -> int:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        # Given twice: the last one counts.
        wanted = {service.id: to_record(service.placed()) for service in records}
        kept = self._kept(connection, list(wanted))
        last = int(connection.execute(select(func.coalesce(func.max(revisions.c.revision), 0))).scalar_one())
        changes: dict[str, dict[str, object]] = {}
        for service_id, after in wanted.items():
            before = kept.get(service_id)
            if before is None or before.record != after:
                changes[service_id] = {
                    "service_id": service_id, "at": now, "who": who, "why": why,
                    "before": before.record if before is not None else None, "after": after,
                }  # fmt: skip
        if not changes:
            return 0
        numbered = [{"revision": last + i, **change} for i, change in enumerate(changes.values(), 1)]
        connection.execute(insert(revisions), numbered)
        rows = [
            {
                "id": change["service_id"],
                "version": kept[str(change["service_id"])].version + 1 if change["before"] is not None else 1,
                "revision": change["revision"],
                "record": change["after"],
            }
            for change in numbered
        ]
        connection.execute(services.insert().prefix_with("OR REPLACE"), rows)
        return len(rows)

    def _kept(self, connection: Connection, ids: list[str]) -> dict[str, Row[Any]]:
        found: dict[str, Row[Any]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = services.c.id.in_(ids[start : start + _AT_ONCE])
            found.update((row.id, row) for row in connection.execute(select(services).where(some)))
        return found

    def _format(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table(about.name):
            return None
        return connection.execute(select(about.c.value).where(about.c.key == "format")).scalar()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise store_error(error, self.url) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._engine.execution_options(locator_begin="IMMEDIATE")
        try:
            with engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise store_error(error, self.url) from error
