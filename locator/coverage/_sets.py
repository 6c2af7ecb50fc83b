"""The compiled part of gaps: which timelines each point reaches, and the minutes that they are open together.

A week depends only on the set of timelines in reach, however many doors there are. A set is a row of bits, one
a timeline, and equal sets are worked out once. Whoever reaches a door that never closes needs no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from locator._kdtree import NODES, POINTS
from locator.coverage._blocks import BLOCK, box_gaps, enter, surely_within
from locator.coverage.weeks import popcount
from locator.geodesy import arc_m, chord2_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator._kdtree import Floats, Ints, Records
    from locator.coverage.weeks import Bits, Minutes

    Rows = NDArray[np.int32]

_DEPTH = 64
_LAST, _ONE, _ZERO = np.uint64(63), np.uint64(1), np.uint64(0)
_MIX, _FOLD = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_TABLE, _ORDER = (
    types.Array(types.uint64, 2, "C", readonly=True),
    types.Array(types.int64, 1, "C", readonly=True),
)
_IN, _CODES = (
    types.Array(types.float64, 1, "C", readonly=True),
    types.Array(types.int32, 1, "C", readonly=True),
)
_OUT, _WORDS = types.uint64[:, ::1], types.Array(types.uint64, 1, "C", readonly=True)


@njit(cache=True)
def _put(row: Bits, code: int) -> None:
    row[code >> 6] |= _ONE << (np.uint64(code) & _LAST)


@njit(cache=True)
def _holds(row: Bits, code: int) -> bool:
    held: bool = (row[code >> 6] >> (np.uint64(code) & _LAST)) & _ONE != _ZERO
    return held


@njit(cache=True)
def _adds(row: Bits, other: Bits) -> bool:
    for word in range(row.size):
        if other[word] & ~row[word] != _ZERO:
            return True
    return False


@njit(types.void(NODES, POINTS, _CODES, _OUT), cache=True, nogil=True)
def below(nodes: Records, points: Records, codes: Rows, sets: Bits) -> None:
    """Fill the set of timelines below each node; a place of code -1 has none."""
    leaves, n = nodes.size >> 1, points.size
    for leaf in range(leaves):
        for slot in range(leaf * n // leaves, (leaf + 1) * n // leaves):
            if codes[points[slot].row] >= 0:
                _put(sets[leaves + leaf], codes[points[slot].row])
    for node in range(leaves - 1, 0, -1):
        for word in range(sets.shape[1]):
            sets[node, word] = sets[2 * node, word] | sets[2 * node + 1, word]


@njit(cache=True)
def _walk(
    nodes: Records,
    points: Records,
    codes: Rows,
    sets: Bits,
    box: Floats,
    inner2: float,
    outer2: float,
    base: Bits,
    slots: Ints,
) -> int:
    """Fill what every point of a block reaches; list the places that only some may reach, and return how many."""
    leaves, n = nodes.size >> 1, points.size
    stack = np.empty(_DEPTH, np.int64)
    depth, found = 1, 0
    stack[0] = 1
    while depth and n:
        depth -= 1
        node = stack[depth]
        near, far = box_gaps(nodes, node, box)
        if near > outer2 or not _adds(base, sets[node]):
            continue
        if far <= inner2:
            for word in range(base.size):
                base[word] |= sets[node, word]
        elif node < leaves:
            stack[depth], stack[depth + 1] = 2 * node + 1, 2 * node
            depth += 2
        else:
            leaf = node - leaves
            for slot in range(leaf * n // leaves, (leaf + 1) * n // leaves):
                code = codes[points[slot].row]
                if code >= 0 and not _holds(base, code):
                    slots[found] = slot
                    found += 1
    return found


@njit(
    types.void(NODES, POINTS, _CODES, _TABLE, types.int64, _IN, _IN, _ORDER, types.float64, _OUT),
    cache=True,
    nogil=True,
)
def in_reach(
    nodes: Records,
    points: Records,
    codes: Rows,
    sets: Bits,
    always: int,
    lon: Floats,
    lat: Floats,
    order: Ints,
    radius_m: float,
    found: Bits,
) -> None:  # fmt: skip
    """Fill the set of timelines within so many metres of each point, in the order given.

    `always` is the timeline that never closes, or -1: a set that holds it holds nothing else.
    """
    inner2, outer2 = surely_within(radius_m), chord2_within(radius_m)
    xyz, box = np.empty((BLOCK, 3)), np.empty(6)
    base, slots = np.zeros(found.shape[1], np.uint64), np.empty(points.size, np.int64)
    near_xyz, near_codes = np.empty((points.size, 3)), np.empty(points.size, np.int64)
    for first in range(0, order.size, BLOCK):
        past = min(first + BLOCK, order.size)
        enter(lon, lat, order, first, past, xyz, box)
        base[:] = _ZERO
        near = _walk(nodes, points, codes, sets, box, inner2, outer2, base, slots)
        if always >= 0 and _holds(base, always):
            near = 0
        # In columns of their own, doors that never close first: with one of them in reach the others need no look.
        fence, at = 0, near
        for k in range(near):
            p = points[slots[k]]
            code = codes[p.row]
            if code == always:
                to = fence
                fence += 1
            else:
                at -= 1
                to = at
            near_xyz[to, 0], near_xyz[to, 1], near_xyz[to, 2], near_codes[to] = p.x, p.y, p.z, code
        for i in range(past - first):
            x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
            mine = first + i
            for word in range(base.size):
                found[mine, word] = base[word]
            for k in range(near):
                dx, dy, dz = near_xyz[k, 0] - x, near_xyz[k, 1] - y, near_xyz[k, 2] - z
                chord2 = dx * dx + dy * dy + dz * dz
                if chord2 > outer2:
                    continue
                word, bit = near_codes[k] >> 6, _ONE << (np.uint64(near_codes[k]) & _LAST)
                if found[mine, word] & bit != _ZERO:
                    continue
                if (
                    chord2 <= inner2
                    or arc_m(x, y, z, near_xyz[k, 0], near_xyz[k, 1], near_xyz[k, 2]) <= radius_m
                ):
                    found[mine, word] |= bit
                    if k < fence:
                        break
            if always >= 0 and _holds(found[mine], always):
                found[mine] = _ZERO
                _put(found[mine], always)


@njit(types.void(_ORDER, _CODES, _CODES, types.int64, _OUT), cache=True, nogil=True)
def listed(indptr: Ints, indices: Rows, codes: Rows, always: int, found: Bits) -> None:
    """Fill the same sets from compressed rows of places."""
    for i in range(found.shape[0]):
        found[i] = _ZERO
        for at in range(indptr[i], indptr[i + 1]):
            code = codes[indices[at]]
            if code >= 0:
                _put(found[i], code)
        if always >= 0 and _holds(found[i], always):
            found[i] = _ZERO
            _put(found[i], always)


@njit(cache=True)
def _open(row: Bits, among: Bits, table: Bits, together: Bits) -> bool:
    """Add the minutes in which a timeline of a set, among some, is open; tell whether there is one."""
    any_one = False
    for word in range(row.size):
        left, code = row[word] & among[word], 64 * word
        while left != _ZERO:
            if left & _ONE != _ZERO:
                any_one = True
                for i in range(together.size):
                    together[i] |= table[code, i]
            left >>= _ONE
            code += 1
    return any_one


@njit(cache=True)
def _same(a: Bits, b: Bits) -> bool:
    for word in range(a.size):
        if a[word] != b[word]:
            return False
    return True


@njit(
    types.int64(
        _OUT, _TABLE, _TABLE, _WORDS, _WORDS, types.int32[::1], types.uint8[:, ::1], types.uint8[:, ::1]
    ),
    cache=True,
    nogil=True,
)
def weigh(
    found: Bits,
    sure: Bits,
    possible: Bits,
    all_rows: Bits,
    doubtful: Bits,
    set_of: Rows,
    low: Minutes,
    high: Minutes,
) -> int:
    """Give each distinct set a number, fill their minutes by hour, and return how many there are.

    `found` holds the distinct sets afterwards, in the order of their numbers. `sure` and `possible` have a word of
    60 bits for each hour; `doubtful` are the timelines that differ in the two.
    """
    size = 1
    while size < 2 * found.shape[0]:
        size *= 2
    table, count = np.full(size, -1, np.int32), 0
    together = np.empty(sure.shape[1], np.uint64)
    for i in range(found.shape[0]):
        mixed = _ZERO
        for word in range(found.shape[1]):
            mixed = (mixed ^ found[i, word]) * _MIX
            mixed ^= mixed >> _FOLD
        slot = np.int64(mixed & np.uint64(size - 1))
        while table[slot] >= 0 and not _same(found[table[slot]], found[i]):
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = count
            found[count] = found[i]
            together[:] = _ZERO
            _open(found[count], all_rows, sure, together)
            for hour in range(together.size):
                low[count, hour] = popcount(together[hour])
            # What is possible holds what is sure: mostly there is nothing to add.
            if _open(found[count], doubtful, possible, together):
                for hour in range(together.size):
                    high[count, hour] = popcount(together[hour])
            else:
                high[count] = low[count]
            count += 1
        set_of[i] = table[slot]
    return count
