"""NearestIndex: the k nearest that pass a filter, exactly, on the WGS-84 ellipsoid.

Search runs on earth-centred straight lines (a chord orders neighbours as the geodesic does, to
millimetres near by) and ranks what it found by geodesic distance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from locator.datum import check_position
from locator.geodesy import AXIS_M, geodesic_m, to_ecef

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Rows = NDArray[np.int64]
    Metres = NDArray[np.float64]

# For one geodesic length the chord varies with latitude and azimuth, since the earth's radius of
# curvature does, by about 1 %: relative to the chord c that is 2 * 1 % * (c/R)^2 / 24. Doubled here.
_CHORD_SPREAD = 0.002
_CHORD_FLOOR_M = 0.01


class NearestIndex:
    """A spatial index of points that answers filtered nearest-neighbour queries.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees, shape (n,).
    bits
        Attribute bits of each point, uint64 of shape (n,); none by default.
    owner
        Points of one owner (the stops of one mobile service) count once, by the best of them. Shape (n,).

    Raises
    ------
    InputError
        A position that is not finite or out of range.
    """

    def __init__(
        self, lon: ArrayLike, lat: ArrayLike, bits: ArrayLike | None = None, owner: ArrayLike | None = None
    ) -> None:
        self._lon, self._lat = (np.array(v, dtype=np.float64) for v in check_position(lon, lat))
        n = len(self._lon)
        self._bits = np.zeros(n, np.uint64) if bits is None else np.asarray(bits, np.uint64)
        self._owner = np.arange(n) if owner is None else np.asarray(owner, np.int64)
        self._tree = cKDTree(to_ecef(self._lon, self._lat)) if n else None

    def nearest(
        self,
        lon: float,
        lat: float,
        k: int = 10,
        all_bits: int = 0,
        any_bits: int = 0,
        max_m: float = np.inf,
        codes_allowed: tuple[NDArray[np.int32], NDArray[np.bool_]] | None = None,
    ) -> tuple[Rows, Metres]:
        """Return the k nearest points that pass, nearest first, ties by row.

        Parameters
        ----------
        lon, lat
            The asker, WGS-84 degrees.
        k
            How many.
        all_bits, any_bits
            A point needs all of the first and, if any are given, one of the second.
        max_m
            Geodesic metres, included.
        codes_allowed
            (a code for each point, whether a code passes).
        """
        check_position(lon, lat)
        passing = self._passing(all_bits, any_bits, codes_allowed)
        wanted, n = k + 1, len(self._lon)
        while True:
            rows, complete = self._around(lon, lat, wanted, max_m)
            rows = rows[passing[rows]]
            metres = geodesic_m(lon, lat, self._lon[rows], self._lat[rows])
            order = np.lexsort((rows, metres))
            rows, metres = rows[order], metres[order]
            _, first = np.unique(self._owner[rows], return_index=True)
            first.sort()
            rows, metres = rows[first], metres[first]
            rows, metres = rows[metres <= max_m], metres[metres <= max_m]
            if complete or len(rows) >= k or wanted >= n:
                return rows[:k].astype(np.int64), metres[:k]
            wanted *= 4

    def _passing(
        self,
        all_bits: int,
        any_bits: int,
        codes_allowed: tuple[NDArray[np.int32], NDArray[np.bool_]] | None,
    ) -> NDArray[np.bool_]:
        need, some = np.uint64(all_bits), np.uint64(any_bits)
        passing: NDArray[np.bool_] = (self._bits & need) == need
        if any_bits:
            passing &= (self._bits & some) != 0
        if codes_allowed is not None:
            codes, allowed = codes_allowed
            passing &= allowed[codes]
        return passing

    def _around(self, lon: float, lat: float, wanted: int, max_m: float) -> tuple[Rows, bool]:
        """Return rows that hold the `wanted` nearest for certain, and whether they hold all within max_m."""
        if self._tree is None:
            return np.empty(0, np.int64), True
        here = to_ecef(lon, lat)
        n = len(self._lon)
        chords, _ = self._tree.query(here, k=min(wanted, n))
        farthest = float(np.max(chords))
        complete = farthest > max_m or wanted >= n
        spread = 1 + _CHORD_SPREAD * (farthest / AXIS_M) ** 2
        rows = self._tree.query_ball_point(here, farthest * spread + _CHORD_FLOOR_M)
        return np.asarray(rows, np.int64), complete
