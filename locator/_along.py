"""The compiled search along a run: the k services whose visit adds the fewest minutes to it.

A visit is put into one leg of the run. Each leg is searched by the tree, and what is nowhere near as good
as the best found so far lies outside an ellipse round the leg's ends, as no way is shorter than its chord.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from locator._kdtree import NODES, POINTS, gap2, offers
from locator._nearest import ahead, owner_place
from locator._soonest import inside_at
from locator.geodesy import arc_m, ecef, least_arc_m

if TYPE_CHECKING:
    from locator._kdtree import Floats, Ints, Records
    from locator._nearest import Codes

_F, _I, _U = types.float64, types.int64, types.uint64
_IN, _PATH = types.Array(_F, 1, "C", readonly=True), types.Array(_F, 2, "C", readonly=True)
_CODES, _INTS = types.Array(types.int32, 1, "C", readonly=True), types.Array(_I, 1, "C", readonly=True)
# Arcs are exact to 1e-7 m, minutes counted from a far origin to 1e-9: margins never cut off a tie.
_MARGIN_M, _MARGIN_MIN = 1e-5, 1e-6
# Longer than the way to an antipode and back, yet finite: infinity stands for "nothing here" in the tree.
_ANYWHERE_M = 1e8


@njit(cache=True)
def _longest_m(leg_m: float, minutes: float, min_per_m: float, max_m: float) -> float:
    """Return how long a way round, instead of a leg, may be to add no more than so many minutes and metres."""
    return leg_m + min(max_m, minutes / max(min_per_m, 1e-300), _ANYWHERE_M) + _MARGIN_M


@njit(cache=True)
def _round_m(
    nodes: Records,
    node: int,
    x: float,
    y: float,
    z: float,
    u: float,
    v: float,
    w: float,
    all_bits: int,
    any_bits: int,
) -> float:
    """Return what the way from one point by a node's box to another is at least; infinity = nothing there."""
    there = least_arc_m(gap2(nodes, node, x, y, z, all_bits, any_bits))
    return there + least_arc_m(gap2(nodes, node, u, v, w, all_bits, any_bits))


@njit(cache=True)
def _next_leaf(
    nodes: Records,
    node: int,
    waiting: int,
    x: float,
    y: float,
    z: float,
    u: float,
    v: float,
    w: float,
    limit_m: float,
    all_bits: int,
    any_bits: int,
) -> tuple[int, int]:
    """Walk as `_kdtree.next_leaf`, within an ellipse instead of a sphere."""
    leaves = nodes.size >> 1
    while waiting != 0:
        while waiting & 1 == 0:
            waiting >>= 1
            node >>= 1
        node, waiting = node ^ 1, waiting ^ 1
        if _round_m(nodes, node, x, y, z, u, v, w, all_bits, any_bits) > limit_m:
            continue
        while node < leaves:
            left = _round_m(nodes, 2 * node, x, y, z, u, v, w, all_bits, any_bits)
            right = _round_m(nodes, 2 * node + 1, x, y, z, u, v, w, all_bits, any_bits)
            if min(left, right) > limit_m:
                break
            node = 2 * node + (right < left)
            waiting = 2 * waiting + (max(left, right) <= limit_m)
        else:
            return node, waiting
    return 0, 0


@njit(cache=True)
def _is_open(minute: float, starts: Floats, ends: Floats, first: int, past: int) -> bool:
    for span in range(first, past):  # noqa: SIM110  numba compiles no generator
        if starts[span] <= minute < ends[span]:
            return True
    return False


@njit(cache=True)
def _stands(
    row: int,
    minute: float,
    codes: Codes,
    offsets: Ints,
    starts: Floats,
    ends: Floats,
    services: Ints,
    expires: Floats,
) -> bool:
    """Tell whether a service with several places is at this one at a minute."""
    first, past = row, row + 1
    while first > 0 and services[first - 1] == services[row]:
        first -= 1
    while past < services.size and services[past] == services[row]:
        past += 1
    if _is_open(minute, starts, ends, offsets[codes[row]], offsets[codes[row] + 1]):
        return True
    any_current = False
    for other in range(first, past):
        code = codes[other]
        if _is_open(minute, starts, ends, offsets[code], offsets[code + 1]):
            return False
        any_current |= expires[code] > minute
    return expires[codes[row]] > minute or not any_current


@njit(cache=True)
def _standing_of(points: Records, slots: Ints, found: int, slot: int) -> int:
    """Return where the same service, or the same place, stands among those found, else `found`."""
    if points[slot].owner >= 0:
        return owner_place(points, slots, found, points[slot].owner)
    for place in range(found):
        if slots[place] == slot:
            return place
    return found


