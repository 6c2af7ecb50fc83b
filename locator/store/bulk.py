"""Many rows in one statement, each database in its fastest way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import insert, text

from locator.store.engines import POSTGRESQL
from locator.store.tables import revisions, services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


class Step(NamedTuple):
    """One change to write: the id, the version that it makes, and the records before and after (None: not there)."""

    service_id: str
    version: int
    before: bytes | None
    after: bytes | None


class _Where(msgspec.Struct):
    lon: float | None = None
    lat: float | None = None


_where = msgspec.json.Decoder(_Where).decode
# Arrays take one round trip and one plan for a thousand rows, where single rows take a thousand.
_REVISIONS = text(
    "INSERT INTO revisions (revision, batch, service_id, version, before, after)"
    " SELECT n, :batch, i, v, b, a FROM unnest(CAST(:numbers AS int[]), CAST(:ids AS text[]),"
    " CAST(:versions AS int[]), CAST(:before AS bytea[]), CAST(:after AS bytea[])) AS step (n, i, v, b, a)"
)
_SERVICES = text(
    "INSERT INTO services (id, version, revision, record, position)"
    " SELECT i, v, n, a, ST_SetSRID(ST_MakePoint(x, y), 4326)::geography"
    " FROM unnest(CAST(:ids AS text[]), CAST(:versions AS int[]), CAST(:numbers AS int[]), CAST(:after AS bytea[]),"
    " CAST(:lon AS float8[]), CAST(:lat AS float8[])) AS step (i, v, n, a, x, y)"
    " ON CONFLICT (id) DO UPDATE SET version = excluded.version, revision = excluded.revision,"
    " record = excluded.record, position = excluded.position"
)


def put_revisions(connection: Connection, steps: Sequence[Step], first: int, batch: int) -> None:
    """Write the history of some steps, numbered from `first` on, as part of a save."""
    if not steps:
        return
    if connection.dialect.name == POSTGRESQL:
        connection.execute(
            _REVISIONS, {"batch": batch, "before": [s.before for s in steps], **_columns(steps, first)}
        )
        return
    connection.execute(
        insert(revisions),
        [
            {
                "revision": number, "batch": batch, "service_id": step.service_id, "version": step.version,
                "before": step.before, "after": step.after,
            }
            for number, step in enumerate(steps, first)
        ],
    )  # fmt: skip


def put_services(connection: Connection, steps: Sequence[Step], first: int) -> None:
    """Write what stands after some steps, in PostGIS with its position."""
    if not steps:
        return
    if connection.dialect.name == POSTGRESQL:
        # A mobile service is at several places: its stops stand in its record, and it has no position of its own.
        spots = [_Where() if step.after is None else _where(step.after) for step in steps]
        lon, lat = [spot.lon for spot in spots], [spot.lat for spot in spots]
        connection.execute(_SERVICES, {"lon": lon, "lat": lat, **_columns(steps, first)})
        return
    connection.execute(
        services.insert().prefix_with("OR REPLACE"),
        [
            {"id": step.service_id, "version": step.version, "revision": number, "record": step.after}
            for number, step in enumerate(steps, first)
        ],
    )


def _columns(steps: Sequence[Step], first: int) -> dict[str, object]:
    return {
        "numbers": list(range(first, first + len(steps))),
        "ids": [step.service_id for step in steps],
        "versions": [step.version for step in steps],
        "after": [step.after for step in steps],
    }
