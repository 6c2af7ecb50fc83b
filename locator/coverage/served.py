"""The week of every demand point: how many minutes of each hour some service in reach is open."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit, types

from locator.coverage._blocks import along_curve
from locator.coverage._sets import below, in_reach, listed, weigh
from locator.coverage.reach import StraightReach, chunks
from locator.coverage.weeks import MINUTES, hour_words, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from locator.coverage.reach import Positioned, Reach
    from locator.coverage.weeks import Bits, Minutes, Weeks

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]

_IN, _ROWS = (
    types.Array(types.float64, 1, "C", readonly=True),
    types.Array(types.int32, 1, "C", readonly=True),
)
_TABLE, _PROFILES = (
    types.Array(types.uint8, 2, "C", readonly=True),
    types.Array(types.float64, 2, "C", readonly=True),
)
# More shares than cores: dense towns take longer than the country.
_POINTS_AT_ONCE = 32_768


@dataclass(frozen=True, eq=False)
class Served:
    """The minutes served in each hour of the week, by point.

    In hour h of the week point i is served low[set_of[i], hour_of[h]] minutes (uint8) if unknown hours are closed,
    high[...] if they are open. Hours that are the same for every timeline share a column. `sets` are the timelines
    in reach, one bit for each row of the week.
    """

    set_of: Rows
    hour_of: Rows
    sets: Bits
    low: Minutes
    high: Minutes

    def minutes_of(self, point: int) -> NDArray[np.uint8]:
        """Return the minutes served of one point, low and high, shape (2, HOURS)."""
        mine = self.set_of[point]
        return np.stack([self.low[mine], self.high[mine]])[:, self.hour_of]


def serve(
    lon: Floats,
    lat: Floats,
    places: Positioned,
    codes: Rows,
    weeks: Weeks,
    reach: Reach,
    minutes: float,
    progress: Callable[[int], None] | None = None,
) -> Served:
    """Return what each point is served, exact to the minute.

    Parameters
    ----------
    lon, lat
        The points, WGS-84 degrees, shape (m,).
    places, codes
        Where services are, and the row of `weeks` of each; int32, shape (n,).
    reach, minutes
        Which of them count for a point.
    progress
        Told how many points are done, from any thread.
    """
    # A door that is shut all week adds nothing to anybody's.
    shut: NDArray[np.bool_] = ~np.any(weeks.possible, axis=1)
    alive = codes.copy()
    alive[shut[codes]] = -1
    always = _always(weeks)
    gather = _gatherer(places, alive, always, len(weeks), reach, minutes)
    order = along_curve(lon, lat)
    sure, possible, hour_of = distinct_hours(weeks)
    words = max(1, -(-len(weeks) // 64))
    all_rows, doubtful = np.full(words, ~np.uint64(0)), _doubtful(weeks, words)

    def work(part: slice) -> tuple[Rows, Bits, Minutes, Minutes]:
        picked = order[part]
        found = np.zeros((picked.size, words), np.uint64)
        gather(lon, lat, picked, found)
        set_of = np.empty(picked.size, np.int32)
        low, high = np.empty((2, picked.size, sure.shape[1]), np.uint8)
        count = weigh(found, sure, possible, all_rows, doubtful, set_of, low, high)
        if progress is not None:
            progress(picked.size)
        return set_of, found[:count].copy(), low[:count].copy(), high[:count].copy()

    parts = list(chunks(order.size, _POINTS_AT_ONCE))
    # A network's own answers are shared out by itself.
    done = shared(work, parts) if isinstance(reach, StraightReach) else list(map(work, parts))
    return _joined(order, hour_of, done, words)


def _gatherer(
    places: Positioned, codes: Rows, always: int, rows: int, reach: Reach, minutes: float
) -> Callable[[Floats, Floats, NDArray[np.int64], Bits], None]:
    if not isinstance(reach, StraightReach):

        def through_network(lon: Floats, lat: Floats, picked: NDArray[np.int64], found: Bits) -> None:
            indptr, indices = reach.within(lon[picked], lat[picked], places, minutes)
            listed(indptr, indices, codes, always, found)

        return through_network
    tree, radius_m = reach.tree(places), reach.radius_m(minutes)
    sets = np.zeros((len(tree.nodes), max(1, -(-rows // 64))), np.uint64)
    below(tree.nodes, tree.points, codes, sets)

    def straight(lon: Floats, lat: Floats, picked: NDArray[np.int64], found: Bits) -> None:
        in_reach(tree.nodes, tree.points, codes, sets, always, lon, lat, picked, radius_m, found)

    return straight


def _always(weeks: Weeks) -> int:
    """Return the row that is surely open all week, or -1."""
    if not len(weeks):
        return -1
    full = np.flatnonzero(unpacked(weeks.sure).sum(axis=1) == MINUTES)
    return int(full[0]) if len(full) else -1


def distinct_hours(weeks: Weeks) -> tuple[Bits, Bits, Rows]:
    """Return both tables of a week in words of an hour, each distinct hour once, and which one each hour is."""
    hours = np.concatenate([hour_words(weeks.sure), hour_words(weeks.possible)])
    distinct, hour_of = np.unique(hours, axis=1, return_inverse=True)
    sure, possible = distinct[: len(weeks)], distinct[len(weeks) :]
    return (
        np.ascontiguousarray(sure),
        np.ascontiguousarray(possible),
        hour_of.reshape(-1).astype(np.int32),
    )


def _doubtful(weeks: Weeks, words: int) -> Bits:
    """Return the set of the timelines that are, at some minute, possible and not sure."""
    marks = np.zeros(words * 64, np.bool_)
    marks[: len(weeks)] = (weeks.sure != weeks.possible).any(axis=1)
    return np.packbits(marks, bitorder="little").view("<u8").astype(np.uint64)


def _joined(
    order: NDArray[np.int64], hour_of: Rows, done: list[tuple[Rows, Bits, Minutes, Minutes]], words: int
) -> Served:
    set_of = np.empty(order.size, np.int32)
    before, at = 0, 0
    for numbers, sets, _, _ in done:
        set_of[order[at : at + numbers.size]] = numbers + before
        before, at = before + len(sets), at + numbers.size
    nothing = np.empty((0, hour_of.max(initial=-1) + 1), np.uint8)
    return Served(
        set_of,
        hour_of,
        np.concatenate([np.empty((0, words), np.uint64), *(sets for _, sets, _, _ in done)]),
        np.concatenate([nothing, *(low for _, _, low, _ in done)]),
        np.concatenate([nothing, *(high for _, _, _, high in done)]),
    )


def shared(work: Callable[[slice], Any], parts: list[slice]) -> list[Any]:
    """Return the results of some parts, in order, worked out on all cores; compiled work must hold no lock."""
    if len(parts) <= 1:
        return [work(part) for part in parts]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(work, parts))


@njit(
    types.void(_ROWS, _ROWS, _TABLE, _IN, _ROWS, _PROFILES, _ROWS, types.float64[:, ::1]),
    cache=True,
    nogil=True,
)
def tally(
    set_of: Rows,
    hour_of: Rows,
    minutes: Minutes,
    weight: Floats,
    group: Rows,
    profiles: Floats,
    label: Rows,
    out: Floats,
) -> None:
    """Add the person-hours served in each hour of the week to those of each point's label; -1 has none."""
    for i in range(set_of.size):
        if label[i] < 0 or weight[i] == 0.0:
            continue
        served, profile, mine = minutes[set_of[i]], profiles[group[i]], out[label[i]]
        share = weight[i] / 60.0
        for hour in range(profile.size):
            mine[hour] += share * profile[hour] * served[hour_of[hour]]


@njit(types.void(_ROWS, _ROWS, _TABLE, _ROWS, _PROFILES, types.float64[::1]), cache=True, nogil=True)
def hours_each(
    set_of: Rows, hour_of: Rows, minutes: Minutes, group: Rows, profiles: Floats, out: Floats
) -> None:
    """Fill the person-hours served of one unit of weight at each point."""
    for i in range(set_of.size):
        served, profile = minutes[set_of[i]], profiles[group[i]]
        total = 0.0
        for hour in range(profile.size):
            total += profile[hour] * served[hour_of[hour]]
        out[i] = total / 60.0
