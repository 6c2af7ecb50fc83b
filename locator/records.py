"""Records as the store keeps them, and as the columns that a search needs, decoded in bulk.

A record is compact JSON that begins with what every answer shows of it, in the order of the nearest
contract and with nulls for what is unknown. So an answer is cut out of the record, not encoded again.
"""

from __future__ import annotations

import re
from array import array
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from pydantic import ValidationError

from locator import vocabulary
from locator._errors import StoreError, Text
from locator.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

_ID = re.compile(rb'"id":"([^"]*)"')
# One bit for each word that a search can ask for; 64 are enough, and a test keeps it so.
BITS = {
    name: 1 << position
    for position, name in enumerate(
        [f"kind:{k}" for k in vocabulary.KINDS]
        + [f"has:{a}" for a in vocabulary.AMENITIES]
        + [f"need:{n}" for n in vocabulary.NEEDS]
        + ["says-unknown", "ever-unknown", "demo", "round-the-clock", "mobile"]
    )
}
# In the order of the nearest contract; `demo` is the last, which marks where to cut.
_PUBLIC = (
    "id", "name", "kind", "address", "has", "lacks", "stars", "capacity", "phone", "verified_on",
    "position_quality", "demo",
)  # fmt: skip
_PUBLIC_SET = set(_PUBLIC)
_KIND_BITS = {kind: BITS[f"kind:{kind}"] for kind in vocabulary.KINDS}
_HAS_BITS = {amenity: BITS[f"has:{amenity}"] for amenity in vocabulary.AMENITIES}
_NEED_BITS = {need: BITS[f"need:{need}"] for need in vocabulary.NEEDS}
# Inside a JSON text the quotes would be escaped, so this can only be the key itself.
_LAST_KEY = b'"demo":'
_encode = msgspec.json.Encoder().encode


def to_record(service: Service) -> bytes:
    """Return a service as a record; what is unknown or default stands only among the public part."""
    rest = _encode(service.model_dump(mode="json", exclude_defaults=True, exclude=_PUBLIC_SET))
    first = _encode({name: getattr(service, name) for name in _PUBLIC})
    return first if rest == b"{}" else first[:-1] + b"," + rest[1:]


def cut(record: bytes) -> int:
    """Return where the public part of a record ends."""
    at = record.index(_LAST_KEY) + len(_LAST_KEY)
    return at + (4 if record[at : at + 4] == b"true" else 5)


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
    needs: tuple[str, ...] = ()
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


class Batch(NamedTuple):
    """Columns of some records, one entry a row: id, record, where its public part ends, district, town."""

    ids: list[str]
    records: list[bytes]
    cuts: array[int]
    district: list[str | None]
    town: list[str | None]


class PlaceColumns(NamedTuple):
    """Columns of places in row order: row, WGS-84 degrees, number of the profile, attribute bits."""

    row: array[int]
    lon: array[float]
    lat: array[float]
    profile: array[int]
    bits: array[int]


def read(rows: Iterable[tuple[str, bytes]], profiles: dict[ProfileKey, int]) -> tuple[Batch, PlaceColumns]:
    """Return records as columns.

    Parameters
    ----------
    rows
        (id, record).
    profiles
        The numbers of the profiles that are known; new ones are added.

    Raises
    ------
    StoreError
        A record is damaged, or of a kind that is not known here.
    """
    decode = msgspec.json.Decoder(_Record).decode
    # Hundreds of services share a town: one string for all of them saves what many small ones cost.
    shared: dict[str | None, str | None] = {}
    batch = Batch([], [], array("l"), [], [])
    places = PlaceColumns(array("q"), array("d"), array("d"), array("i"), array("Q"))
    for row, (service_id, stored) in enumerate(rows):
        try:
            raw = _in_order(service_id, stored)
            record = decode(raw)
            vocabulary.check_codes("kind", [record.kind], vocabulary.KINDS)
        except (msgspec.MsgspecError, ValueError) as error:
            raise _unreadable(service_id, error) from error
        batch.ids.append(service_id)
        batch.records.append(raw)
        batch.cuts.append(cut(raw))
        batch.district.append(shared.setdefault(record.district, record.district))
        batch.town.append(shared.setdefault(record.town, record.town))
        if record.status == "active":
            _place(row, record, profiles, places)
    return batch, places


def _unreadable(service_id: str, error: Exception) -> StoreError:
    said = str(error).splitlines()[0][:200]
    return StoreError(
        Text(
            f"服务 {service_id[:64]!r} 的记录读不出来，是坏了，或是更新版本的 locator 写的：{said}",
            f"the record of service {service_id[:64]!r} cannot be read: it is damaged, or a newer locator wrote it: {said}",
        )
    )


def service_of(raw: bytes) -> Service:
    """Return a record as the readers see it: fields that a newer locator wrote beside ours are left out.

    Raises
    ------
    StoreError
        It cannot be read all the same.
    """
    try:
        return Service.model_validate_json(raw)
    except ValidationError:
        fields = msgspec.json.decode(raw)
        return exact_service_of(
            msgspec.json.encode({n: fields[n] for n in Service.model_fields if n in fields})
        )


def exact_service_of(raw: bytes) -> Service:
    """Return a record as an editor sees it: one that holds more than is known here is refused, or a save would lose it.

    Raises
    ------
    StoreError
        It cannot be read whole.
    """
    try:
        return Service.model_validate_json(raw)
    except ValidationError as error:
        found = _ID.search(raw)
        raise _unreadable(found[1].decode() if found else "?", error) from error


def _in_order(service_id: str, stored: bytes) -> bytes:
    """Return a record as `to_record` writes it, though another hand or an older version wrote it."""
    if stored.startswith(b'{"id":"%b","name":' % service_id.encode()):
        return stored
    return to_record(Service.model_validate_json(stored))


def _place(row: int, record: _Record, profiles: dict[ProfileKey, int], places: PlaceColumns) -> None:
    stops = record.stops
    if not stops:
        if record.lon is None or record.lat is None:
            return
        stops = (_Stop(record.lon, record.lat, record.hours),)
    bits, offers = _bits(record), bytes(record.offers)
    for stop in stops:
        key = ProfileKey(stop.hours, stop.valid_from, stop.valid_to, offers)
        places.row.append(row)
        places.lon.append(stop.lon)
        places.lat.append(stop.lat)
        places.profile.append(profiles.setdefault(key, len(profiles)))
        places.bits.append(bits)


def _bits(record: _Record) -> int:
    bits = _KIND_BITS.get(record.kind, 0) | (BITS["demo"] if record.demo else 0)
    if record.stops:
        bits |= BITS["mobile"]
    for amenity in record.has:
        bits |= _HAS_BITS.get(amenity, 0)
    for need in record.needs:
        bits |= _NEED_BITS.get(need, 0)
    return bits
