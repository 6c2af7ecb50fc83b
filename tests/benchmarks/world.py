"""A synthetic country: services clustered in towns, people asking among them, and opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# The filters by the share that they keep; "far" is held by _FAR_POINTS services in the far west alone.
FILTERS = {"all": 0, "10 %": 1, "1 %": 2, "0.1 %": 4, "far": 8}
_SHARES = {"10 %": 0.1, "1 %": 0.01, "0.1 %": 0.001}
_FAR_POINTS, _FAR_LON, _FAR_LAT = 50, 75.99, 39.47
_TOWNS, _SPREAD_M, _SPREAD_SIGMA = 2000, 5000.0, 1.0
_WEST, _EAST, _SOUTH, _NORTH = 100.0, 122.0, 22.0, 42.0
_M_PER_DEG = 111_320.0
# Two services in one building: exact ties, which ours must put in row order.
_SHARED_ADDRESS = 0.02
_TIMELINES, _UNKNOWN_HOURS = 300, 0.1
_DAY, _DAYS = 1440.0, 9
_WORKDAYS, _WEEK = 5, 7


@dataclass(frozen=True)
class World:
    """Services: WGS-84 degrees and attribute bits, one row each."""

    lon: Floats
    lat: Floats
    bits: NDArray[np.uint64]

    def keeping(self, mask: int) -> NDArray[np.int64]:
        """Return the rows that have all bits of a mask."""
        return np.flatnonzero(self.bits & np.uint64(mask) == mask)


@dataclass(frozen=True)
class Hours:
    """Opening hours as `NearestIndex.soonest` takes them, in minutes from Monday 00:00."""

    codes: NDArray[np.int32]
    offsets: NDArray[np.int64]
    starts: Floats
    ends: Floats


def make_world(n: int, seed: int = 1) -> World:
    """Return n services; every size has the same towns, the larger ones are denser."""
    rng = np.random.default_rng([seed, n])
    lon, lat = _in_towns(n, seed, rng)
    twin = np.flatnonzero(rng.random(n) < _SHARED_ADDRESS)
    of = rng.integers(0, n, twin.size)
    lon[twin], lat[twin] = lon[of], lat[of]
    far = rng.choice(n, _FAR_POINTS, replace=False)
    lon[far] = _FAR_LON + rng.normal(0.0, 0.2, far.size)
    lat[far] = _FAR_LAT + rng.normal(0.0, 0.2, far.size)
    bits = np.zeros(n, np.uint64)
    for name, share in _SHARES.items():
        bits[rng.random(n) < share] |= np.uint64(FILTERS[name])
    bits[far] |= np.uint64(FILTERS["far"])
    return World(lon, lat, bits)


def make_askers(m: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Return m positions in the same towns, in no order."""
    return _in_towns(m, seed, np.random.default_rng([seed, m, 7]))


def make_hours(n: int, seed: int = 1) -> Hours:
    """Return 300 weeks of opening hours, dealt out to n rows; a tenth of the rows is unknown."""
    rng = np.random.default_rng([seed, 11])
    weeks = [_week(rng) for _ in range(_TIMELINES)]
    spans = np.array([span for week in weeks for span in week])
    offsets = np.cumsum([0, *(len(week) for week in weeks)])
    codes = rng.integers(0, _TIMELINES, n).astype(np.int32)
    codes[rng.random(n) < _UNKNOWN_HOURS] = -1
    return Hours(codes, offsets.astype(np.int64), spans[:, 0].copy(), spans[:, 1].copy())


def make_departures(m: int, seed: int = 1) -> Floats:
    """Return when each of m people sets out, in minutes from Monday 00:00."""
    return np.random.default_rng([seed, m, 13]).uniform(0.0, _WEEK * _DAY, m)


def _in_towns(n: int, seed: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    # The towns have a generator of their own: services and askers of any number share them.
    towns = np.random.default_rng([seed, 3])
    centre_lon, centre_lat = towns.uniform(_WEST, _EAST, _TOWNS), towns.uniform(_SOUTH, _NORTH, _TOWNS)
    weight = 1.0 / np.arange(1, _TOWNS + 1)
    town = rng.choice(_TOWNS, n, p=weight / weight.sum())
    away = rng.lognormal(np.log(_SPREAD_M), _SPREAD_SIGMA, n)
    turn = rng.uniform(0.0, 2.0 * np.pi, n)
    lat = centre_lat[town] + away * np.sin(turn) / _M_PER_DEG
    lon = centre_lon[town] + away * np.cos(turn) / (_M_PER_DEG * np.cos(np.radians(lat)))
    return lon, lat


def _week(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return the spans of one timeline: always open, shops, offices with a noon break, or night canteens."""
    kind = rng.integers(0, 10)
    if kind == 0:
        return [(0.0, _DAYS * _DAY)]
    opening = float(rng.integers(72, 120)) * 5.0
    length = float(rng.integers(72, 144)) * 5.0
    if kind == 1:
        opening += 720.0
    spans = []
    for day in range(_DAYS):
        if kind > _WORKDAYS and day % _WEEK >= _WORKDAYS:
            continue
        first, last = day * _DAY + opening, day * _DAY + opening + length
        noon = day * _DAY + 720.0
        spans += (
            [(first, noon), (noon + 60.0, last)] if kind == _WEEK and last > noon + 60.0 else [(first, last)]
        )
    return spans
