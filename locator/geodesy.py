"""Distances on the WGS-84 ellipsoid, and the straight-line space that nearest search runs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

AXIS_M = 6378137.0
FLATTENING = 1 / 298.257223563
_ECC2 = FLATTENING * (2 - FLATTENING)
_GEOD = Geod(ellps="WGS84")


def to_ecef(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
    """Return earth-centred coordinates of points on the ellipsoid, shape (..., 3), metres.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees, of one shape.
    """
    lam, phi = np.radians(np.asarray(lon, dtype=np.float64)), np.radians(np.asarray(lat, dtype=np.float64))
    prime_vertical = AXIS_M / np.sqrt(1 - _ECC2 * np.sin(phi) ** 2)
    return np.stack(
        [
            prime_vertical * np.cos(phi) * np.cos(lam),
            prime_vertical * np.cos(phi) * np.sin(lam),
            prime_vertical * (1 - _ECC2) * np.sin(phi),
        ],
        axis=-1,
    )


def geodesic_m(lon: ArrayLike, lat: ArrayLike, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.float64]:
    """Return geodesic distances in metres from points to points (WGS-84 degrees, broadcast together).

    Source: C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013), as in PROJ; error under 15 nm.
    """
    a, b, c, d = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (lon, lat, lons, lats)))
    _, _, metres = _GEOD.inv(a.ravel(), b.ravel(), c.ravel(), d.ravel())
    return np.asarray(metres, dtype=np.float64).reshape(a.shape)
