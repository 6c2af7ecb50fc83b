"""geopandas' sjoin_nearest on a conformal projection of China: the usual way to ask for many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas

if TYPE_CHECKING:
    from tests.benchmarks.peers import Floats, Rows
    from tests.benchmarks.world import World

# Conformal: around any asker the scale is the same in all directions, so that the order is kept.
_PLANE = "+proj=lcc +lat_1=25 +lat_2=47 +lat_0=35 +lon_0=105 +datum=WGS84"


class NearestJoin:
    """Projected services; it answers only for many askers at once."""

    batch = 10**9
    nearest = None

    def __init__(self, world: World) -> None:
        self._places = _frame(world.lon, world.lat)
        _ = self._places.sindex  # the tree is built once, as everybody's is

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each asker."""
        joined = geopandas.sjoin_nearest(_frame(lon, lat), self._places)
        # Of exact ties it gives every one.
        return joined["index_right"].groupby(level=0).min().to_numpy()

    def close(self) -> None:
        """Nothing is held open."""


def _frame(lon: Floats, lat: Floats) -> geopandas.GeoDataFrame:
    points = geopandas.points_from_xy(lon, lat, crs="EPSG:4326")
    return geopandas.GeoDataFrame(geometry=points).to_crs(_PLANE)


def start(_: str, world: World) -> NearestJoin:
    """Return the engine."""
    return NearestJoin(world)
