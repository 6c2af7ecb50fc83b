"""The services of a catalog as columns in id order: made when first asked for, carried on when the catalog changes.

After an edit nearly all records are the very same objects. So only the others are read again: an edit among
200,000 services costs milliseconds, where reading a column of all anew takes a third of a second.
"""

from __future__ import annotations

import operator
import threading
import weakref
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import shapely

from locator.datum import convert
from locator.web.ogc.fields import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from locator.catalog import Catalog

    Column = NDArray[Any]
    Builder = Callable[[Sequence[bytes], str], Column]


class Stop(msgspec.Struct):
    """A stop, as a record holds it; its position is WGS-84."""

    lon: float
    lat: float
    name: str | None = None
    hours: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Offer(msgspec.Struct):
    """An offer, as a record holds it."""

    title: str
    groups: tuple[str, ...] = ("anyone",)
    hours: str | None = None
    percent_off: float | None = None
    minus_cny: float | None = None
    fixed_cny: float | None = None
    voucher_cny: float | None = None
    min_spend: float | None = None
    per_day: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    demo: bool = False


class Event(msgspec.Struct):
    """An event, as a record holds it."""

    title: str
    start: datetime
    end: datetime
    topic: str = "other"
    capacity: int | None = None
    demo: bool = False


_TYPES: dict[str, Any] = {
    "string": str | None, "integer": int | None, "number": float | None, "boolean": bool, "date": date | None,
    "array": tuple[str, ...],
}  # fmt: skip
# So many records are read again rather than looked for.
_FEW = 1000
# What a record leaves out where it has the usual value.
_USUAL: dict[str, Any] = {"status": "active"}
_PARTS: dict[str, type] = {"stops": Stop, "offers": Offer, "events": Event}
_FIELDS = {field.name: field.type for field in SERVICES if field.name != "mobile"}


def column_of(values: Sequence[Any], kind: str) -> Column:
    """Return values, None if unknown, as a column of a field's type. Shape (n,)."""
    if kind in {"integer", "number"}:
        return np.array(values, np.float64)  # None becomes NaN
    if kind == "date":
        return np.array(values, "datetime64[D]")
    if kind == "instant":
        return np.array([None if v is None else _utc(v) for v in values], "datetime64[us]")
    return np.fromiter(
        values, object, len(values)
    )  # assigned as a slice, tuples of one length would be a matrix


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def points(position: NDArray[np.float64]) -> Column:
    """Return lon and lat, shape (n, 2), as points; None where they are unknown."""
    found = np.full(len(position), None, object)
    known = np.isfinite(position[:, 0])
    found[known] = shapely.points(position[known])
    return found


@lru_cache(maxsize=64)
def _decoder(names: tuple[str, ...]) -> Callable[[bytes], Any]:
    members = [(name, *_member(name)) for name in names]
    return msgspec.json.Decoder(msgspec.defstruct("Some", members)).decode


def _member(name: str) -> tuple[Any, Any]:
    if name in _PARTS:
        return tuple[_PARTS[name], ...], ()  # type: ignore[valid-type]
    if name in {"lon", "lat"}:
        return float | None, None
    kind = _FIELDS[name]
    return _TYPES[kind], () if kind == "array" else _USUAL.get(name, False if kind == "boolean" else None)


def _field(name: str) -> Builder:
    kind, decode = _FIELDS.get(name, "object"), _decoder((name,))
    return lambda records, _: column_of([getattr(decode(record), name) for record in records], kind)


def _mobile(records: Sequence[bytes], _: str) -> Column:
    # Inside a JSON text the quotes would be escaped, so this can only be the key itself.
    return column_of([b'"stops":[{' in record for record in records], "boolean")


def _position(records: Sequence[bytes], datum: str) -> Column:
    decode = _decoder(("lon", "lat"))
    found = np.array([(r.lon, r.lat) for r in map(decode, records)], np.float64).reshape(-1, 2)
    return published(found, datum)


def _parts(name: str) -> Builder:
    build = _field(name)
    key = f'"{name}":['.encode()

    def found(records: Sequence[bytes], datum: str) -> Column:
        holding = [i for i, record in enumerate(records) if key in record]
        column = np.fromiter([()] * len(records), object, len(records))
        column[holding] = build([records[i] for i in holding], datum)
        return column

    return found


