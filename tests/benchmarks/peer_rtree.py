"""rtree (libspatialindex) with three dimensions, on earth-centred coordinates; k is doubled as for scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rtree.index import Index, Property

from locator.geodesy import ecef
from tests.benchmarks.peers import ecef_column

if TYPE_CHECKING:
    from tests.benchmarks.peers import Floats, Rows
    from tests.benchmarks.world import World

# Measured: 16 answers about twice as fast as the default of 100.
_CAPACITY = 16


class BoxTree:
    """An R-tree of points."""

    batch = 50_000

    def __init__(self, world: World) -> None:
        xyz = ecef_column(world.lon, world.lat)
        # Below the smallest overlap of 32 the library refuses nodes this small.
        properties = Property(
            dimension=3,
            index_capacity=_CAPACITY,
            leaf_capacity=_CAPACITY,
            near_minimum_overlap_factor=_CAPACITY // 2,
        )
        self._tree = Index((np.arange(len(xyz)), xyz, xyz), properties=properties)
        self._bits = world.bits.astype("int64")

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> Rows:
        """Return rows, nearest first."""
        here = ecef(lon, lat)
        asked = k
        while True:
            # Of exact ties rtree returns more than were asked for.
            rows = np.fromiter(self._tree.nearest((*here, *here), asked), np.int64)
            kept = rows[self._bits[rows] & mask == mask]
            if kept.size >= k or asked == self._bits.size:
                return kept[:k]
            asked = min(asked * 2, self._bits.size)

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each asker, by the call for many."""
        xyz = ecef_column(lon, lat)
        return self._tree.nearest_v(xyz, xyz, num_results=1, strict=True)[0]

    def close(self) -> None:
        """Free the C++ side at once."""
        self._tree.close()


def start(_: str, world: World) -> BoxTree:
    """Return the engine."""
    return BoxTree(world)
