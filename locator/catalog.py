"""Catalog: one immutable snapshot of the store, laid out for search.

Services are rows. A place is where a service can be found: one for a fixed service, one for each stop
of a mobile one. Only active services with a position have places.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._errors import NotFoundError, Text
from locator.criteria import NOTHING, columns, homes, passing
from locator.datum import Datum, convert
from locator.layout import change, fold, lay_out
from locator.moments import Moments
from locator.profiles import OPEN
from locator.programme import Programme
from locator.service import Service
from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Self

    from numpy.typing import NDArray

    from locator.criteria import Criteria, Housing
    from locator.layout import Layout


class Place(NamedTuple):
    """Where a service can be found: its row, WGS-84 degrees and profile number."""

    service: int
    lon: float
    lat: float
    profile: int


class Catalog:
    """A snapshot to search in; `of`, `open` and `from_rows` make one.

    Parameters
    ----------
    layout
        Its columns and indexes.
    moments
        What an earlier snapshot has worked out: it holds on while the profiles are the same.
    """

    def __init__(self, layout: Layout, moments: Moments | None = None) -> None:
        self._layout, self._batch = layout, layout.batch
        self.version, self.as_of, self.profiles, self.index = (
            layout.version,
            layout.as_of,
            layout.profiles,
            layout.index,
        )
        same = moments is not None and moments.profiles is layout.profiles
        self.moments = moments if moments is not None and same else Moments(layout.profiles)
        self.ids, self.district, self.town = self._batch.ids, self._batch.district, self._batch.town
        self.owner, self.lon, self.lat, self.profile, self.bits = layout.places
        self._codes_of = lru_cache(maxsize=16)(self._compute_codes)
        self._places_in = lru_cache(maxsize=4096)(self._compute_places_in)
        self.has_mobile = bool(np.any(self.owner[1:] == self.owner[:-1]))
        self._decoded = lru_cache(maxsize=4096)(lambda row: Service.model_validate_json(self.raw(row)))
        self._standing_at = lru_cache(maxsize=8)(self._compute_standing)
        self._positions = lru_cache(maxsize=3)(lambda datum: convert(self.lon, self.lat, "wgs84", datum))

    @classmethod
    def open(cls, store_url: str, as_of: datetime | None = None) -> Self:
        """Return a snapshot of the store at a URL: now, or as it was at an instant."""
        store = Store.open(store_url)
        try:
            return cls.of(store, as_of)
        finally:
            store.close()

    @classmethod
    def of(cls, store: Store, as_of: datetime | None = None) -> Self:
        """Return a snapshot of an open store: now, or as it was at an instant."""
        return cls.from_rows(*(store.snapshot() if as_of is None else store.snapshot_as_of(as_of)))

    @classmethod
    def from_rows(cls, version: int, as_of: str, rows: Iterable[tuple[str, bytes]]) -> Self:
        """Return a snapshot of (id, record JSON), given in id order; version and as_of are the store's."""
        return cls(lay_out(version, as_of, rows))

    def __len__(self) -> int:
        return len(self.ids) - len(self._layout.replaced)

    @property
    def changes(self) -> int:
        """How many services lie beside the large index, or are gone from it."""
        return len(self._layout.newer) + len(self._layout.removed())

    def changed(self, version: int, as_of: str, rows: Sequence[tuple[str, bytes | None]]) -> Catalog:
        """Return the catalog after some changes (id, record JSON; None: removed); this one stays as it is."""
        return Catalog(change(self._layout, version, as_of, rows), self.moments)

    def compact(self) -> Catalog:
        """Return the same catalog with its changes folded into one index."""
        return Catalog(fold(self._layout), self.moments)

    def warm(self, at: datetime) -> None:
        """Work out what the first question of a minute would have to, so that it need not."""
        self.profiles.windows(at)
        self.profiles.states(at)
        self.standing(at)
        self._positions(Datum.GCJ02)

    def service(self, row: int) -> Service:
        """Return the whole record of a row."""
        return self._decoded(row)

    def raw(self, row: int) -> bytes:
        """Return the whole record of a row as JSON."""
        return self._batch.records[row]

    def public(self, row: int) -> bytes:
        """Return what an answer says of a row whoever asks: JSON members, without braces."""
        return self._batch.records[row][1 : self._batch.cuts[row]]

    def coordinates(self, datum: Datum) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return lon and lat of all places in a datum, both of shape (places,)."""
        return (self.lon, self.lat) if datum is Datum.WGS84 else self._positions(datum)

    def row_of(self, service_id: str) -> int:
        """Return the row of an id.

        Raises
        ------
        NotFoundError
            The catalog has no such service.
        """
        row = self._layout.row(service_id)
        if row is None:
            shown = service_id[:64]
            raise NotFoundError(Text(f"没有编号为 {shown!r} 的服务", f"no service has the id {shown!r}"))
        return row

    def rows(self) -> Iterable[int]:
        """Return the rows of all services."""
        return self._layout.rows()

    def in_id_order(self) -> tuple[list[str], list[bytes]]:
        """Return all ids, sorted, and the record of each; not to be changed."""
        return self._layout.in_id_order()

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

    @cached_property
    def homes(self) -> dict[int, Housing]:
        """What is known of rents and vacancies, by row."""
        return homes(self._batch.records)

    @cached_property
    def programme(self) -> Programme:
        """What is announced, and who keeps duty hours."""
        return Programme(self, self._batch.records)

    @cached_property
    def home_columns(self) -> NDArray[np.float64]:
        """The lowest and the highest rent and the vacancies of each row, NaN if unknown. Shape (3, rows)."""
        return columns(self.homes, len(self.ids))

    def with_any(self, bits: int) -> NDArray[np.bool_]:
        """Return which places have any of some attribute bits. Shape (places,)."""
        marked: NDArray[np.bool_] = (self.bits & np.uint64(bits)) != 0
        return marked

    def codes(self, criteria: Criteria) -> NDArray[np.int32]:
        """Return the profile of each place whose service passes, else -1. Shape (places,)."""
        return self.profile if criteria == NOTHING else self._codes_of(criteria)

    def _compute_codes(self, criteria: Criteria) -> NDArray[np.int32]:
        found = passing(criteria, self, self.bits)
        codes = np.full(len(self.profile), -1, np.int32)
        codes[found] = self.profile[found]
        return codes

    def standing(self, at: datetime, criteria: Criteria = NOTHING) -> NDArray[np.int32]:
        """Return 1 for the places their service is at, else 0: all of a fixed one, some of a mobile one.

        A mobile service stands at the stops that are open; while none is, at any of them. A service that
        does not pass the criteria is nowhere.
        """
        return self._standing_at(at.replace(second=0, microsecond=0), criteria)

    @cached_property
    def districts(self) -> dict[str, list[int]]:
        """The rows of each district code, in row order."""
        found: dict[str, list[int]] = {}
        for row in self.rows():
            code = self.district[row]
            if code:
                found.setdefault(code, []).append(row)
        return found

    def places_in(self, district: str) -> NDArray[np.int64]:
        """Return the numbers of a district's places, in order."""
        return self._places_in(district)

    def _compute_places_in(self, district: str) -> NDArray[np.int64]:
        rows = np.array(self.districts.get(district, []), np.int64)
        first, last = (np.searchsorted(self.owner, rows, side) for side in ("left", "right"))
        return np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [rows])

    def _compute_standing(self, at: datetime, criteria: Criteria) -> NDArray[np.int32]:
        if criteria != NOTHING:
            return np.where(self.codes(criteria) >= 0, self.standing(at), np.int32(0))
        alive = self.profile >= 0
        here = alive & (self.profiles.states(at)[self.profile] == OPEN)
        any_open = np.zeros(len(self.ids), np.bool_)
        any_open[self.owner[here]] = True
        fixed = np.bincount(self.owner, minlength=len(self.ids)) == 1
        # A stop whose last day is past stands for its service only if all the others are past, too.
        current = alive & ~self.profiles.over(at)[self.profile]
        any_current = np.zeros(len(self.ids), np.bool_)
        any_current[self.owner[current]] = True
        waiting = ~any_open[self.owner] & (current | ~any_current[self.owner])
        standing: NDArray[np.bool_] = alive & (here | fixed[self.owner] | waiting)
        return standing.astype(np.int32)
