"""The store: services, and every change ever made to them, in SQLite or in PostgreSQL with PostGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from locator._errors import NotFoundError, Text
from locator.records import exact_service_of
from locator.service import Service
from locator.store import engines, history
from locator.store.changes import Listener
from locator.store.edits import Difference, check_said, compare, kept_rows, last_save, wanted_of, write
from locator.store.opening import Database
from locator.store.tables import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from locator.store.history import Batch, Change, Snapshot


class Stored(NamedTuple):
    """A service and its version, which a save of it can be made to expect."""

    service: Service
    version: int


class Store(Database):
    """Services in a database, with every change kept; see `Database` for how one is opened and made."""

    def save(
        self, records: Iterable[Service], *, who: str, why: str, expected: Mapping[str, int] | None = None
    ) -> Difference:
        """Write services, new or changed, in one transaction.

        Parameters
        ----------
        records
            Read to their end before the store is locked.
        who, why
            For the history.
        expected
            The versions that the editor had before them, by id (0: a new one).

        Raises
        ------
        ConflictError
            A record has another version than expected.
        StoreError
            The store is away. In all cases nothing was written.
        """
        check_said(who=who, why=why)
        wanted = wanted_of(records)
        with self.writing() as connection:
            return write(connection, wanted, who, why, expected)

    def difference(self, records: Iterable[Service]) -> Difference:
        """Return what a save would change, without changing it."""
        wanted = wanted_of(records)
        with self.reading() as connection:
            return compare(connection, wanted)

    def remove(
        self, ids: Iterable[str], *, who: str, why: str, expected: Mapping[str, int] | None = None
    ) -> Difference:
        """Take services out; their history stays, and undoing brings them back.

        Raises
        ------
        NotFoundError
            There never was a service of that id.
        """
        check_said(who=who, why=why)
        wanted = dict.fromkeys(ids)
        with self.writing() as connection:
            engines.wait_turn(connection)
            unknown = wanted.keys() - kept_rows(connection, wanted).keys()
            if unknown:
                raise _not_found(min(unknown))
            return write(connection, wanted, who, why, expected)

    def undo(
        self,
        revision: int | None = None,
        *,
        batch: int | None = None,
        who: str,
        why: str,
        expected: Mapping[str, int] | None = None,
    ) -> Difference:
        """Put back what was before a revision, or before a whole save; this is a save itself.

        Parameters
        ----------
        revision, batch
            One of them.
        who, why
            For the history.
        expected
            Versions, by id, of records that were changed again later and shall be put back all the same.

        Raises
        ------
        ConflictError
            A record was changed again later.
        NotFoundError
            There is no such revision.
        """
        if (revision is None) == (batch is None):
            raise ValueError("give either a revision or a batch")
        check_said(who=who, why=why)
        with self.writing() as connection:
            engines.wait_turn(connection)
            wanted, left = history.way_back(connection, revision, batch)
            seen = {i: version for i, version in (expected or {}).items() if i in wanted}
            return write(connection, wanted, who, why, left | seen)

    def version(self) -> int:
        """Return the number of the last change."""
        with self.reading() as connection:
            return last_save(connection)[0]

    def snapshot(self) -> Snapshot:
        """Return the version, when it was made (UTC, ISO 8601) and all (id, record JSON) in id order."""
        with self.reading() as connection:
            return history.snapshot(connection)

    def snapshot_as_of(self, at: datetime) -> Snapshot:
        """Return what `snapshot` would have at an instant; a state's own instant gives that state."""
        with self.reading() as connection:
            return history.snapshot(connection, at)

    def version_as_of(self, at: datetime) -> int:
        """Return the number of the last change at an instant."""
        with self.reading() as connection:
            return history.state_at(connection, at)[0]

    def changes_since(self, version: int) -> tuple[int, str, list[tuple[str, bytes | None]]]:
        """Return the version, when it was made, and (id, record JSON) of what changed after an earlier version; None: removed."""
        with self.reading() as connection:
            last, at = last_save(connection)
            changed = select(services.c.id, services.c.record).where(services.c.revision > version)
            return last, at, [(row[0], row[1]) for row in connection.execute(changed)]

    def get(self, service_id: str) -> Service:
        """Return one service.

        Raises
        ------
        NotFoundError
            No service has this id.
        """
        return self.read(service_id).service

    def read(self, service_id: str) -> Stored:
        """Return one service with its version, for an editor.

        Raises
        ------
        NotFoundError
            No service has this id.
        """
        with self.reading() as connection:
            row = kept_rows(connection, [service_id]).get(service_id)
        if row is None or row.record is None:
            raise _not_found(service_id)
        return Stored(exact_service_of(row.record), row.version)

    def record_as_of(self, service_id: str, at: datetime) -> Service:
        """Return one service as it was at an instant.

        Raises
        ------
        NotFoundError
            It was not there then.
        """
        with self.reading() as connection:
            return Service.model_validate_json(history.record_at(connection, service_id, at))

    def history(self, service_id: str) -> list[Change]:
        """Return the changes of one service, oldest first."""
        with self.reading() as connection:
            return history.of_service(connection, service_id)

    def batches(self, most: int = 50, before: int | None = None) -> list[Batch]:
        """Return the saves, newest first; `before` the number of one, for the next page."""
        with self.reading() as connection:
            return history.newest_batches(connection, most, before)

    def changes_in(self, batch: int) -> list[Change]:
        """Return the changes of one save."""
        with self.reading() as connection:
            return history.of_batch(connection, batch)

    def batch_of(self, revision: int) -> int:
        """Return the number of the save that a revision was part of.

        Raises
        ------
        NotFoundError
            There is no such revision.
        """
        with self.reading() as connection:
            return history.batch_of(connection, revision)

    def listener(self) -> Listener:
        """Return something that waits for changes."""
        return Listener(self._engine)


def _not_found(service_id: str) -> NotFoundError:
    shown = service_id[:64]
    return NotFoundError(Text(f"没有编号为 {shown} 的服务", f"no service has the id {shown}"))
