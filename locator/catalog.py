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
from locator.datum import Datum, convert
from locator.index import NearestIndex
from locator.profiles import OPEN, Profile, Profiles
from locator.service import Offer, Service
from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from numpy.typing import NDArray

_encode = msgspec.json.Encoder().encode
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


class Public(NamedTuple):
    """What an answer says of a record whoever asks, as JSON: its id, and its properties without the braces."""

    id: bytes
    properties: bytes


# In the order of the nearest contract; what a record does not say is null, or an empty list.
_PUBLIC: Mapping[str, object] = {
    "id": None, "name": None, "kind": None, "address": None, "has": (), "lacks": (), "stars": None,
    "capacity": None, "phone": None, "verified_on": None, "position_quality": None, "demo": False,
}  # fmt: skip


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
        # Each record once, in two parts: what answers show, ready to be sent, and the rest.
        self._public: list[bytes] = []
        self._rest: list[bytes] = []
        self._row = {service_id: row for row, service_id in enumerate(self.ids)}
        self._lay_out([row[1] for row in rows])
        self._decoded = lru_cache(maxsize=4096)(lambda row: Service.model_validate_json(self.raw(row)))
        self._positions = lru_cache(maxsize=3)(lambda datum: convert(self.lon, self.lat, "wgs84", datum))
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

    def raw(self, row: int) -> bytes:
        """Return the whole record of a row as JSON."""
        return b"{" + self._public[row] + self._rest[row] + b"}"

    def public(self, row: int) -> Public:
        """Return what an answer says of a row whoever asks."""
        own = self._public[row]
        page = self.ids[row].encode()
        links = b',"links":{"self":"/api/v1/services/%s","page":"/s/%s"}' % (page, page)
        return Public(b'"%s"' % page, own + links)

    def position(self, place: int, datum: Datum) -> tuple[float, float]:
        """Return lon and lat of a place in a datum."""
        lon, lat = (self.lon, self.lat) if datum is Datum.WGS84 else self._positions(datum)
        return lon[place], lat[place]

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

    def standing(self, at: datetime) -> NDArray[np.int32]:
        """Return 1 for the places their service is at, else 0: all of a fixed one, some of a mobile one.

        A mobile service stands at the stops that are open; while none is, at any of them.
        """
        return self._standing_at(at.replace(second=0, microsecond=0))

    @cached_property
    def districts(self) -> dict[str, list[int]]:
        """The rows of each district code, in row order."""
        found: dict[str, list[int]] = {}
        for row, code in enumerate(self.district):
            if code:
                found.setdefault(code, []).append(row)
        return found

    def _lay_out(self, records: list[bytes]) -> None:
        slim, whole = msgspec.json.Decoder(_Columns), msgspec.json.Decoder()
        profiles: dict[tuple[Any, ...], int] = {}
        columns: list[tuple[int, float, float, int, int]] = []
        self.district: list[str | None] = []
        self.town: list[str | None] = []
        for row, raw in enumerate(records):
            record = slim.decode(raw)
            public, rest = _parts(whole.decode(raw))
            self._public.append(public)
            self._rest.append(rest)
            self.district.append(record.district)
            self.town.append(record.town)
            if record.status != "active":
                continue
            bits, offers = _bits(record), bytes(record.offers)
            for stop in record.places():
                key = (stop.hours, stop.valid_from, stop.valid_to, offers)
                columns.append((row, stop.lon, stop.lat, profiles.setdefault(key, len(profiles)), bits))
        parsed = {raw: _OFFERS.validate_json(raw) for raw in {key[3] for key in profiles}}
        self.profiles = Profiles(
            [Profile(hours, first, last, parsed[offers]) for hours, first, last, offers in profiles]
        )
        self._place(columns)

    def _place(self, columns: list[tuple[int, float, float, int, int]]) -> None:
        self.owner = np.array([c[0] for c in columns], np.int64)
        self.lon = np.array([c[1] for c in columns], np.float64)
        self.lat = np.array([c[2] for c in columns], np.float64)
        self.profile = np.array([c[3] for c in columns], np.int32)
        masks = np.array([c[4] for c in columns], np.uint64)
        if columns:
            unknown = self.profiles.maybe_unknown()[self.profile]
            masks |= np.where(unknown, np.uint64(BITS["maybe-unknown"]), np.uint64(0))
        self.has_mobile = len(np.unique(self.owner)) < len(columns)
        self.index = NearestIndex(self.lon, self.lat, masks, self.owner)

    def _compute_standing(self, at: datetime) -> NDArray[np.int32]:
        here = self.profiles.states(at)[self.profile] == OPEN
        any_open = np.zeros(len(self.ids), np.bool_)
        any_open[self.owner[here]] = True
        fixed = np.bincount(self.owner, minlength=len(self.ids)) == 1
        standing: NDArray[np.bool_] = here | fixed[self.owner] | ~any_open[self.owner]
        return standing.astype(np.int32)


def _parts(record: dict[str, object]) -> tuple[bytes, bytes]:
    """Return a record's public properties and its other ones as JSON that together make the record."""
    public = {name: record.pop(name, default) for name, default in _PUBLIC.items()}
    rest = _encode(record)[1:-1]
    return _encode(public)[1:-1], b"," + rest if rest else b""


def _bits(slim: _Columns) -> int:
    bits = BITS.get(f"kind:{slim.kind}", 0) | (BITS["demo"] if slim.demo else 0)
    for amenity in slim.has:
        bits |= BITS.get(f"has:{amenity}", 0)
    return bits
