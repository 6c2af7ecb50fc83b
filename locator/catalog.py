"""Catalog: one immutable snapshot of the store, laid out for search.

Services are rows in id order. A place is where a service can be found: one for a fixed service, one
for each stop of a mobile one. Only active services with a position have places.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from pydantic import TypeAdapter

from locator import vocabulary
from locator._errors import NotFoundError, Text
from locator.index import NearestIndex
from locator.profiles import OPEN, Profile, Profiles
from locator.service import Offer, Service
from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from numpy.typing import NDArray

_OFFERS: TypeAdapter[tuple[Offer, ...]] = TypeAdapter(tuple[Offer, ...])
# One bit for each word that a search can ask for; 64 are enough, and a test keeps it so.
BITS = {
    name: 1 << position
    for position, name in enumerate(
        [f"kind:{k}" for k in vocabulary.KINDS]
        + [f"has:{a}" for a in vocabulary.AMENITIES]
        + ["maybe-unknown", "demo"]
    )
}


class _StopColumns(msgspec.Struct):
    lon: float
    lat: float
    hours: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class _Columns(msgspec.Struct):
    """What the index needs of a record; the rest stays JSON until somebody looks at it."""

    kind: str
    lon: float | None = None
    lat: float | None = None
    district: str | None = None
    town: str | None = None
    hours: str | None = None
    has: tuple[str, ...] = ()
    offers: msgspec.Raw = msgspec.Raw(b"[]")
    stops: tuple[_StopColumns, ...] = ()
    status: str = "active"
    demo: bool = False

    def places(self) -> tuple[_StopColumns, ...]:
        """Return the stops, or the one place that a fixed service is; nothing without a position."""
        if self.stops or self.lon is None or self.lat is None:
            return self.stops
        return (_StopColumns(self.lon, self.lat, self.hours),)


class Place(NamedTuple):
    """Where a service can be found: its row, WGS-84 degrees and profile number."""

    service: int
    lon: float
    lat: float
    profile: int


class Catalog:
    """A snapshot to search in.

    Parameters
    ----------
    version
        The store's version that this is.
    as_of
        When the store was last changed, ISO 8601.
    rows
        (id, record JSON), in id order.
    """

    def __init__(self, version: int, as_of: str, rows: Sequence[tuple[str, bytes]]) -> None:
        self.version = version
        self.as_of = as_of
        self.ids = [row[0] for row in rows]
        self.raw = [row[1] for row in rows]
        self._row = {service_id: row for row, service_id in enumerate(self.ids)}
        self._lay_out(msgspec.json.Decoder(_Columns))
        self._decoded = lru_cache(maxsize=4096)(lambda row: Service.model_validate_json(self.raw[row]))
        self._standing_at = lru_cache(maxsize=16)(self._compute_standing)

    @classmethod
    def open(cls, store_url: str) -> Self:
        """Return a snapshot of the store at a URL."""
        store = Store.open(store_url)
        try:
            return cls.of(store)
        finally:
            store.close()

    @classmethod
    def of(cls, store: Store) -> Self:
        """Return a snapshot of an open store."""
        return cls(*store.snapshot())

    def __len__(self) -> int:
        return len(self.ids)

    def service(self, row: int) -> Service:
        """Return the whole record of a row."""
        return self._decoded(row)

    def row_of(self, service_id: str) -> int:
        """Return the row of an id.

        Raises
        ------
        NotFoundError
            The catalog has no such service.
        """
        row = self._row.get(service_id)
        if row is None:
            shown = service_id[:64]
            raise NotFoundError(Text(f"没有编号为 {shown!r} 的服务", f"no service has the id {shown!r}"))
        return row

    def place(self, number: int) -> Place:
        """Return one place by its number."""
        return Place(
            int(self.owner[number]),
            float(self.lon[number]),
            float(self.lat[number]),
            int(self.profile[number]),
        )

    def places_of(self, row: int) -> list[int]:
        """Return the numbers of a service's places."""
        first, last = np.searchsorted(self.owner, [row, row + 1])
        return list(range(int(first), int(last)))

    def standing(self, at: datetime) -> NDArray[np.bool_] | None:
        """Return which places their service is at: all of a fixed one, one or more of a mobile one.

        A mobile service stands at the stops that are open; while it is under way to none, at any. None when every service is fixed.
        """
        if not self.has_mobile:
            return None
        return self._standing_at(at.replace(second=0, microsecond=0))

    @cached_property
    def districts(self) -> dict[str, list[int]]:
        """The rows of each district code, in row order."""
        found: dict[str, list[int]] = {}
        for row, code in enumerate(self.district):
            if code:
                found.setdefault(code, []).append(row)
        return found

    def _lay_out(self, decoder: msgspec.json.Decoder[_Columns]) -> None:
        profiles: dict[tuple[Any, ...], int] = {}
        columns: list[tuple[int, float, float, int, int]] = []
        self.district: list[str | None] = []
        self.town: list[str | None] = []
        self.has_mobile = False
        for row, raw in enumerate(self.raw):
            slim = decoder.decode(raw)
            self.district.append(slim.district)
            self.town.append(slim.town)
            if slim.status != "active":
                continue
            bits = _bits(slim)
            offers = bytes(slim.offers)
            self.has_mobile |= bool(slim.stops)
            for stop in slim.places():
                key = (stop.hours, stop.valid_from, stop.valid_to, offers)
                number = profiles.setdefault(key, len(profiles))
                columns.append((row, stop.lon, stop.lat, number, bits))
        parsed = {raw: _OFFERS.validate_json(raw) for raw in {key[3] for key in profiles}}
        self.profiles = Profiles(
            [Profile(hours, first, last, parsed[offers]) for hours, first, last, offers in profiles]
        )
        self.owner = np.array([c[0] for c in columns], np.int64)
        self.lon = np.array([c[1] for c in columns], np.float64)
        self.lat = np.array([c[2] for c in columns], np.float64)
        self.profile = np.array([c[3] for c in columns], np.int32)
        masks = np.array([c[4] for c in columns], np.uint64)
        unknown = self.profiles.maybe_unknown()
        if columns:
            masks |= np.where(unknown[self.profile], np.uint64(BITS["maybe-unknown"]), np.uint64(0))
        self.index = NearestIndex(self.lon, self.lat, masks, self.owner)

    def _compute_standing(self, at: datetime) -> NDArray[np.bool_]:
        here = self.profiles.states(at)[self.profile] == OPEN
        any_open = np.zeros(len(self.ids), np.bool_)
        np.logical_or.at(any_open, self.owner, here)
        fixed = np.bincount(self.owner, minlength=len(self.ids)) == 1
        standing: NDArray[np.bool_] = here | fixed[self.owner] | ~any_open[self.owner]
        return standing


def _bits(slim: _Columns) -> int:
    bits = BITS.get(f"kind:{slim.kind}", 0) | (BITS["demo"] if slim.demo else 0)
    for amenity in slim.has:
        bits |= BITS.get(f"has:{amenity}", 0)
    return bits
