"""From a door to the street: the nearest place on the nearest piece of street, compiled.

Pieces are sorted into square cells; round a point the cells are looked at ring by ring, until no farther
ring can hold anything nearer. Pieces are straight between their ends in earth-centred space: 2 cm below the
ground in the middle of a kilometre.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from locator.geodesy import AXIS_M, arc_m, ecef

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Offsets = NDArray[np.int64]

# The least length of a degree of latitude on the ellipsoid (at the equator), and of longitude there.
LAT_DEGREE_M, LON_DEGREE_M = 110_574.0, math.pi * AXIS_M / 180
_LEAST_CELL_M = 100.0
_CELLS_A_PIECE = 2.0
_LEAST_COS = 0.01


class Snapped(NamedTuple):
    """Where points reach the street: piece (-1 = too far from any), fraction along it, metres to it. All (n,)."""

    pieces: Ints
    fractions: Floats
    metres: Floats

    def some(self, which: NDArray[np.int64]) -> Snapped:
        """Return some of them, by number."""
        return Snapped(self.pieces[which], self.fractions[which], self.metres[which])

    @property
    def off(self) -> NDArray[np.bool_]:
        """Which points are farther from any street than is allowed."""
        return self.pieces < 0


class Cells(NamedTuple):
    """Pieces by cell: cell c = x + y * wide holds held[i] for offsets[c] <= i < offsets[c + 1]."""

    lon: float
    lat: float
    width: float
    height: float
    cell_m: float
    wide: int
    high: int
    offsets: Offsets
    held: Ints


@njit(cache=True, nogil=True)
def arcs_m(lon: Floats, lat: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return the geodesic distances in metres of pairs of points, shape (n,)."""
    metres = np.empty(lon.size)
    for i in range(lon.size):
        x, y, z = ecef(lon[i], lat[i])
        x2, y2, z2 = ecef(lon2[i], lat2[i])
        metres[i] = arc_m(x, y, z, x2, y2, z2)
    return metres


@njit(cache=True, nogil=True)
def earth_centred(lon: Floats, lat: Floats) -> Floats:
    """Return earth-centred metres of points, shape (n, 3)."""
    xyz = np.empty((lon.size, 3))
    for i in range(lon.size):
        xyz[i, 0], xyz[i, 1], xyz[i, 2] = ecef(lon[i], lat[i])
    return xyz


def cells_of(lon: Floats, lat: Floats, start: Ints, end: Ints) -> Cells:
    """Return the pieces sorted into cells; there are at most a few more cells than pieces."""
    if not len(start):
        return Cells(0.0, 0.0, 1.0, 1.0, _LEAST_CELL_M, 1, 1, np.zeros(2, np.int64), np.empty(0, np.int32))
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    # Of all latitudes, the one where a degree of longitude is shortest: cells are nowhere narrower.
    narrow = max(math.cos(math.radians(max(abs(south), abs(north)))), _LEAST_COS)
    area = (east - west) * narrow * LON_DEGREE_M * (north - south) * LAT_DEGREE_M
    cell_m = max(_LEAST_CELL_M, math.sqrt(area / (_CELLS_A_PIECE * len(start))))
    longest = max((east - west) * narrow * LON_DEGREE_M, (north - south) * LAT_DEGREE_M)
    cell_m = max(cell_m, longest / (_CELLS_A_PIECE * len(start) + 1))
    width, height = cell_m / (narrow * LON_DEGREE_M), cell_m / LAT_DEGREE_M
    wide, high = int((east - west) / width) + 1, int((north - south) / height) + 1
    offsets, held = _sorted(lon, lat, start, end, west, south, width, height, wide, high)
    return Cells(
        float(west), float(south), float(width), float(height), float(cell_m), wide, high, offsets, held
    )


@njit(cache=True, nogil=True)
def _sorted(
    lon: Floats,
    lat: Floats,
    start: Ints,
    end: Ints,
    west: float,
    south: float,
    width: float,
    height: float,
    wide: int,
    high: int,
) -> tuple[Offsets, Ints]:
    """Return the pieces of each cell that their box touches, counted first and filled in then."""
    offsets = np.zeros(wide * high + 1, np.int64)
    held = np.empty(0, np.int32)
    for fill in range(2):
        for piece in range(start.size):
            a, b = start[piece], end[piece]
            x0, x1 = int((min(lon[a], lon[b]) - west) / width), int((max(lon[a], lon[b]) - west) / width)
            y0, y1 = int((min(lat[a], lat[b]) - south) / height), int((max(lat[a], lat[b]) - south) / height)
            for y in range(y0, min(y1, high - 1) + 1):
                for x in range(x0, min(x1, wide - 1) + 1):
                    cell = x + y * wide
                    if fill:
                        offsets[cell] -= 1
                        held[offsets[cell]] = piece
                    else:
                        offsets[cell] += 1
        if not fill:
            # Ends now; filling backward turns them into beginnings.
            for cell in range(1, wide * high):
                offsets[cell] += offsets[cell - 1]
            offsets[wide * high] = offsets[wide * high - 1]
            held = np.empty(offsets[wide * high], np.int32)
    return offsets, held


@njit(cache=True, nogil=True)
def _closest(xyz: Floats, a: int, b: int, x: float, y: float, z: float) -> tuple[float, float]:
    """Return the squared distance of a point to a piece, and the fraction along it where that is."""
    bx, by, bz = xyz[b, 0] - xyz[a, 0], xyz[b, 1] - xyz[a, 1], xyz[b, 2] - xyz[a, 2]
    px, py, pz = x - xyz[a, 0], y - xyz[a, 1], z - xyz[a, 2]
    long2 = bx * bx + by * by + bz * bz
    part = min(max((px * bx + py * by + pz * bz) / long2, 0.0), 1.0) if long2 > 0.0 else 0.0
    dx, dy, dz = px - part * bx, py - part * by, pz - part * bz
    return dx * dx + dy * dy + dz * dz, part


@njit(cache=True, nogil=True)
def snap(
    cells: Cells,
    xyz: Floats,
    start: Ints,
    end: Ints,
    lon: Floats,
    lat: Floats,
    most_m: float,
    pieces: Ints,
    fractions: Floats,
    metres: Floats,
) -> None:
    """Fill in where points reach the street; -1, 0 and infinity for those farther off than most_m."""
    # Cells are squares on the ellipsoid only nearly: a tenth of a cell more is always enough.
    rings = int(most_m / cells.cell_m + 0.1) + 1
    for i in range(lon.size):
        x, y, z = ecef(lon[i], lat[i])
        column = math.floor((lon[i] - cells.lon) / cells.width)
        line = math.floor((lat[i] - cells.lat) / cells.height)
        best, where, part = most_m * most_m, -1, 0.0
        for ring in range(rings + 1):
            least = max(ring - 1.1, 0.0) * cells.cell_m
            if least * least > best:
                break
            for row in range(max(line - ring, 0), min(line + ring, cells.high - 1) + 1):
                step = 1 if abs(row - line) == ring else max(2 * ring, 1)
                for col in range(column - ring, column + ring + 1, step):
                    if not 0 <= col < cells.wide:
                        continue
                    cell = col + row * cells.wide
                    for j in range(cells.offsets[cell], cells.offsets[cell + 1]):
                        piece = cells.held[j]
                        d2, along = _closest(xyz, start[piece], end[piece], x, y, z)
                        if d2 < best or (d2 == best and (where < 0 or piece < where)):
                            best, where, part = d2, piece, along
        pieces[i], fractions[i] = where, part
        metres[i] = math.sqrt(best) if where >= 0 else math.inf
