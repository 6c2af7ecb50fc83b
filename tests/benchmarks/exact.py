"""The exact answers, by looking at every service: what all engines are judged by.

Affordable because the chord through the earth comes first: one numpy pass over all rows per asker. Only
the rows whose chord is within 1 % (and a metre) of the k-th chord are then measured with PROJ's geodesic;
over the distances here a geodesic and its chord never change an order by more than 0.1 %.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod, Transformer

from tests.benchmarks.world import FILTERS, Hours, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

GEOD = Geod(ellps="WGS84")
_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
_MARGIN, _MARGIN_M = 1.01, 1.0
# Within 20 km an arc exceeds its chord by less than this part.
_ARC = 1.0 + 1e-6
# PROJ's own rounding: two ways to the same distance differ by some nanometres.
SAME_M = 1e-6


@dataclass(frozen=True)
class Trip:
    """What "soonest" is asked with, besides where and when."""

    stay: float = 20.0
    min_per_m: float = 60.0 / 15_000.0
    max_minutes: float = 60.0


TRIP = Trip()


def ecef(lon: Floats, lat: Floats) -> Floats:
    """Return earth-centred metres, shape (n, 3), by PROJ."""
    return np.column_stack(_ECEF.transform(lon, lat, np.zeros_like(lon)))


class Exact:
    """Brute force over one world."""

    def __init__(self, world: World, hours: Hours, k: int) -> None:
        self._world, self._hours, self._k = world, hours, k
        self._xyz = np.ascontiguousarray(ecef(world.lon, world.lat).T)
        self._rows = {name: world.keeping(mask) for name, mask in FILTERS.items()}
        self._known = np.flatnonzero(hours.codes >= 0)
        counts = np.diff(hours.offsets)
        slot = np.arange(counts.max())
        at = np.minimum(hours.offsets[:-1, None] + slot, hours.starts.size - 1)
        used = slot < counts[:, None]
        self._starts = np.where(used, hours.starts[at], np.inf)
        self._ends = np.where(used, hours.ends[at], -np.inf)

    def answers(self, lon: Floats, lat: Floats, depart: Floats) -> dict[str, list[Rows]]:
        """Return for each filter, and for "soonest", the rows of each asker in the right order."""
        asking = zip(lon.tolist(), lat.tolist(), ecef(lon, lat), depart.tolist(), strict=True)
        # numpy lets go of the lock in long loops, so two threads are nearly twice as fast.
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda asker: self._one(*asker), asking))
        return {name: [answer[name] for answer in found] for name in (*FILTERS, "soonest")}

    def metres(self, lon: float, lat: float, rows: Sequence[int] | Rows) -> Floats:
        """Return the geodesic distances of some rows."""
        at = np.asarray(rows, np.int64)
        there = self._world.lon[at], self._world.lat[at]
        return np.asarray(GEOD.inv(np.full(at.size, lon), np.full(at.size, lat), *there)[2])

    def _one(self, lon: float, lat: float, xyz: Floats, depart: float) -> dict[str, Rows]:
        chord = self._xyz[0] - xyz[0]
        chord *= chord
        for axis in (1, 2):
            part = self._xyz[axis] - xyz[axis]
            part *= part
            chord += part
        np.sqrt(chord, out=chord)
        found = {name: self._nearest(lon, lat, chord, rows) for name, rows in self._rows.items()}
        found["soonest"] = self._soonest(lon, lat, chord, depart)
        return found

    def _nearest(self, lon: float, lat: float, chord: Floats, rows: Rows) -> Rows:
        mine = chord if rows.size == chord.size else chord[rows]
        kth = np.partition(mine, self._k - 1)[self._k - 1] if mine.size > self._k else np.inf
        near = rows[mine <= kth * _MARGIN + _MARGIN_M]
        return near[np.lexsort((near, self.metres(lon, lat, near)))][: self._k]

    def _soonest(self, lon: float, lat: float, chord: Floats, depart: float) -> Rows:
        mine = chord[self._known]
        within = mine <= TRIP.max_minutes / TRIP.min_per_m
        near, reach = self._known[within], mine[within]
        earliest = self._inside(near, depart + reach * TRIP.min_per_m)
        latest = self._inside(near, depart + reach * _ARC * TRIP.min_per_m)
        kth = np.partition(latest, self._k - 1)[self._k - 1] if near.size > self._k else np.inf
        near = near[(earliest <= kth) & (earliest < np.inf)]
        metres = self.metres(lon, lat, near)
        minutes = self._inside(near, depart + metres * TRIP.min_per_m) - depart
        order = np.lexsort((near, metres, minutes))
        return near[order[minutes[order] <= TRIP.max_minutes]][: self._k]

    def _inside(self, rows: Rows, arrival: Floats) -> Floats:
        codes = self._hours.codes[rows]
        starts, ends = self._starts[codes], self._ends[codes]
        inside = np.maximum(starts, arrival[:, None])
        open_long_enough = (ends - inside >= TRIP.stay) & (ends > inside)
        return np.where(open_long_enough, inside, np.inf).min(axis=1, initial=np.inf)
