"""StreetNetwork: how long it takes over the streets, from door to door, exactly.

A door is joined to the nearest place on the nearest street that the mode can use, as the crow flies and at
a walk; doors farther off than `snap_m` are unreachable, never at zero. Nothing is known of what lies
between door and street: a door on the far bank of a canal is joined across it if that is its nearest street.
Travel is between doors by way of the street, even where two doors face each other.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from locator._asking import mistake
from locator._errors import InputError, Text
from locator.datum import check_position
from locator.streets._each import Crowd, Doors, beside, spread_each
from locator.streets._snap import LAT_DEGREE_M, LON_DEGREE_M, Snapped, arcs_m, cells_of, earth_centred, snap
from locator.streets._spread import graph_of, spread_from
from locator.streets.files import load
from locator.streets.rules import WALK_KMH

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

    from locator.streets._snap import Floats, Ints, Offsets
    from locator.streets._spread import Graph
    from locator.streets.files import Streets

SNAP_M = 500.0
_WALK_S_PER_M = 3.6 / WALK_KMH
_POLE = 90.0
_TENTHS = 36.0  # seconds a metre are 36 over tenths of km/h
# Services that one thread takes at a time; its scratch space is as large as the network.
_SERVICES_A_TASK = 64


class Positioned(Protocol):
    """Places in columns, WGS-84 degrees."""

    @property
    def lon(self) -> Floats: ...  # noqa: D102

    @property
    def lat(self) -> Floats: ...  # noqa: D102


class Times(NamedTuple):
    """Which services each point gets to: services[i], in seconds[i], for offsets[p] <= i < offsets[p + 1].

    Services in order. Shapes (points + 1,), (found,), (found,).
    """

    offsets: Offsets
    services: Ints
    seconds: Floats


class StreetNetwork:
    """The streets of one mode of travel.

    Only the largest part is kept in which every place can be reached from every other: a car park
    that cannot be left, an island of a few mapped paths would make doors unreachable that are not.

    Parameters
    ----------
    streets
        As `load` or `read_streets` returns them.
    mode
        One of those that the streets were read for.
    snap_m
        How far from a street a door may be, metres.

    Raises
    ------
    InputError
        The streets were not read for this mode, or it has none.
    """

    def __init__(self, streets: Streets, mode: str = "walk", snap_m: float = SNAP_M) -> None:
        if mode not in streets.modes:
            raise InputError(
                "mode",
                mode,
                Text(
                    f"这个路网里没有 {mode}，只有 {'、'.join(streets.modes)}",
                    f"this network was not built for {mode}, only for {', '.join(streets.modes)}",
                ),
            )
        if not (math.isfinite(snap_m) and snap_m >= 0):
            raise mistake("snap_m", snap_m, "不小于 0", "0 or more")
        self.mode, self.snap_m, self.source = mode, float(snap_m), streets.source
        kmh = streets.tenths_kmh[streets.modes.index(mode)].astype(np.float64)
        usable = kmh.any(axis=0)
        kept, self.points, self.parts = _largest_part(streets, kmh)
        self.pieces = int(np.count_nonzero(usable))
        pieces = usable & kept[streets.start] & kept[streets.end]
        rows = np.cumsum(kept) - 1
        self.lon, self.lat = (part[kept] for part in streets.degrees)
        self.start, self.end = (rows[part[pieces]].astype(np.int32) for part in (streets.start, streets.end))
        self.metres = streets.metres[pieces].astype(np.float64)
        open_ = kmh[:, pieces] > 0
        self.along_s, self.against_s = np.where(
            open_, self.metres * _TENTHS / np.where(open_, kmh[:, pieces], 1.0), math.inf
        )
        self._xyz = earth_centred(self.lon, self.lat)
        self._cells = cells_of(self.lon, self.lat, self.start, self.end)

    @classmethod
    def open(cls, path: str | Path, mode: str = "walk", snap_m: float = SNAP_M) -> Self:
        """Return the network of a mode from a file that `locator network build` made."""
        return cls(load(path), mode, snap_m)

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.lon)

    @property
    def share(self) -> float:
        """How much of the mode's nodes the largest part holds, 0-1."""
        return len(self) / self.points if self.points else 0.0

    @property
    def ways(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        """The directed ways between nodes: tails, heads, seconds. Those that are closed are left out."""
        tails, heads = np.concatenate([self.start, self.end]), np.concatenate([self.end, self.start])
        seconds = np.concatenate([self.along_s, self.against_s])
        open_ = np.isfinite(seconds)
        return tails[open_], heads[open_], seconds[open_]

    @cached_property
    def _onward(self) -> Graph:
        tails, heads, seconds = self.ways
        return graph_of(len(self), tails, heads, seconds)

    @cached_property
    def _homeward(self) -> Graph:
        # People travel to the service: searches start there and follow the ways backward.
        tails, heads, seconds = self.ways
        return graph_of(len(self), heads, tails, seconds)

    @cached_property
    def fastest_m_s(self) -> float:
        """How fast anything comes nearer, metres a second as the crow flies: no trip beats this."""
        tails, heads, seconds = self.ways
        straight = arcs_m(self.lon[tails], self.lat[tails], self.lon[heads], self.lat[heads])
        moving = seconds > 0
        return float(np.max(straight[moving] / seconds[moving], initial=1 / _WALK_S_PER_M))

    def snap(self, lon: ArrayLike, lat: ArrayLike) -> Snapped:
        """Return where doors reach the street; `off` tells which do not.

        Parameters
        ----------
        lon, lat
            WGS-84 degrees, shape (n,).

        Raises
        ------
        InputError
            A position is not finite or out of range.
        """
        lons, lats = (
            np.ascontiguousarray(np.atleast_1d(part), np.float64) for part in check_position(lon, lat)
        )
        n = lons.size
        found = Snapped(np.empty(n, np.int32), np.empty(n), np.empty(n))
        snap(self._cells, self._xyz, self.start, self.end, lons, lats, self.snap_m, *found)
        return found

    def _leaving(self, doors: Snapped) -> tuple[Ints, Floats]:
        """Return the two nodes that one leaves each door to, and at how many seconds. Both (n, 2)."""
        return self._ends(doors, (self.against_s, self.along_s))

    def _entering(self, doors: Snapped) -> tuple[Ints, Floats]:
        """Return the two nodes that one gets to each door from."""
        return self._ends(doors, (self.along_s, self.against_s))

    def _ends(self, doors: Snapped, seconds: tuple[Floats, Floats]) -> tuple[Ints, Floats]:
        on, piece = ~doors.off, np.maximum(doors.pieces, 0)
        nodes, costs = np.full((len(on), 2), -1, np.int32), np.full((len(on), 2), math.inf)
        if not len(self.start):
            return nodes, costs
        access = doors.metres * _WALK_S_PER_M
        shares = (doors.fractions, 1 - doors.fractions)
        for side, (ends, share) in enumerate(zip((self.start, self.end), shares, strict=True)):
            # Whoever stands at the node itself is there, whichever way the piece may be used.
            cost = share * np.where(share > 0, seconds[side][piece], 0.0)
            open_ = on & np.isfinite(cost)
            nodes[open_, side], costs[open_, side] = ends[piece][open_], (cost + access)[open_]
        return nodes, costs

    def seconds_from(self, lon: float, lat: float, doors: Snapped, limit_s: float = math.inf) -> Floats:
        """Return the seconds from one position to each of some doors, infinite beyond the limit. Shape (n,)."""
        reached, _ = self.nodes_from(lon, lat, limit_s)
        return self.seconds_on(lon, lat, reached, doors, limit_s)

    def seconds_on(
        self, lon: float, lat: float, reached: Floats, doors: Snapped, limit_s: float = math.inf
    ) -> Floats:
        """Return the same when the seconds from the position to every node are known already."""
        own = self.snap([lon], [lat])
        found = self._to_doors(reached, doors)
        if own.pieces[0] >= 0:
            for i in np.flatnonzero(doors.pieces == own.pieces[0]).tolist():
                found[i] = min(found[i], self._beside(own, 0, doors, i))
        found[found > limit_s] = math.inf
        return found

    def nodes_from(self, lon: float, lat: float, limit_s: float = math.inf) -> tuple[Floats, Snapped]:
        """Return the seconds from one position to every node, and where it reaches the street."""
        own = self.snap([lon], [lat])
        nodes, costs = self._leaving(own)
        return spread_from(self._onward, nodes[0], costs[0], limit_s), own

    def _to_doors(self, reached: Floats, doors: Snapped) -> Floats:
        nodes, costs = self._entering(doors)
        if not len(reached):
            return np.full(len(nodes), math.inf)
        there: Floats = np.min(np.where(nodes >= 0, reached[nodes], math.inf) + costs, axis=1)
        return there

    def _beside(self, own: Snapped, i: int, other: Snapped, j: int) -> float:
        piece = own.pieces[i]
        seconds = beside(own.fractions[i], other.fractions[j], self.along_s[piece], self.against_s[piece])
        return float(seconds + (own.metres[i] + other.metres[j]) * _WALK_S_PER_M)

    def seconds_to_nearest(self, services: Snapped, limit_s: float = math.inf) -> Floats:
        """Return the seconds from every node to the nearest of some services, infinite beyond the limit.

        One search from all services at once, backward along the ways. Shape (nodes,).
        """
        nodes, costs = self._entering(services)
        return spread_from(self._homeward, nodes.ravel(), costs.ravel(), limit_s)

    def times_between(self, points: Snapped, services: Snapped, minutes: float) -> Times:
        """Return which services each point gets to within some minutes, and how long that takes.

        One bounded search for each service, backward along the ways, on all cores. Beside the answer it
        holds, for each core, some 30 bytes a node and 12 a point.
        """
        nodes, costs = self._entering(services)
        access = services.metres * _WALK_S_PER_M
        doors = Doors(nodes, costs, services.pieces, services.fractions, access)
        crowd, graph, limit_s = self._crowd(points), self._homeward, float(minutes) * 60

        def answer(first: int) -> tuple[Offsets, Ints, Floats]:
            mine = doors.some(slice(first, first + _SERVICES_A_TASK))
            return spread_each(graph, self.along_s, self.against_s, mine, crowd, limit_s)

        firsts = range(0, len(services.pieces), _SERVICES_A_TASK)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as pool:
            parts = list(pool.map(answer, firsts))
        return _by_point(parts, len(points.pieces))

    def within(
        self, lon: ArrayLike, lat: ArrayLike, places: Positioned, minutes: float
    ) -> tuple[Offsets, Ints]:
        """Return which places each point gets to within some minutes: row offsets and places, as CSR.

        What coverage asks of any way to travel. Places that no point could reach as the crow flies are not
        searched from.
        """
        points = self.snap(lon, lat)
        near = np.flatnonzero(
            _around(np.asarray(lon), np.asarray(lat), places, minutes * 60 * self.fastest_m_s)
        )
        found = self.times_between(points, self.snap(places.lon[near], places.lat[near]), minutes)
        return found.offsets, near.astype(np.int32)[found.services]

    def reachable(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Tell which points lie near enough to a street, shape (n,)."""
        return ~self.snap(lon, lat).off

    def _crowd(self, points: Snapped) -> Crowd:
        nodes, costs = self._leaving(points)
        listed = np.flatnonzero(nodes.ravel() >= 0)
        listed = listed[np.argsort(nodes.ravel()[listed], kind="stable")]
        at = _offsets(nodes.ravel()[listed], len(self))
        there = np.argsort(points.pieces, kind="stable")[np.count_nonzero(points.off) :]
        on = _offsets(points.pieces[there], len(self.start))
        access = points.metres * _WALK_S_PER_M
        who = (listed // 2).astype(np.int32)
        return Crowd(at, who, costs.ravel()[listed], on, there.astype(np.int32), points.fractions, access)


def _around(
    lon: NDArray[np.float64], lat: NDArray[np.float64], places: Positioned, metres: float
) -> NDArray[np.bool_]:
    """Return which places lie in the box round some points, so many metres wider."""
    if not lon.size:
        return np.zeros(len(places.lon), np.bool_)
    high = metres / LAT_DEGREE_M
    top = min(max(abs(float(lat.min())), abs(float(lat.max()))) + high, _POLE)
    wide = metres / max(LON_DEGREE_M * math.cos(math.radians(top)), 1.0)
    inside: NDArray[np.bool_] = (places.lon >= lon.min() - wide) & (places.lon <= lon.max() + wide)
    inside &= (places.lat >= lat.min() - high) & (places.lat <= lat.max() + high)
    return inside


def _offsets(numbers: NDArray[np.int32], many: int) -> Offsets:
    return np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=many))]).astype(np.int64)


def _by_point(parts: list[tuple[Offsets, Ints, Floats]], points: int) -> Times:
    """Return the answers by service as answers by point."""
    counts = np.concatenate([np.diff(ends) for ends, _, _ in parts] or [np.empty(0, np.int64)])
    who = np.concatenate([rows for _, rows, _ in parts] or [np.empty(0, np.int32)])
    seconds = np.concatenate([times for _, _, times in parts] or [np.empty(0)])
    services = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    order = np.argsort(who, kind="stable")
    return Times(_offsets(who, points), services[order], seconds[order])


def _largest_part(streets: Streets, kmh: Floats) -> tuple[NDArray[np.bool_], int, int]:
    """Return which points the largest strongly connected part holds, of how many points, in how many parts."""
    points = len(streets.lon)
    used = np.zeros(points, np.bool_)
    for direction in kmh:
        used[streets.start[direction > 0]] = used[streets.end[direction > 0]] = True
    if not used.any():
        raise InputError("mode", None, Text("这种方式一条路也没有", "there is no street for this mode"))
    tails = np.concatenate([streets.start[kmh[0] > 0], streets.end[kmh[1] > 0]])
    heads = np.concatenate([streets.end[kmh[0] > 0], streets.start[kmh[1] > 0]])
    links = coo_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(points, points)).tocsr()
    _, label = connected_components(links, directed=True, connection="strong")
    sizes = np.bincount(label[used])
    return used & (label == np.argmax(sizes)), int(np.count_nonzero(used)), int(np.count_nonzero(sizes))
