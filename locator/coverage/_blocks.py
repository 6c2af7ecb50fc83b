"""The compiled walk of blocks of neighbouring points through the tree of places.

Points follow a Z-curve, and a block of them enters the tree together: a node that all of them reach, or none of
them, is settled once. Only places near the rim are measured, by the chord first and by the geodesic where
the chord does not decide.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from locator._kdtree import NODES, POINTS
from locator.geodesy import AXIS_M, FLATTENING, arc_m, chord2_within, ecef

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator._kdtree import Floats, Ints, Records

    Rows = NDArray[np.int32]
    Bits = NDArray[np.uint64]

# Measured with 8, 16, 32, 64: 0.60, 0.60, 0.72, 0.87 us a point among 200,000 places.
BLOCK = 16
# The ellipsoid bends most along the equator's meridian; a circle of that radius bounds an arc over a chord.
_TIGHTEST_M = AXIS_M * (1 - FLATTENING) ** 2
_DEPTH = 64
_IN = types.Array(types.float64, 1, "C", readonly=True)
_OUT, _PLACES = types.int64[::1], types.int32[::1]
_CURVE_BITS = 16
_SPREAD = ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))


def along_curve(lon: Floats, lat: Floats) -> Ints:
    """Return the order of points along a Z-curve through their box, so that a block of them lies close together."""
    if not len(lon):
        return np.empty(0, np.int64)
    key = np.zeros(len(lon), np.uint32)
    for bit, column in enumerate((lon, lat)):
        low, room = column.min(), max(float(np.ptp(column)), 1e-9)
        cell = ((column - low) / room * ((1 << _CURVE_BITS) - 1)).astype(np.uint32)
        for shift, mask in _SPREAD:
            cell = (cell | cell << np.uint32(shift)) & np.uint32(mask)
        key |= cell << np.uint32(bit)
    return np.argsort(key)


@njit(cache=True)
def surely_within(metres: float) -> float:
    """Return the square of a chord under which the geodesic is surely no longer than so many metres."""
    angle = 0.5 * metres / _TIGHTEST_M
    chord = 2.0 * _TIGHTEST_M * math.sin(min(angle, 0.5 * math.pi)) - 1e-3
    return max(chord, 0.0) ** 2 * (1.0 - 1e-9)


@njit(cache=True)
def box_gaps(nodes: Records, node: int, box: Floats) -> tuple[float, float]:
    """Return the squares of the least and the greatest distance between a node's box and another."""
    n = nodes[node]
    x = max(n.x0 - box[3], box[0] - n.x1, 0.0)
    y = max(n.y0 - box[4], box[1] - n.y1, 0.0)
    z = max(n.z0 - box[5], box[2] - n.z1, 0.0)
    far_x = max(n.x1 - box[0], box[3] - n.x0)
    far_y = max(n.y1 - box[1], box[4] - n.y0)
    far_z = max(n.z1 - box[2], box[5] - n.z0)
    return x * x + y * y + z * z, far_x * far_x + far_y * far_y + far_z * far_z


@njit(cache=True)
def enter(lon: Floats, lat: Floats, order: Ints, first: int, past: int, xyz: Floats, box: Floats) -> None:
    """Fill the earth-centred positions of a block's points, and the box round them."""
    for axis in range(3):
        box[axis], box[3 + axis] = math.inf, -math.inf
    for i in range(first, past):
        x, y, z = ecef(lon[order[i]], lat[order[i]])
        xyz[i - first, 0], xyz[i - first, 1], xyz[i - first, 2] = x, y, z
        for axis in range(3):
            box[axis] = min(box[axis], xyz[i - first, axis])
            box[3 + axis] = max(box[3 + axis], xyz[i - first, axis])


@njit(cache=True)
def candidates(nodes: Records, box: Floats, outer2: float, n: int, leaves_found: Ints) -> int:
    """List the leaves that may hold a place within reach of some point of a block; return how many."""
    leaves = nodes.size >> 1
    stack = np.empty(_DEPTH, np.int64)
    depth, found = 1, 0
    stack[0] = 1
    while depth and n:
        depth -= 1
        node = stack[depth]
        if box_gaps(nodes, node, box)[0] > outer2:
            continue
        if node >= leaves:
            leaves_found[found] = node - leaves
            found += 1
        else:
            stack[depth], stack[depth + 1] = 2 * node + 1, 2 * node
            depth += 2
    return found


@njit(
    types.void(NODES, POINTS, _IN, _IN, types.Array(types.int64, 1, "C", readonly=True), types.float64, _OUT, _OUT, _PLACES),
    cache=True,
    nogil=True,
)  # fmt: skip
def pairs(
    nodes: Records,
    points: Records,
    lon: Floats,
    lat: Floats,
    order: Ints,
    radius_m: float,
    counts: Ints,
    starts: Ints,
    indices: Rows,
) -> None:
    """Count the places within reach of each point; or, given where each point's row starts, list them in order."""
    n, leaves = points.size, nodes.size >> 1
    outer2, inner2 = chord2_within(radius_m), surely_within(radius_m)
    xyz, box = np.empty((BLOCK, 3)), np.empty(6)
    found, near_xyz, rows = np.empty(leaves, np.int64), np.empty((n, 3)), np.empty(n, np.int32)
    for first in range(0, order.size, BLOCK):
        past = min(first + BLOCK, order.size)
        enter(lon, lat, order, first, past, xyz, box)
        near = 0
        # In columns of their own: records cost four times as much to look through.
        for leaf in found[: candidates(nodes, box, outer2, n, found)]:
            for slot in range(leaf * n // leaves, (leaf + 1) * n // leaves):
                p = points[slot]
                near_xyz[near, 0], near_xyz[near, 1], near_xyz[near, 2] = p.x, p.y, p.z
                rows[near] = p.row
                near += 1
        for i in range(past - first):
            at, point = 0, order[first + i]
            x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
            start = starts[point] if starts.size else 0
            for k in range(near):
                px, py, pz = near_xyz[k, 0], near_xyz[k, 1], near_xyz[k, 2]
                chord2 = (px - x) * (px - x) + (py - y) * (py - y) + (pz - z) * (pz - z)
                if chord2 > outer2:
                    continue
                if chord2 <= inner2 or arc_m(x, y, z, px, py, pz) <= radius_m:
                    if starts.size:
                        indices[start + at] = rows[k]
                    at += 1
            counts[point] = at
            if starts.size:
                indices[start : start + at].sort()
