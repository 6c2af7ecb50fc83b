"""From doors and a week to a covering problem: the unserved minutes of each point, by who could serve them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.coverage._atoms import elements, note_rows, numbered, take_apart
from locator.coverage.compressed import Compressed
from locator.coverage.weeks import MINUTES, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach
    from locator.coverage.weeks import Bits

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]


class Doors(NamedTuple):
    """Doors, WGS-84 degrees, and the timeline of each: a row of `rows`."""

    lon: Floats
    lat: Floats
    code: Rows
    rows: Bits


@dataclass(frozen=True, eq=False)
class Atoms:
    """Elements of a covering problem: their person-hours, who could serve them, and whose they are.

    `unserved` are the person-hours of each point that nothing serves today, `reached` tells which points some
    action would serve in part of them. Both of shape (points,).
    """

    weight: Floats
    by_element: Compressed
    point_of: Rows
    unserved: Floats
    reached: NDArray[np.bool_]


def atoms(demand: Demand, today: Doors, new: Doors, reach: Reach, minutes: float) -> Atoms:
    """Return the unserved minutes of each point, grouped by which of the new doors would serve them.

    Exact to the minute: a group is a set of minutes, weighted by the point's weight and rhythm.
    """
    count = len(demand)
    have = (
        Compressed(*reach.within(demand.lon, demand.lat, today, minutes))
        if len(today.lon)
        else Compressed.none(count)
    )
    get = (
        Compressed(*reach.within(demand.lon, demand.lat, new, minutes))
        if len(new.lon)
        else Compressed.none(count)
    )
    old = len(today.rows)
    keys = np.zeros((count, 1 + (old + len(new.rows)) // 64 + 1), np.uint64)
    note_rows(*have, today.code, 0, keys)
    note_rows(*get, new.code, old, keys)
    keys[:, -1] = demand.rhythm
    week_of = np.empty(count, np.int32)
    first = numbered(keys, week_of)
    whole = packed(np.ones(MINUTES, np.bool_))
    starts, values, served_by, unserved = take_apart(
        keys[first], today.rows, new.rows, whole, demand.rhythms, demand.rhythm[first]
    )
    sizes = np.diff(starts)[week_of]
    total = int(sizes.sum())
    ptr, weight, point_of = np.zeros(total + 1, np.int64), np.empty(total), np.empty(total, np.int32)
    columns = week_of, starts, values, served_by, demand.weight, *get, new.code
    nothing = np.empty(0, np.int32)
    elements(*columns, 0, ptr, nothing, weight, point_of)
    actions = np.empty(int(ptr[-1]), np.int32)
    elements(*columns, 1, ptr, actions, weight, point_of)
    return Atoms(weight, Compressed(ptr, actions), point_of, demand.weight * unserved[week_of], sizes > 0)
