"""What the store knows already, found again by id, code, or name within a district."""

from __future__ import annotations

from hashlib import blake2b
from math import floor
from re import compile as pattern
from typing import TYPE_CHECKING, Any

import msgspec

from locator.ingest.duplicates import Listed, code_of, side_of
from locator.ingest.values import even

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.ingest.duplicates import Side

# Wider than what is compared reaches, anywhere in China.
_CELL_DEG = 0.01
_ID = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Twin(msgspec.Struct, frozen=True):
    """What is needed of a record to recognise it."""

    id: str
    name: str
    district: str | None = None
    code: str | None = None
    lon: float | None = None
    lat: float | None = None


class Known:
    """Records of a store: by id as JSON, by code and by name in a district where only one answers to it.

    Parameters
    ----------
    rows
        (id, record JSON), as `Store.snapshot` hands them out.
    """

    def __init__(self, rows: Iterable[tuple[str, bytes]]) -> None:
        self.records: dict[str, bytes] = dict(rows)
        self._decode = msgspec.json.Decoder(Twin).decode
        # Ids only, and names by their hash: for 200,000 records whole twins would take 150 MB.
        self._by_code: dict[str, str | None] = {}
        self._by_name: dict[int, str | None] = {}
        for own, raw in self.records.items():
            one = self._decode(raw)
            if one.code:
                self._by_code[one.code] = None if one.code in self._by_code else own
            key = hash((even(one.name), one.district))
            self._by_name[key] = None if key in self._by_name else own

    def identified(self, service_id: str | None, code: str | None) -> Twin | None:
        """Return the record that a row is by its id or its code."""
        for found in (service_id, self._by_code.get(code) if code else None, code):
            if found and found in self.records:
                return self._decode(self.records[found])
        return None

    def named(self, name: str, district: str | None) -> Twin | None:
        """Return the only record of a name in a district."""
        own = self._by_name.get(hash((even(name), district)))
        return None if own is None else self._decode(self.records[own])

    def fields(self, service_id: str) -> dict[str, Any]:
        """Return a record's fields, {} if there is none."""
        raw = self.records.get(service_id)
        return msgspec.json.decode(raw) if raw is not None else {}

    def sides_near(self, own: Iterable[Side]) -> list[Side]:
        """Return what is compared of the records that may be one of some others, without those of the same id."""
        ids, codes, everywhere = set[str](), set[str](), False
        cells: set[tuple[int, int]] = set()
        for side in own:
            ids.add(side.id)
            codes.add(side.code)
            everywhere |= not side.points  # it may stand anywhere
            for lon, lat in side.points:
                x, y = floor(lon / _CELL_DEG), floor(lat / _CELL_DEG)
                cells.update((x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        codes.discard("")
        decode, found = msgspec.json.Decoder(Listed).decode, []
        for raw in self.records.values():
            one = decode(raw)
            points: list[tuple[float | None, float | None]] = [(stop.lon, stop.lat) for stop in one.stops]
            points = points or [(one.lon, one.lat)]
            near = everywhere or any(
                x is None or y is None or (floor(x / _CELL_DEG), floor(y / _CELL_DEG)) in cells
                for x, y in points
            )
            if one.id not in ids and (near or (one.code and code_of(one.code) in codes)):
                found.append(side_of(one))
        return found


def valid_id(text: str) -> bool:
    """Return whether a text can be a record's id as it stands."""
    return _ID.fullmatch(text) is not None


def id_of(given: str | None, code: str | None, *parts: str | None) -> str:
    """Return a row's id: its own, else its code, else one that is made from what names it and stays the same."""
    for said, mark in ((given, "i"), (code, "c")):
        if said:
            return said if valid_id(said) else f"{mark}-{_short(said)}"
    return f"r-{_short(*(even(part or '') for part in parts))}"


def _short(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
