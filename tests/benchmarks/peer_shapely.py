"""shapely's STRtree on degrees: boxes that surely hold a circle in metres, re-ranked by the chord."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tests.benchmarks.peers import ecef_column

if TYPE_CHECKING:
    from tests.benchmarks.peers import Floats, Rows
    from tests.benchmarks.world import World

# The shortest degree of latitude, at the equator: a box made with it is never too small.
_M_PER_DEG = 110_574.0
_START_M, _END_M = 400.0, 20_000_000.0


class DegreeTree:
    """An STR-packed tree of points, and what ranks them."""

    batch = 200_000

    def __init__(self, world: World) -> None:
        self._points = shapely.points(world.lon, world.lat)
        self._tree = shapely.STRtree(self._points, node_capacity=10)
        self._xyz = ecef_column(world.lon, world.lat)
        self._bits = world.bits.astype("int64")

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> Rows:
        """Return rows, nearest first: the tree has no k, so a box is doubled until it holds enough."""
        here = ecef_column(np.array([lon]), np.array([lat]))[0]
        radius = _START_M
        while True:
            rows = self._tree.query(_box(lon, lat, radius))
            if mask:
                rows = rows[self._bits[rows] & mask == mask]
            away = self._xyz[rows] - here
            chord = np.sqrt(np.einsum("ij,ij->i", away, away))
            if np.count_nonzero(chord <= radius) >= k or radius > _END_M:
                return rows[np.argsort(chord)[:k]]
            radius *= 2.0

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each: the nearest in degrees bounds a box, whose best one it is."""
        here = ecef_column(lon, lat)
        asker, row = self._tree.query_nearest(shapely.points(lon, lat), all_matches=False)
        bound = np.linalg.norm(self._xyz[row] - here[asker], axis=1) * 1.0001 + 0.01
        dlat = bound / _M_PER_DEG
        dlon = dlat / np.cos(np.radians(np.abs(lat) + dlat))
        asker, row = self._tree.query(shapely.box(lon - dlon, lat - dlat, lon + dlon, lat + dlat))
        chord = np.linalg.norm(self._xyz[row] - here[asker], axis=1)
        order = np.lexsort((chord, asker))
        return row[order[np.unique(asker[order], return_index=True)[1]]]

    def close(self) -> None:
        """Nothing is held open."""


def _box(lon: float, lat: float, radius_m: float) -> shapely.Polygon:
    dlat = radius_m / _M_PER_DEG
    widest = math.cos(math.radians(min(abs(lat) + dlat, 89.0)))
    dlon = min(dlat / widest, 180.0)
    return shapely.box(lon - dlon, lat - dlat, lon + dlon, lat + dlat)


def start(_: str, world: World) -> DegreeTree:
    """Return the engine."""
    return DegreeTree(world)
