"""scipy's cKDTree on earth-centred coordinates. It knows no filter: k is doubled until enough are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.spatial import cKDTree

from locator.geodesy import ecef
from tests.benchmarks.peers import ecef_column

if TYPE_CHECKING:
    from tests.benchmarks.peers import Floats, Rows
    from tests.benchmarks.world import World


class ScipyTree:
    """A kd-tree, and the bits beside it."""

    batch = 10**9

    def __init__(self, world: World) -> None:
        self._tree = cKDTree(ecef_column(world.lon, world.lat))
        self._bits = world.bits.astype("int64")

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> Rows:
        """Return rows, nearest first."""
        here, asked = ecef(lon, lat), k
        while True:
            rows = self._tree.query(here, asked)[1]
            if not mask:
                return rows
            kept = rows[self._bits[rows] & mask == mask]
            if kept.size >= k or asked == self._bits.size:
                return kept[:k]
            asked = min(asked * 2, self._bits.size)

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each asker, by two workers as ours has two threads."""
        return self._tree.query(ecef_column(lon, lat), workers=2)[1]

    def close(self) -> None:
        """Nothing is held open."""


def start(_: str, world: World) -> ScipyTree:
    """Return the engine."""
    return ScipyTree(world)
