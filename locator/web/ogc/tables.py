"""The rows of a collection, in the order of their ids: what is filtered, counted and paged through."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from locator._errors import NotFoundError, Text
from locator.web.ogc.facts import column_of, points

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from locator.web.ogc.facts import Facts

    Column = NDArray[Any]
    Floats = NDArray[np.float64]

# Selections that are kept for the next page: of 200,000 rows each is 200 kB.
_SELECTIONS = 8
_DAY = np.timedelta64(1, "D")
# A day is one in China.
_OFFSET = np.timedelta64(8, "h")


class Interval(NamedTuple):
    """When each row holds, UTC, both ends included; NaT is open. `known` is False where nothing is known."""

    start: Column
    end: Column
    known: NDArray[np.bool_]


class Table(ABC):
    """Rows in id order.

    Parameters
    ----------
    tag
        Names the state of the data; changes whenever an answer could.
    ids
        Sorted.
    """

    def __init__(self, tag: str, ids: list[str]) -> None:
        self.tag, self.ids = tag, ids
        self._kept: OrderedDict[Hashable, NDArray[np.int64]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.ids)

    @abstractmethod
    def column(self, name: str) -> Column:
        """Return a field as a column, or `geometry` in the datum of publication."""

    @abstractmethod
    def corners(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return west, south, east, north of each row in published degrees, NaN without a position."""

    @abstractmethod
    def properties(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """Return what the features of some rows say."""

    def interval(self) -> Interval | None:
        """Return when each row holds; None if that is not a question for these."""
        return None

    def row_of(self, feature_id: str) -> int:
        """Return the row of an id.

        Raises
        ------
        NotFoundError
            There is none.
        """
        row = bisect_left(self.ids, feature_id)
        if row == len(self.ids) or self.ids[row] != feature_id:
            shown = feature_id[:64]
            raise NotFoundError(
                Text(f"这个集合里没有编号为 {shown!r} 的要素", f"the collection has no feature {shown!r}")
            )
        return row

    def first_after(self, feature_id: str | None) -> int:
        """Return the first row behind an id, whether that is there or not."""
        return 0 if feature_id is None else bisect_right(self.ids, feature_id)

    def selected(self, key: Hashable, mask: Callable[[], NDArray[np.bool_]]) -> NDArray[np.int64]:
        """Return the rows of a selection in order; the last few are kept for the pages to come."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        rows = np.flatnonzero(mask())
        with self._lock:
            self._kept[key] = rows
            while len(self._kept) > _SELECTIONS:
                self._kept.popitem(last=False)
        return rows


class PointTable(Table):
    """Rows with a point each, or none."""

    @abstractmethod
    def position(self) -> Floats:
        """Return lon and lat in the datum of publication, NaN without a position. Shape (n, 2)."""

    def corners(self) -> tuple[Floats, Floats, Floats, Floats]:  # noqa: D102
        lon, lat = self.position().T
        return lon, lat, lon, lat


class ServiceTable(PointTable):
    """The services of a catalog, whatever their status."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(str(facts.version), facts.ids)
        self._facts = facts

    def column(self, name: str) -> Column:  # noqa: D102
        return self._facts.column(name)

    def position(self) -> Floats:  # noqa: D102
        return self._facts.column("position")

    def interval(self) -> Interval:
        """Return the day of the last verification."""
        return days(self.column("verified_on"), self.column("verified_on"), open_ends=False)

    def properties(self, rows: Sequence[int]) -> list[dict[str, Any]]:  # noqa: D102
        records = self._facts.records
        return [service_properties(records[row]) for row in rows]


def days(first: Column, last: Column, *, open_ends: bool) -> Interval:
    """Return the intervals of days in China, both included; an unknown end is open, or makes the row unknown."""
    known = np.full(len(first), fill_value=True) if open_ends else ~(np.isnat(first) | np.isnat(last))
    start = first.astype("datetime64[us]") - _OFFSET
    end = (last + _DAY).astype("datetime64[us]") - _OFFSET - np.timedelta64(1, "us")
    return Interval(start, end, known)


class _ServiceProperties(msgspec.Struct):
    """In the order of `fields.SERVICES`; dates stay the text that they are in the record."""

    kind: str
    name: str
    address: str | None = None
    district: str | None = None
    town: str | None = None
    phone: str | None = None
    position_quality: str | None = None
    hours: str | None = None
    hours_text: str | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    capacity: int | None = None
    stars: int | None = None
    code: str | None = None
    rent_min: float | None = None
    rent_max: float | None = None
    vacancies: int | None = None
    apply_url: str | None = None
    apply_steps: tuple[str, ...] = ()
    status: str = "active"
    source: str | None = None
    source_url: str | None = None
    verified_on: str | None = None
    mobile: bool = False
    demo: bool = False


_decode_service = msgspec.json.Decoder(_ServiceProperties).decode


def service_properties(record: bytes) -> dict[str, Any]:
    """Return what the feature of a record says."""
    found = msgspec.structs.asdict(_decode_service(record))
    found["mobile"] = b'"stops":[{' in record
    return found


class PartTable(PointTable):
    """The stops, the offers or the events of all services, each under its service's id and its number.

    Parameters
    ----------
    facts
        Of the services.
    part
        "stops", "offers" or "events".
    names
        The fields of a part itself.
    """

    def __init__(self, facts: Facts, part: str, names: Sequence[tuple[str, str]]) -> None:
        held = facts.column(part)
        owners = np.flatnonzero(np.fromiter(map(len, held), np.int64, len(held)))
        listed = [
            (f"{facts.ids[owner]}~{number}", owner, one)
            for owner in owners.tolist()
            for number, one in enumerate(held[owner], 1)
        ]
        listed.sort(key=lambda entry: entry[0])
        super().__init__(f"{facts.version}-{part}", [entry[0] for entry in listed])
        self._facts, self._part, self._types = facts, part, dict(names)
        self._owner = np.array([entry[1] for entry in listed], np.int64)
        self._parts = [entry[2] for entry in listed]
        self._columns: dict[str, Column] = {}

    def column(self, name: str) -> Column:  # noqa: D102
        if name not in self._columns:
            self._columns[name] = self._make(name)
        return self._columns[name]

    def _make(self, name: str) -> Column:
        if name == "id":
            return column_of(self.ids, "string")
        if name == "geometry":
            return points(self.position())
        if name == "position":
            return self._position()
        if name == "demo":
            own = np.array([getattr(part, "demo", False) for part in self._parts], np.bool_)
            return (own | self._facts.column("demo")[self._owner].astype(np.bool_)).astype(object)
        if name in self._types:
            return column_of([getattr(part, name) for part in self._parts], self._types[name])
        return self._facts.column({"service": "id", "service_name": "name"}.get(name, name))[self._owner]

    def position(self) -> Floats:  # noqa: D102
        return self.column("position")

    def _position(self) -> Floats:
        if self._part != "stops":
            return self._facts.column("position")[self._owner]
        return self._facts.publish([(stop.lon, stop.lat) for stop in self._parts])

    def interval(self) -> Interval:
        """Return when an event is, or the days that an offer or a stop holds."""
        if self._part == "events":
            known = np.full(len(self), fill_value=True)
            return Interval(self.column("start"), self.column("end"), known)
        return days(self.column("valid_from"), self.column("valid_to"), open_ends=True)

    def properties(self, rows: Sequence[int]) -> list[dict[str, Any]]:  # noqa: D102
        found = []
        for row in rows:
            part, owner = self._parts[row], int(self._owner[row])
            service = service_properties(self._facts.records[owner])
            found.append(
                {
                    "service": self._facts.ids[owner],
                    "service_name": service["name"],
                    "kind": service["kind"],
                    "district": service["district"],
                    **{name: getattr(part, name) for name in self._types},
                    "demo": service["demo"] or getattr(part, "demo", False),
                }
            )
        return found