_BUILDERS: dict[str, Builder] = {
    **{name: _field(name) for name in _FIELDS},
    **{name: _parts(name) for name in _PARTS},
    "mobile": _mobile,
    "position": _position,
    "geometry": lambda records, datum: points(_position(records, datum)),
}


def _taken(old: Column, source: NDArray[np.int64]) -> Column:
    return old[source] if len(old) else np.empty((len(source), *old.shape[1:]), old.dtype)


def published(position: NDArray[np.float64], datum: str) -> NDArray[np.float64]:
    """Return WGS-84 positions, shape (n, 2), in the datum of publication; NaN stays NaN.

    This is the one place where anything under /ogc is turned into that datum.
    """
    if datum == "wgs84" or not len(position):
        return position
    found = np.full(position.shape, np.nan)
    known = np.isfinite(position[:, 0])
    found[known] = np.column_stack(convert(position[known, 0], position[known, 1], "wgs84", datum))
    return found


class Facts:
    """Columns of services.

    Parameters
    ----------
    version
        Of the catalog they come from.
    ids, records
        Sorted by id, one entry a service.
    datum
        Of publication: what positions come out in.
    """

    def __init__(self, version: int, ids: list[str], records: list[bytes], datum: str) -> None:
        self.version, self.ids, self.records, self.datum = version, ids, records, datum
        self._columns: dict[str, Column] = {"id": column_of(ids, "string")}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> Column:
        """Return a column: a field, `position` (n, 2) in degrees, `geometry`, `stops`, `offers` or `events`."""
        found = self._columns.get(name)
        if found is None:
            # Whoever comes second waits for the first: both together would take twice as long.
            with self._lock:
                found = self._columns.get(name)
                if found is None:
                    found = self._columns[name] = _BUILDERS[name](self.records, self.datum)
        return found

    def publish(self, position: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        """Return WGS-84 positions in the datum of publication. Shape (n, 2)."""
        return published(np.array(position, np.float64).reshape(-1, 2), self.datum)

    def carried(self, version: int, ids: list[str], records: list[bytes]) -> Facts:
        """Return the columns of a later state, with all that is the same taken over."""
        after = Facts(version, ids, records, self.datum)
        source = self._sources(ids, records)
        fresh = np.flatnonzero(source < 0)
        here = np.arange(len(ids))
        # A copy is several times faster than picking rows one by one.
        in_place = len(ids) == len(self) and bool(((source == here) | (source < 0)).all())
        anew = [records[row] for row in fresh.tolist()]
        for name, old in list(self._columns.items()):
            if name != "id":
                column = old.copy() if in_place else _taken(old, source)
                column[fresh] = _BUILDERS[name](anew, self.datum)
                after._columns[name] = column
        return after

    def _sources(self, ids: list[str], records: list[bytes]) -> NDArray[np.int64]:
        """Return in which row each of the later records stands here, -1 if in none."""
        if len(ids) == len(self.ids):
            same = np.fromiter(map(operator.is_, records, self.records), np.bool_, len(ids))
            if np.count_nonzero(~same) <= _FEW:
                return np.where(same, np.arange(len(ids)), -1)
        row_of = {id(record): row for row, record in enumerate(self.records)}
        return np.fromiter((row_of.get(id(record), -1) for record in records), np.int64, len(ids))


class Shelf:
    """Keeps the columns of the catalog that was asked for last; not the catalog itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._catalog: weakref.ref[Catalog] | None = None
        self._facts: Facts | None = None

    def facts(self, catalog: Catalog, datum: str) -> Facts:
        """Return the columns of a catalog."""
        with self._lock:
            before = self._facts
            if before is not None and before.datum != datum:
                before = None
            if before is not None and self._catalog is not None and self._catalog() is catalog:
                return before
            ids, records = catalog.in_id_order()
            if before is None:
                found = Facts(catalog.version, ids, records, datum)
            elif before.records is records:
                found = before
            else:
                found = before.carried(catalog.version, ids, records)
            self._catalog, self._facts = weakref.ref(catalog), found
            return found
