"""How well each datum explains the rows of a file, in counts that people can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.districts import metres_outside
from locator.ingest.forensics import CANDIDATES, TOLERANCE_M, to_wgs84

if TYPE_CHECKING:
    from locator.ingest.forensics import Rows

# More rows than this say the same.
_SAMPLE = 3000


class Fit(NamedTuple):
    """Of `named` rows that name a district, `inside` lie in it; the known twins lie `twin_m` away (median)."""

    inside: int
    named: int
    twin_m: float | None


def fits(rows: Rows) -> dict[str, Fit]:
    """Return how the rows fit what they say under each datum; of many rows, some."""
    placed = np.flatnonzero(np.isfinite(rows.lon) & np.isfinite(rows.lat))
    some = rows.some(placed[:: max(1, -(-placed.size // _SAMPLE))])
    return {name: _fit(some, name) for name in CANDIDATES}


def _fit(rows: Rows, datum: str) -> Fit:
    lon, lat = to_wgs84(rows.lon, rows.lat, datum)
    outside = metres_outside(lon, lat, rows.district)
    east = (lon - rows.twin_lon) * np.cos(np.radians(lat)) * 111_320
    apart = np.hypot(east, (lat - rows.twin_lat) * 110_950)
    apart = apart[np.isfinite(apart)]
    named = int(np.isfinite(outside).sum())
    twin_m = float(np.median(apart)) if apart.size else None
    return Fit(int((outside <= TOLERANCE_M).sum()), named, twin_m)
