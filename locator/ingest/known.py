"""What the store knows already, found again by id, code, or name within a district."""

from __future__ import annotations

from hashlib import blake2b
from re import compile as pattern
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from locator.ingest.values import even

if TYPE_CHECKING:
    from collections.abc import Iterable

_ID = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _Record(msgspec.Struct):
    id: str
    name: str
    district: str | None = None
    code: str | None = None
    lon: float | None = None
    lat: float | None = None


class Twin(NamedTuple):
    """What is needed of a record to recognise it."""

    id: str
    name: str
    district: str | None
    lon: float | None
    lat: float | None


class Known:
    """Records of a store: by id as JSON, by code and by name in a district where only one answers to it.

    Parameters
    ----------
    rows
        (id, record JSON), as `Store.snapshot` hands them out.
    """

    def __init__(self, rows: Iterable[tuple[str, bytes]]) -> None:
        self.records: dict[str, bytes] = dict(rows)
        self._by_code: dict[str, Twin | None] = {}
        self._by_name: dict[tuple[str, str | None], Twin | None] = {}
        self._by_id: dict[str, Twin] = {}
        decode = msgspec.json.Decoder(_Record).decode
        for raw in self.records.values():
            one = decode(raw)
            twin = Twin(one.id, one.name, one.district, one.lon, one.lat)
            self._by_id[one.id] = twin
            if one.code:
                self._by_code[one.code] = None if one.code in self._by_code else twin
            key = (even(one.name), one.district)
            self._by_name[key] = None if key in self._by_name else twin

    def identified(self, service_id: str | None, code: str | None) -> Twin | None:
        """Return the record that a row is by its id or its code."""
        found = self._by_id.get(service_id) if service_id else None
        return found or (self._by_code.get(code) if code else None)

    def named(self, name: str, district: str | None) -> Twin | None:
        """Return the only record of a name in a district."""
        return self._by_name.get((even(name), district))

    def fields(self, service_id: str) -> dict[str, Any]:
        """Return a record's fields, {} if there is none."""
        raw = self.records.get(service_id)
        return msgspec.json.decode(raw) if raw is not None else {}


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
