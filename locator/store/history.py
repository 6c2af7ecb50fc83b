"""What was: the changes of a record, a record or all of them as of an instant, and the way back."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, func, select

from locator._errors import InputError, NotFoundError, Text
from locator.store.edits import last_save
from locator.store.tables import batches, revisions, services

if TYPE_CHECKING:
    from datetime import datetime

Snapshot = tuple[int, str, list[tuple[str, bytes]]]


class Change(NamedTuple):
    """One revision of one service: who made it, when (UTC, ISO 8601) and why; the records before and after.

    `version` counts the changes of the service, `batch` is the save that it was part of.
    """

    revision: int
    service_id: str
    at: str
    who: str
    why: str
    batch: int
    version: int
    before: bytes | None
    after: bytes | None

    def fields(self) -> dict[str, tuple[Any, Any]]:
        """Return what is not as before, by field: (before, after); null and absent are the same."""
        old, new = (json.loads(record) if record else {} for record in (self.before, self.after))
        names = [*old, *(name for name in new if name not in old)]
        pairs = {name: (old.get(name), new.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


class Batch(NamedTuple):
    """One save: its number, its last revision, when (UTC, ISO 8601), who, why, and how many records it changed."""

    batch: int
    last: int
    at: str
    who: str
    why: str

    @property
    def size(self) -> int:
        """How many revisions it made."""
        return self.last - self.batch + 1


_CHANGES = (
    select(
        revisions.c.revision, revisions.c.service_id, batches.c.at, batches.c.who, batches.c.why,
        revisions.c.batch, revisions.c.version, revisions.c.before, revisions.c.after,
    )
    .join(batches, batches.c.batch == revisions.c.batch)
    .order_by(revisions.c.revision)
)  # fmt: skip


def of_service(connection: Connection, service_id: str) -> list[Change]:
    """Return the changes of one service, oldest first."""
    return [Change(*row) for row in connection.execute(_CHANGES.where(revisions.c.service_id == service_id))]


def of_batch(connection: Connection, batch: int) -> list[Change]:
    """Return the changes of one save."""
    return [Change(*row) for row in connection.execute(_CHANGES.where(revisions.c.batch == batch))]


def newest_batches(connection: Connection, most: int, before: int | None) -> list[Batch]:
    """Return saves, newest first; `before` a number, for the next page."""
    query = select(batches).order_by(batches.c.batch.desc()).limit(most)
    if before is not None:
        query = query.where(batches.c.batch < before)
    return [Batch(*row) for row in connection.execute(query)]


def state_at(connection: Connection, at: datetime) -> tuple[int, str]:
    """Return the version that held at an instant, and since when; (0, "") before the first save."""
    if at.tzinfo is None:
        raise InputError("as_of", at, Text("as_of 要带时区", "as_of needs an offset"))
    # An instant without a fraction (format 1) sorts before those of its second that have one.
    said = at.astimezone(UTC).isoformat(timespec="microseconds")
    query = select(batches.c.last, batches.c.at).where(batches.c.at <= said)
    found = connection.execute(query.order_by(batches.c.batch.desc()).limit(1)).one_or_none()
    return (found.last, found.at) if found else (0, "")


def snapshot(connection: Connection, at: datetime | None = None) -> Snapshot:
    """Return the version, when it was made and all (id, record JSON) in id order: now, or as of an instant."""
    version, made = last_save(connection)
    if at is not None:
        then = state_at(connection, at)
        if then[0] != version:
            return (*then, _records_at(connection, then[0]))
    standing = select(services.c.id, services.c.record).where(services.c.record.is_not(None))
    rows = connection.execute(standing.order_by(services.c.id))
    return version, made, [(row[0], row[1]) for row in rows]


def _records_at(connection: Connection, version: int) -> list[tuple[str, bytes]]:
    newest = (
        select(func.max(revisions.c.revision).label("revision"))
        .where(revisions.c.revision <= version)
        .group_by(revisions.c.service_id)
        .subquery()
    )
    query = (
        select(revisions.c.service_id, revisions.c.after)
        .join(newest, newest.c.revision == revisions.c.revision)
        .where(revisions.c.after.is_not(None))
        .order_by(revisions.c.service_id)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def record_at(connection: Connection, service_id: str, at: datetime) -> bytes:
    """Return the record of one service as of an instant.

    Raises
    ------
    NotFoundError
        It was not there then.
    """
    version, _ = state_at(connection, at)
    query = select(revisions.c.after).where(
        revisions.c.service_id == service_id, revisions.c.revision <= version
    )
    found: bytes | None = connection.execute(query.order_by(revisions.c.revision.desc()).limit(1)).scalar()
    if found is None:
        when = at.isoformat(timespec="minutes")
        raise NotFoundError(
            Text(
                f"{when} 时没有编号为 {service_id[:64]} 的服务",
                f"at {when} no service had the id {service_id[:64]}",
            )
        )
    return found


def batch_of(connection: Connection, revision: int) -> int:
    """Return the number of the save that a revision was part of."""
    found = connection.execute(select(revisions.c.batch).where(revisions.c.revision == revision)).scalar()
    if found is None:
        raise NotFoundError(Text(f"没有第 {revision} 次修改", f"there is no revision {revision}"))
    return int(found)


def way_back(
    connection: Connection, revision: int | None, batch: int | None
) -> tuple[dict[str, bytes | None], dict[str, int]]:
    """Return what to write to undo a revision or a save, and the versions that it left, both by id.

    Raises
    ------
    NotFoundError
        There is no such revision or save.
    """
    column, number = (revisions.c.revision, revision) if batch is None else (revisions.c.batch, batch)
    query = select(revisions.c.service_id, revisions.c.version, revisions.c.before)
    wanted: dict[str, bytes | None] = {}
    left: dict[str, int] = {}
    for service_id, version, before in connection.execute(
        query.where(column == number).order_by(revisions.c.revision)
    ):
        wanted.setdefault(service_id, before)
        left[service_id] = version
    if not wanted:
        raise NotFoundError(Text(f"没有第 {number} 次修改", f"there is no {column.name} {number}"))
    return wanted, left
