"""Writing a set of records as one save: compared with what is kept, numbered, and put beside its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select

from locator._errors import Conflict, ConflictError, InputError, Text
from locator.records import to_record
from locator.service import Service
from locator.store.bulk import Step, put_revisions, put_services
from locator.store.changes import tell
from locator.store.engines import wait_turn
from locator.store.tables import WHO_CHARS, WHY_CHARS, batches, revisions, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LAST = select(batches.c.last, batches.c.at).order_by(batches.c.batch.desc()).limit(1)
# SQLite takes some tens of thousands of parameters in one statement; a thousand already costs nothing more.
_AT_ONCE = 1000
_TICK = timedelta(microseconds=1)
_LONGEST = {"who": WHO_CHARS, "why": WHY_CHARS}


class Difference(NamedTuple):
    """What a save changes or changed, ids in the order given; `batch` is the save's number, None if it wrote nothing."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    batch: int | None = None

    @property
    def changed(self) -> int:
        """How many records are not as they were."""
        return len(self.created) + len(self.updated) + len(self.removed)


def wanted_of(records: Iterable[Service]) -> dict[str, bytes]:
    """Return records by id as the store keeps them; of one given twice, the last counts."""
    return {service.id: to_record(service.placed()) for service in records}


def check_said(**said: str) -> None:
    """Raise InputError unless who and why are words that the history can keep whole."""
    for field, value in said.items():
        if not value.strip() or "\0" in value or len(value) > _LONGEST[field]:
            raise InputError(
                field,
                value[:80],
                Text(
                    f"{field} 要写 1–{_LONGEST[field]} 个字",
                    f"{field} must have 1-{_LONGEST[field]} characters",
                ),
            )


def last_save(connection: Connection) -> tuple[int, str]:
    """Return the store's version and when it was made (UTC, ISO 8601); (0, "") before the first save."""
    found = connection.execute(_LAST).one_or_none()
    return (found.last, found.at) if found else (0, "")


def compare(connection: Connection, wanted: Mapping[str, bytes | None]) -> Difference:
    """Return what writing some records would change."""
    said = Difference()
    for steps, same in _steps(connection, wanted):
        said = _counted(said, steps, same)
    return said


def write(
    connection: Connection,
    wanted: Mapping[str, bytes | None],
    who: str,
    why: str,
    expected: Mapping[str, int] | None = None,
) -> Difference:
    """Write records by id (None: remove it) as one save.

    Parameters
    ----------
    connection
        In a transaction for writing.
    wanted
        What shall stand afterwards.
    who, why
        For the history.
    expected
        The versions that the writer had before them, by id; 0: none.

    Raises
    ------
    ConflictError
        A record has another version than expected.
    """
    wait_turn(connection)
    if expected:
        _check(connection, expected)
    last, before = last_save(connection)
    number, said = last, Difference()
    for steps, same in _steps(connection, wanted):
        put_revisions(connection, steps, number + 1, last + 1)
        put_services(connection, steps, number + 1)
        number += len(steps)
        said = _counted(said, steps, same)
    if number == last:
        return said
    # At the end: readers answered from the state before until about now, however long the writing took.
    at = _instant_after(before)
    connection.execute(insert(batches), {"batch": last + 1, "last": number, "at": at, "who": who, "why": why})
    tell(connection, number)
    return said._replace(batch=last + 1)


def kept_rows(connection: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Return what is kept of some ids: id, version, revision and record (None: removed)."""
    found: dict[str, Row[Any]] = {}
    for some in _chunks(ids):
        query = select(services).where(services.c.id.in_(some))
        found.update((row.id, row) for row in connection.execute(query))
    return found


def _steps(connection: Connection, wanted: Mapping[str, bytes | None]) -> Iterator[tuple[list[Step], int]]:
    """Yield what has to be written, some at a time, and how many records are as wanted already."""
    for ids in _chunks(wanted):
        kept, steps = kept_rows(connection, ids), []
        for service_id in ids:
            row, after = kept.get(service_id), wanted[service_id]
            before = row.record if row is not None else None
            if before != after:
                steps.append(Step(service_id, row.version + 1 if row is not None else 1, before, after))
        yield steps, len(ids) - len(steps)


def _counted(said: Difference, steps: list[Step], same: int) -> Difference:
    return said._replace(
        created=said.created + tuple(s.service_id for s in steps if s.before is None),
        updated=said.updated + tuple(s.service_id for s in steps if s.before and s.after),
        removed=said.removed + tuple(s.service_id for s in steps if s.after is None),
        unchanged=said.unchanged + same,
    )


def _check(connection: Connection, expected: Mapping[str, int]) -> None:
    """Raise ConflictError unless records have the versions that a writer saw."""
    kept = kept_rows(connection, expected)
    stale = []
    for service_id, version in expected.items():
        row = kept.get(service_id)
        there = 0 if row is None else row.version
        if version != there and not (version == 0 and row is not None and row.record is None):
            stale.append(service_id)
    if stale:
        raise ConflictError(tuple(_conflict(connection, i, kept.get(i)) for i in stale))


def _conflict(connection: Connection, service_id: str, row: Row[Any] | None) -> Conflict:
    if row is None:
        return Conflict(service_id, 0, None, "", "", "")
    made = select(batches).join(revisions, revisions.c.batch == batches.c.batch)
    last = connection.execute(made.where(revisions.c.revision == row.revision)).one()
    stored = None if row.record is None else Service.model_validate_json(row.record)
    return Conflict(service_id, row.version, stored, last.who, last.at, last.why)


def _instant_after(before: str) -> str:
    """Return now; later than the save before, though a clock was set back, so that instants name states."""
    now = datetime.now(UTC)
    if before:
        now = max(now, datetime.fromisoformat(before) + _TICK)
    return now.isoformat(timespec="microseconds")


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
