"""Which points get to which services within a time: one bounded search for each service, compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from locator.streets._spread import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.streets._snap import Floats, Ints, Offsets
    from locator.streets._spread import Graph

_ROOM = 1024


class Doors(NamedTuple):
    """Where services stand: entered from two nodes (-1 = not) at a cost, on a piece, so far along it."""

    nodes: Ints
    costs: Floats
    pieces: Ints
    fractions: Floats
    access: Floats

    def some(self, which: slice) -> Doors:
        """Return those of a slice."""
        nodes, costs, pieces, fractions, access = self
        return Doors(nodes[which], costs[which], pieces[which], fractions[which], access[which])


class Crowd(NamedTuple):
    """Where points stand: node i is left to by who[j] at costs[j] for at[i] <= j < at[i + 1].

    On piece p stand there[j] for on[p] <= j < on[p + 1]; fractions and access are each point's own.
    """

    at: Offsets
    who: Ints
    costs: Floats
    on: Offsets
    there: Ints
    fractions: Floats
    access: Floats


@njit(cache=True, nogil=True)
def beside(own: float, there: float, along: float, against: float) -> float:
    """Return the seconds from one fraction of a piece to another without leaving it."""
    if own == there:
        return 0.0
    return (there - own) * along if there > own else (own - there) * against


@njit(cache=True, nogil=True)
def _note(best: Floats, met: Ints, many: int, point: int, cost: float) -> int:
    if cost < best[point]:
        if best[point] == math.inf:
            met[many] = point
            many += 1
        best[point] = cost
    return many


@njit(cache=True, nogil=True)
def _grown(values: NDArray[Any], room: int) -> NDArray[Any]:
    more = np.empty(room, values.dtype)
    more[: values.size] = values
    return more


@njit(cache=True, nogil=True)
def spread_each(
    graph: Graph, along: Floats, against: Floats, doors: Doors, crowd: Crowd, limit: float
) -> tuple[Offsets, Ints, Floats]:
    """Return for each service the points that get to it within the limit, and in how many seconds.

    `graph` is the reversed one. Answers end to end: shapes (services + 1,), (found,), (found,).
    """
    nodes, points, services = graph.offsets.size - 1, crowd.fractions.size, doors.pieces.size
    reached, best = np.full(nodes, math.inf), np.full(points, math.inf)
    heap, slot, touched = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    keys, met = np.empty(nodes), np.empty(points, np.int32)
    ends = np.zeros(services + 1, np.int64)
    rows, times = np.empty(_ROOM, np.int32), np.empty(_ROOM, np.float64)
    for service in range(services):
        piece, many = doors.pieces[service], 0
        seen = spread(
            graph.offsets, graph.heads, graph.seconds, doors.nodes[service], doors.costs[service],
            limit, reached, heap, keys, slot, touched,
        )  # fmt: skip
        for i in range(seen):
            node = touched[i]
            for j in range(crowd.at[node], crowd.at[node + 1]):
                cost = reached[node] + crowd.costs[j]
                if cost <= limit:
                    many = _note(best, met, many, crowd.who[j], cost)
            reached[node] = math.inf
        if piece >= 0:
            for j in range(crowd.on[piece], crowd.on[piece + 1]):
                point = crowd.there[j]
                cost = beside(crowd.fractions[point], doors.fractions[service], along[piece], against[piece])
                cost += crowd.access[point] + doors.access[service]
                if cost <= limit:
                    many = _note(best, met, many, point, cost)
        found = ends[service]
        room = rows.size
        while found + many > room:
            room *= 2
        if room > rows.size:
            rows, times = _grown(rows, room), _grown(times, room)
        for i in range(many):
            rows[found + i], times[found + i] = met[i], best[met[i]]
            best[met[i]] = math.inf
        ends[service + 1] = found + many
    return ends, rows[: ends[services]].copy(), times[: ends[services]].copy()
