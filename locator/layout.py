"""How a catalog's columns lie: laid out from the store, changed a little, and folded together again.

A changed layout shares its large part with the one before. New rows follow the old ones; a row that
was replaced stays where it is, and its places, whose profile becomes -1, are found by nobody.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import TypeAdapter

from locator.index import NearestIndex
from locator.layers import LayeredIndex
from locator.profiles import Profile, Profiles
from locator.records import BITS, Batch, read
from locator.service import Offer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from locator.records import PlaceColumns, ProfileKey

_OFFERS: TypeAdapter[tuple[Offer, ...]] = TypeAdapter(tuple[Offer, ...])


class Places(NamedTuple):
    """Places as arrays, one entry a place: service row, WGS-84 degrees, profile number, attribute bits."""

    owner: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    profile: NDArray[np.int32]
    bits: NDArray[np.uint64]

    def picked(self, which: NDArray[np.int64]) -> Places:
        """Return some of the places, in the order given."""
        return Places(
            self.owner[which], self.lon[which], self.lat[which], self.profile[which], self.bits[which]
        )

    def then(self, first: int, others: Places) -> Places:
        """Return copies of the first so many places, and others behind them."""
        return Places(
            np.concatenate([self.owner[:first], others.owner]),
            np.concatenate([self.lon[:first], others.lon]),
            np.concatenate([self.lat[:first], others.lat]),
            np.concatenate([self.profile[:first], others.profile]),
            np.concatenate([self.bits[:first], others.bits]),
        )


@dataclass(frozen=True, eq=False)
class Layout:
    """One state of the data.

    The first `base_rows` rows are the large part, in id order; `newer` finds the rows behind it by id,
    `replaced` are rows of the large part that those took the place of, or that are gone. `rank` orders all rows by id.
    """

    version: int
    as_of: str
    numbers: dict[ProfileKey, int]
    profiles: Profiles
    batch: Batch
    places: Places
    index: NearestIndex | LayeredIndex
    base: NearestIndex
    base_rows: int
    row_of: dict[str, int]
    newer: dict[str, int]
    replaced: frozenset[int]
    rank: NDArray[np.float64]

    def rows(self) -> Iterable[int]:
        """Return the rows that stand, in row order."""
        return (row for row in range(len(self.batch.ids)) if row not in self.replaced)

    def in_id_order(self) -> tuple[list[str], list[bytes]]:
        """Return the ids that stand, sorted, and the record of each."""
        if not self.newer and not self.replaced:
            return self.batch.ids, self.batch.records
        stands = np.ones(len(self.batch.ids), np.bool_)
        stands[list(self.replaced)] = False
        rows = np.flatnonzero(stands)
        order = rows[np.argsort(self.rank[rows], kind="stable")].tolist()
        return [self.batch.ids[row] for row in order], [self.batch.records[row] for row in order]

    def row(self, service_id: str) -> int | None:
        """Return the row that an id stands in; None if there is no such service."""
        row = self.newer.get(service_id, self.row_of.get(service_id))
        return None if row in self.replaced else row

    def removed(self) -> list[str]:
        """Return the ids of the large part that are gone."""
        return [i for i in (self.batch.ids[row] for row in self.replaced) if i not in self.newer]


def lay_out(version: int, as_of: str, rows: Iterable[tuple[str, bytes]]) -> Layout:
    """Return the layout of (id, record JSON), given in id order."""
    numbers: dict[ProfileKey, int] = {}
    batch, places = read(rows, numbers)
    profiles = _profiles(numbers)
    return _whole(version, as_of, numbers, profiles, batch, _places(places, profiles))


def change(before: Layout, version: int, as_of: str, rows: Sequence[tuple[str, bytes | None]]) -> Layout:
    """Return the layout after some services became new, changed or were removed: (id, record JSON or None)."""
    n, old = before.base_rows, before.batch
    # Earlier changes are laid out again with these, so that there is one delta, in id order.
    state: dict[str, bytes | None] = dict.fromkeys(before.removed())
    state |= dict(zip(old.ids[n:], old.records[n:], strict=True))
    state |= dict(rows)
    numbers = dict(before.numbers)
    delta, columns = read(sorted((i, record) for i, record in state.items() if record is not None), numbers)
    profiles = before.profiles if len(numbers) == len(before.numbers) else _profiles(numbers)
    replaced = frozenset(before.row_of[i] for i in state if i in before.row_of)
    fresh = _places(columns, profiles, first_row=n)
    m = len(before.base)
    alive = ~np.isin(before.places.owner[:m], list(replaced))
    joined = before.places.then(m, fresh)
    joined.profile[:m][~alive] = -1
    # Between the rows that the delta's ids would stand between, in their own order.
    gaps = [
        bisect_left(old.ids, i, hi=n) - 1 + (at + 1) / (len(delta.ids) + 1) for at, i in enumerate(delta.ids)
    ]
    rank = np.concatenate([np.arange(n, dtype=np.float64), gaps])
    beside = NearestIndex(fresh.lon, fresh.lat, fresh.bits, fresh.owner)
    return replace(
        before,
        version=version,
        as_of=as_of,
        numbers=numbers,
        profiles=profiles,
        batch=_joined(old, n, delta),
        places=joined,
        index=LayeredIndex(before.base, beside, alive, rank[joined.owner]),
        newer={service_id: n + i for i, service_id in enumerate(delta.ids)},
        replaced=replaced,
        rank=rank,
    )


def fold(layered: Layout) -> Layout:
    """Return the same data as one large part."""
    stands = np.ones(len(layered.batch.ids), np.bool_)
    stands[list(layered.replaced)] = False
    rows = np.flatnonzero(stands)
    order = rows[np.argsort(layered.rank[rows], kind="stable")]
    renumbered = np.full(len(stands), -1, np.int64)
    renumbered[order] = np.arange(len(order))
    kept = np.flatnonzero(layered.places.profile >= 0)
    kept = kept[np.argsort(renumbered[layered.places.owner[kept]], kind="stable")]
    places = layered.places.picked(kept)
    places = places._replace(owner=renumbered[places.owner])
    batch = _picked(layered.batch, order.tolist())
    return _whole(layered.version, layered.as_of, layered.numbers, layered.profiles, batch, places)


def _whole(
    version: int, as_of: str, numbers: dict[ProfileKey, int], profiles: Profiles, batch: Batch, places: Places
) -> Layout:
    index = NearestIndex(places.lon, places.lat, places.bits, places.owner)
    n = len(batch.ids)
    return Layout(
        version=version,
        as_of=as_of,
        numbers=numbers,
        profiles=profiles,
        batch=batch,
        places=places,
        index=index,
        base=index,
        base_rows=n,
        row_of=dict(zip(batch.ids, range(n), strict=True)),
        newer={},
        replaced=frozenset(),
        rank=np.arange(n, dtype=np.float64),
    )


def _joined(old: Batch, n: int, new: Batch) -> Batch:
    return Batch(
        old.ids[:n] + new.ids,
        old.records[:n] + new.records,
        old.cuts[:n] + new.cuts,
        old.district[:n] + new.district,
        old.town[:n] + new.town,
    )


def _picked(batch: Batch, rows: list[int]) -> Batch:
    return Batch(
        [batch.ids[row] for row in rows],
        [batch.records[row] for row in rows],
        array("l", [batch.cuts[row] for row in rows]),
        [batch.district[row] for row in rows],
        [batch.town[row] for row in rows],
    )


def _places(columns: PlaceColumns, profiles: Profiles, first_row: int = 0) -> Places:
    owner, lon, lat, profile, bits = (np.array(column) for column in columns)
    if len(owner):
        marks = (*profiles.unknown_bits(), profiles.round_the_clock)
        names = ("says-unknown", "ever-unknown", "round-the-clock")
        for name, marked in zip(names, marks, strict=True):
            bits = bits | np.where(marked[profile], np.uint64(BITS[name]), np.uint64(0))
    return Places(owner + first_row, lon, lat, profile, bits)


def _profiles(numbers: dict[ProfileKey, int]) -> Profiles:
    offers = {raw: _OFFERS.validate_json(raw) for raw in {key.offers for key in numbers}}
    return Profiles([Profile(key.hours, key.valid_from, key.valid_to, offers[key.offers]) for key in numbers])