@njit(
    _I(
        *(NODES, POINTS, _PATH, _U, _U, _CODES, _INTS, _IN, _IN, _INTS, _IN),
        *(_F, _F, _F, _F, _F, _F, types.boolean, _I[::1], _I[::1], _F[::1], _F[::1], _F[::1]),
    ),
    cache=True,
    nogil=True,
)
def visit(
    nodes: Records,
    points: Records,
    path: Floats,
    all_bits: int,
    any_bits: int,
    codes: Codes,
    offsets: Ints,
    starts: Floats,
    ends: Floats,
    services: Ints,
    expires: Floats,
    depart: float,
    stay: float,
    min_per_m: float,
    max_minutes: float,
    max_wait: float,
    max_m: float,
    timed: bool,
    slots: Ints,
    legs: Ints,
    minutes: Floats,
    metres: Floats,
    ways: Floats,
) -> int:
    """Fill the columns of `_trips.Visits`, fewest minutes first, ties by row and then leg; return how many there are."""
    k, found, limit, passed_m = slots.size, 0, max_minutes, 0.0
    leaves, n, timelines = nodes.size >> 1, points.size, offsets.size - 1
    for leg in range(path.shape[0] - 1):
        x, y, z = path[leg, 0], path[leg, 1], path[leg, 2]
        u, v, w = path[leg + 1, 0], path[leg + 1, 1], path[leg + 1, 2]
        leg_m, leaving = arc_m(x, y, z, u, v, w), depart + passed_m * min_per_m
        round_m = _longest_m(leg_m, limit, min_per_m, max_m)
        # When one could be inside without any way to go, filled as timelines turn up.
        at_best = np.full(timelines, math.nan)
        node, waiting = _next_leaf(nodes, 0, 1, x, y, z, u, v, w, round_m, all_bits, any_bits)
        while node:
            for slot in range((node - leaves) * n // leaves, (node - leaves + 1) * n // leaves):
                p = points[slot]
                row = p.row
                code = codes[row]
                if code < 0 or code >= timelines or not offers(p.bits, all_bits, any_bits):
                    continue
                there2 = (p.x - x) ** 2 + (p.y - y) ** 2 + (p.z - z) ** 2
                back_m = least_arc_m((p.x - u) ** 2 + (p.y - v) ** 2 + (p.z - w) ** 2)
                if least_arc_m(there2) + back_m > round_m:
                    continue
                if timed:
                    if math.isnan(at_best[code]):
                        first, past = offsets[code], offsets[code + 1]
                        at_best[code] = inside_at(leaving, stay, starts, ends, first, past) - leaving
                    if (
                        at_best[code] == math.inf
                        or at_best[code] + (back_m - leg_m) * min_per_m > limit + _MARGIN_MIN
                    ):
                        continue
                way_m = arc_m(x, y, z, p.x, p.y, p.z)
                added_m = max(way_m + arc_m(u, v, w, p.x, p.y, p.z) - leg_m, 0.0)
                arrival, cost = depart + (passed_m + way_m) * min_per_m, added_m * min_per_m
                if timed:
                    inside = inside_at(arrival, stay, starts, ends, offsets[code], offsets[code + 1])
                    if inside == math.inf or inside - arrival > max_wait:
                        continue
                    cost += inside - arrival
                elif p.owner >= 0 and not _stands(
                    row, arrival, codes, offsets, starts, ends, services, expires
                ):
                    continue
                if cost > limit or added_m > max_m:
                    continue
                place = min(_standing_of(points, slots, found, slot), k - 1)
                if place < found and not ahead(cost, 0.0, row, minutes[place], 0.0, points[slots[place]].row):
                    continue
                found = max(found, place + 1)
                while place > 0 and ahead(
                    cost, 0.0, row, minutes[place - 1], 0.0, points[slots[place - 1]].row
                ):
                    slots[place], legs[place], ways[place] = (
                        slots[place - 1],
                        legs[place - 1],
                        ways[place - 1],
                    )
                    minutes[place], metres[place] = minutes[place - 1], metres[place - 1]
                    place -= 1
                slots[place], legs[place], ways[place] = slot, leg, way_m
                minutes[place], metres[place] = cost, added_m
                if found == k:
                    limit = min(max_minutes, minutes[k - 1])
                    round_m = _longest_m(leg_m, limit, min_per_m, max_m)
            node, waiting = _next_leaf(nodes, node, waiting, x, y, z, u, v, w, round_m, all_bits, any_bits)
        passed_m += leg_m
    for i in range(found):
        slots[i] = points[slots[i]].row
    return found


@njit(
    types.boolean(_PATH, _F, _F, _I, _INTS, _IN, _IN, _F, _F, _F, _F, _F, _F),
    cache=True,
    nogil=True,
)
def gets_in(
    path: Floats,
    lon: float,
    lat: float,
    code: int,
    offsets: Ints,
    starts: Floats,
    ends: Floats,
    depart: float,
    stay: float,
    min_per_m: float,
    max_minutes: float,
    max_wait: float,
    max_m: float,
) -> bool:
    """Tell whether one gets into a place (WGS-84 degrees) on some leg, within the bounds of `_trips.Trip`."""
    px, py, pz = ecef(lon, lat)
    passed_m = 0.0
    for leg in range(path.shape[0] - 1):
        x, y, z = path[leg, 0], path[leg, 1], path[leg, 2]
        u, v, w = path[leg + 1, 0], path[leg + 1, 1], path[leg + 1, 2]
        leg_m, way_m = arc_m(x, y, z, u, v, w), arc_m(x, y, z, px, py, pz)
        added_m = max(way_m + arc_m(u, v, w, px, py, pz) - leg_m, 0.0)
        arrival = depart + (passed_m + way_m) * min_per_m
        inside = inside_at(arrival, stay, starts, ends, offsets[code], offsets[code + 1])
        wait = inside - arrival
        fits = wait <= max_wait and added_m <= max_m and added_m * min_per_m + wait <= max_minutes
        if inside < math.inf and fits:
            return True
        passed_m += leg_m
    return False
