"""Where markers go in a picture: a frame round what is shown, and no marker over another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_EARTH_M = 6378137.0
# No closer than this across: a single place is shown in its surroundings.
_LEAST_M = 900.0
# Directions that a marker may move in, from the right and upwards.
_COMPASS = np.array([(math.cos(a), -math.sin(a)) for a in np.linspace(0, 2 * math.pi, 24, endpoint=False)])
_ROUNDING = 1e-6
# Web Mercator's own bound.
_MAX_LAT = 85.0


class Box(NamedTuple):
    """A rectangle in the picture's units."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def round(cls, x: float, y: float, width: float, height: float | None = None) -> Box:
        """Return the box of a size round a point; square without a height."""
        half, rise = width / 2, (width if height is None else height) / 2
        return cls(x - half, y - rise, x + half, y + rise)

    def meets(self, other: Box) -> bool:
        """Tell whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Tell whether the other lies wholly inside."""
        return (
            self.left <= other.left + _ROUNDING
            and self.top <= other.top + _ROUNDING
            and other.right <= self.right + _ROUNDING
            and other.bottom <= self.bottom + _ROUNDING
        )


class Frame(NamedTuple):
    """A Web Mercator window: the Mercator metres of its centre, units a metre, and the box it fills."""

    x_m: float
    y_m: float
    units: float
    box: Box

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a position lies in the picture."""
        x_m, y_m = mercator(lon, lat)
        middle_x, middle_y = (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2
        return middle_x + (x_m - self.x_m) * self.units, middle_y - (y_m - self.y_m) * self.units

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what the box shows, degrees."""
        half = (self.box.right - self.box.left) / 2 / self.units
        rise = (self.box.bottom - self.box.top) / 2 / self.units
        west, south = _degrees(self.x_m - half, self.y_m - rise)
        east, north = _degrees(self.x_m + half, self.y_m + rise)
        return west, south, east, north

    @property
    def units_a_km(self) -> float:
        """How long a kilometre on the ground is at the centre."""
        return 1000 * self.units / math.cos(math.radians(_degrees(self.x_m, self.y_m)[1]))


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Return a position in Web Mercator metres (EPSG:3857)."""
    lat = max(-_MAX_LAT, min(_MAX_LAT, lat))
    return math.radians(lon) * _EARTH_M, math.asinh(math.tan(math.radians(lat))) * _EARTH_M


def _degrees(x_m: float, y_m: float) -> tuple[float, float]:
    return math.degrees(x_m / _EARTH_M), math.degrees(math.atan(math.sinh(y_m / _EARTH_M)))


def frame_round(positions: Sequence[tuple[float, float]], box: Box, margin: float) -> Frame:
    """Return the closest window that shows all positions (lon, lat), a margin inside a box."""
    points = [mercator(lon, lat) for lon, lat in positions]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    width = max(1.0, box.right - box.left - 2 * margin)
    height = max(1.0, box.bottom - box.top - 2 * margin)
    units = min(width / max(east - west, _LEAST_M), height / max(north - south, _LEAST_M))
    return Frame((west + east) / 2, (south + north) / 2, units, box)


def apart(
    anchors: Sequence[tuple[float, float]], sizes: Sequence[float], inside: Box, taken: Sequence[Box] = ()
) -> list[tuple[float, float]]:
    """Return a centre for each marker, at its anchor or as near as it can be without touching another.

    Parameters
    ----------
    anchors
        Where the markers belong, the most important first.
    sizes
        The side of each with the gap round it.
    inside
        What no marker may leave.
    taken
        What no marker may cover.

    Raises
    ------
    ValueError
        There is no room for all.
    """
    first = len(taken)
    placed = np.array([*taken, *[(0.0, 0.0, 0.0, 0.0)] * len(anchors)], np.float64).reshape(-1, 4)
    found = []
    for number, ((x, y), size) in enumerate(zip(anchors, sizes, strict=True)):
        at = _free(x, y, size, inside, placed[: first + number])
        placed[first + number] = Box.round(*at, size)
        found.append(at)
    return found


def _free(x: float, y: float, size: float, inside: Box, placed: NDArray[np.float64]) -> tuple[float, float]:
    """Return the anchor, or the first free point on rings round it, ever wider until they are out of the box."""
    half = size / 2
    low = np.array([inside.left + half, inside.top + half])
    high = np.array([inside.right - half, inside.bottom - half])
    start = np.clip([x, y], low, high)
    middles, halves = (placed[:, :2] + placed[:, 2:]) / 2, (placed[:, 2:] - placed[:, :2]) / 2
    reach = math.hypot(inside.right - inside.left, inside.bottom - inside.top)
    for ring in range(math.ceil(4 * reach / size) + 1):
        tries: NDArray[np.float64] = start + _COMPASS * (ring * size / 4) if ring else start[None]
        fits = ((tries >= low - _ROUNDING) & (tries <= high + _ROUNDING)).all(axis=1)
        gaps = np.abs(tries[:, None, :] - middles) - halves - half
        meets = np.any(np.all(gaps < -_ROUNDING, axis=2), axis=1)
        good = np.flatnonzero(fits & ~meets)
        if good.size:
            return float(tries[good[0], 0]), float(tries[good[0], 1])
    raise ValueError(f"no room for a marker of {size:g}")
