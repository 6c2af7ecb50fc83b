"""What the store knows already, found again by id, code, or name within a district."""

from __future__ import annotations

from hashlib import blake2b
from re import compile as pattern
from typing import TYPE_CHECKING, Any

import msgspec

from locator.ingest.values import even

if TYPE_CHECKING:
    from collections.abc import Iterable

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
