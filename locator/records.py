"""Records of the store as columns: what a search needs of each, decoded in bulk.

A record is kept as JSON until somebody looks at it, in two parts: what every answer shows of it, ready
to be sent, and the rest.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from locator import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# One bit for each word that a search can ask for; 64 are enough, and a test keeps it so.
BITS = {
    name: 1 << position
    for position, name in enumerate(
        [f"kind:{k}" for k in vocabulary.KINDS]
        + [f"has:{a}" for a in vocabulary.AMENITIES]
        + ["maybe-unknown", "demo"]
    )
}
# In the order of the nearest contract; what a record does not say is null, or an empty list.
_PUBLIC: Mapping[str, object] = {
    "id": None, "name": None, "kind": None, "address": None, "has": (), "lacks": (), "stars": None,
    "capacity": None, "phone": None, "verified_on": None, "position_quality": None, "demo": False,
}  # fmt: skip
_encode = msgspec.json.Encoder().encode


class _Stop(msgspec.Struct):
    lon: float
    lat: float
    hours: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class _Record(msgspec.Struct):
    """What the index needs of a record."""

    kind: str
    lon: float | None = None
    lat: float | None = None
    district: str | None = None
    town: str | None = None
    hours: str | None = None
    has: tuple[str, ...] = ()
    offers: msgspec.Raw = msgspec.Raw(b"[]")
    stops: tuple[_Stop, ...] = ()
    status: str = "active"
    demo: bool = False


class ProfileKey(NamedTuple):
    """What makes two places the same to a clock: hours, dates, and the offers as JSON."""

    hours: str | None
    valid_from: date | None
    valid_to: date | None
    offers: bytes


class PlaceRow(NamedTuple):
    """A place: the row of its service, WGS-84 degrees, the number of its profile, its attribute bits."""

    row: int
    lon: float
    lat: float
    profile: int
    bits: int


class Batch(NamedTuple):
    """Columns of some records, one entry a row, and their places in row order."""

    ids: list[str]
    public: list[bytes]
    rest: list[bytes]
    district: list[str | None]
    town: list[str | None]
    places: list[PlaceRow]


def read(rows: Iterable[tuple[str, bytes]], profiles: dict[ProfileKey, int]) -> Batch:
    """Return records as columns.

    Parameters
    ----------
    rows
        (id, record JSON).
    profiles
        The numbers of the profiles that are known; new ones are added.
    """
    slim, whole = msgspec.json.Decoder(_Record), msgspec.json.Decoder()
    # Hundreds of services share a town: one string for all of them saves what many small ones cost.
    shared: dict[str | None, str | None] = {}
    batch = Batch([], [], [], [], [], [])
    for row, (service_id, raw) in enumerate(rows):
        record = slim.decode(raw)
        public, rest = _parts(whole.decode(raw))
        batch.ids.append(service_id)
        batch.public.append(public)
        batch.rest.append(rest)
        batch.district.append(shared.setdefault(record.district, record.district))
        batch.town.append(shared.setdefault(record.town, record.town))
        if record.status == "active":
            batch.places.extend(_places(row, record, profiles))
    return batch


def whole_record(public: bytes, rest: bytes) -> bytes:
    """Return a record's JSON from its two parts."""
    return b"{" + public + rest + b"}"


def _parts(record: dict[str, object]) -> tuple[bytes, bytes]:
    public = {name: record.pop(name, default) for name, default in _PUBLIC.items()}
    rest = _encode(record)[1:-1]
    return _encode(public)[1:-1], b"," + rest if rest else b""


def _places(row: int, record: _Record, profiles: dict[ProfileKey, int]) -> Iterable[PlaceRow]:
    stops = record.stops
    if not stops:
        if record.lon is None or record.lat is None:
            return
        stops = (_Stop(record.lon, record.lat, record.hours),)
    bits, offers = _bits(record), bytes(record.offers)
    for stop in stops:
        key = ProfileKey(stop.hours, stop.valid_from, stop.valid_to, offers)
        yield PlaceRow(row, stop.lon, stop.lat, profiles.setdefault(key, len(profiles)), bits)


def _bits(record: _Record) -> int:
    bits = BITS.get(f"kind:{record.kind}", 0) | (BITS["demo"] if record.demo else 0)
    for amenity in record.has:
        bits |= BITS.get(f"has:{amenity}", 0)
    return bits
