"""The compiled search for the k places that one is inside soonest: travel, then waiting for the door."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from locator._kdtree import NODES, POINTS, next_leaf, offers
from locator._nearest import ahead, misplaced, owner_place
from locator.geodesy import arc_m, chord2_within, ecef

if TYPE_CHECKING:
    from locator._kdtree import Floats, Ints, Records
    from locator._nearest import Codes

_F, _I, _U = types.float64, types.int64, types.uint64
_IN = types.Array(_F, 1, "C", readonly=True)
_CODES, _OFFSETS = types.Array(types.int32, 1, "C", readonly=True), types.Array(_I, 1, "C", readonly=True)


@njit(cache=True)
def inside_at(arrival: float, stay: float, starts: Floats, ends: Floats, first: int, past: int) -> float:
    """Return when one is inside with `stay` minutes left, and more than none; infinity = in no span."""
    low, high = first, past
    while low < high:
        middle = (low + high) // 2
        if ends[middle] <= arrival:
            low = middle + 1
        else:
            high = middle
    for span in range(low, past):
        inside: float = max(starts[span], arrival)
        if ends[span] - inside >= stay and ends[span] > inside:
            return inside
    return math.inf


@njit(cache=True)
def _reach2(minutes: float, depart: float, min_per_m: float) -> float:
    """Return the square of the longest chord that can still be travelled in time."""
    # Minutes counted from a far origin are rounded: a nanosecond's margin never cuts off a tie.
    return chord2_within((minutes + 1e-9 + 1e-15 * abs(depart)) / max(min_per_m, 1e-300))


@njit(cache=True)
def _collect(
    nodes: Records,
    points: Records,
    x: float,
    y: float,
    z: float,
    all_bits: int,
    any_bits: int,
    codes: Codes,
    offsets: Ints,
    starts: Floats,
    ends: Floats,
    depart: float,
    stay: float,
    min_per_m: float,
    max_minutes: float,
    max_wait: float,
    max_m: float,
    by_metres: bool,
    slots: Ints,
    minutes: Floats,
    metres: Floats,
) -> int:
    """Fill slots, minutes and metres, soonest (or nearest) first, and return how many were found."""
    k, found, limit, limit_m = slots.size, 0, max_minutes, max_m
    limit2 = min(chord2_within(limit_m), _reach2(limit, depart, min_per_m))
    leaves, n, costs = nodes.size >> 1, points.size, np.empty(k)
    # When one could be inside without any way to go, filled as timelines turn up: at night that alone
    # refuses most candidates, and no distance or span is looked up for them.
    timelines = max(offsets.size - 1, 0)
    at_best = np.full(timelines + 1, math.nan)
    at_best[timelines] = math.inf  # stands for all unknown hours
    node, waiting = next_leaf(nodes, 0, 1, x, y, z, limit2, all_bits, any_bits)
    while node:
        for slot in range((node - leaves) * n // leaves, (node - leaves + 1) * n // leaves):
            p = points[slot]
            dx, dy, dz, row = p.x - x, p.y - y, p.z - z, p.row
            if not offers(p.bits, all_bits, any_bits) or dx * dx + dy * dy + dz * dz > limit2:
                continue
            code = codes[row] if 0 <= codes[row] < timelines else timelines
            if math.isnan(at_best[code]):
                at_best[code] = (
                    inside_at(depart, stay, starts, ends, offsets[code], offsets[code + 1]) - depart
                )
            if at_best[code] > limit or at_best[code] == math.inf:
                continue
            new_m = arc_m(x, y, z, p.x, p.y, p.z)
            arrival = depart + new_m * min_per_m
            inside = inside_at(arrival, stay, starts, ends, offsets[code], offsets[code + 1])
            new = inside - depart
            if not new <= limit or new == math.inf or new_m > limit_m or inside - arrival > max_wait:
                continue
            # Ranked by distance the minutes do not count; the other way round metres break ties.
            cost = 0.0 if by_metres else new
            place = min(owner_place(points, slots, found, p.owner) if p.owner >= 0 else found, k - 1)
            if place < found and not ahead(
                cost, new_m, row, costs[place], metres[place], points[slots[place]].row
            ):
                continue
            found = max(found, place + 1)
            while place > 0 and ahead(
                cost, new_m, row, costs[place - 1], metres[place - 1], points[slots[place - 1]].row
            ):
                slots[place], minutes[place] = slots[place - 1], minutes[place - 1]
                metres[place], costs[place] = metres[place - 1], costs[place - 1]
                place -= 1
            slots[place], minutes[place], metres[place], costs[place] = slot, new, new_m, cost
            if found == k:
                limit = max_minutes if by_metres else min(max_minutes, minutes[k - 1])
                limit_m = min(max_m, metres[k - 1]) if by_metres else max_m
                limit2 = min(chord2_within(limit_m), _reach2(limit, depart, min_per_m))
        node, waiting = next_leaf(nodes, node, waiting, x, y, z, limit2, all_bits, any_bits)
    return found


@njit(
    _I(
        *(NODES, POINTS, _F, _F, _U, _U, _CODES, _OFFSETS, _IN, _IN),
        *(_F, _F, _F, _F, _F, _F, types.boolean, _I[::1], _F[::1], _F[::1]),
    ),
    cache=True,
    nogil=True,
)
def soonest(
    nodes: Records,
    points: Records,
    lon: float,
    lat: float,
    all_bits: int,
    any_bits: int,
    codes: Codes,
    offsets: Ints,
    starts: Floats,
    ends: Floats,
    depart: float,
    stay: float,
    min_per_m: float,
    max_minutes: float,
    max_wait: float,
    max_m: float,
    by_metres: bool,
    rows: Ints,
    minutes: Floats,
    metres: Floats,
) -> int:
    """Fill rows, minutes and metres, soonest first, and return how many; -1 = the question is wrong.

    Nothing is reached sooner than along its chord: what lies farther than the last answer's minutes allow
    is never looked at.
    """
    if misplaced(lon, lat) or rows.size == 0 or not (min_per_m >= 0.0 and max_minutes >= 0.0):
        return -1
    if not (math.isfinite(depart) and stay >= 0.0 and max_wait >= 0.0 and max_m >= 0.0):
        return -1
    x, y, z = ecef(lon, lat)
    found = _collect(
        *(nodes, points, x, y, z, all_bits, any_bits, codes, offsets, starts, ends),
        *(depart, stay, min_per_m, max_minutes, max_wait, max_m, by_metres, rows, minutes, metres),
    )
    for i in range(found):
        rows[i] = points[rows[i]].row
    return found
