"""What each service alone serves: the person-hours that would be lost if it closed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit, types

from locator.coverage._blocks import along_curve
from locator.coverage.reach import StraightReach, chunks
from locator.coverage.served import distinct_hours, shared
from locator.coverage.weeks import WHOLE_HOUR, popcount

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach
    from locator.coverage.usable import Usable
    from locator.coverage.weeks import Bits

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.int32]

_ZERO = np.uint64(0)
_IN, _INTS = (
    types.Array(types.float64, 1, "C", readonly=True),
    types.Array(types.int64, 1, "C", readonly=True),
)
_ROWS, _TABLE = (
    types.Array(types.int32, 1, "C", readonly=True),
    types.Array(types.uint64, 2, "C", readonly=True),
)
_MARKS = types.Array(types.uint8, 1, "C", readonly=True)
_FOLDED = types.Array(types.float64, 2, "C", readonly=True)
# Enough for a district in one step, few enough for an e-bike's reach in the memory.
_POINTS_AT_ONCE, _POINTS_BY_STREET = 8192, 65_536


class Alone(NamedTuple):
    """What each service alone serves, person-hours, shape (2, services); and whether any demand reaches it."""

    person_hours: Floats
    in_reach: NDArray[np.bool_]


def only_here(demand: Demand, usable: Usable, reach: Reach, minutes: float) -> Alone:
    """Return the person-hours a week that each service alone serves.

    The first line takes unknown hours as closed, the second as open: it is by so much that the low and the high
    figure of person-hours served fall if that service closes. All stops of a mobile service close with it. A point
    counts for a service in the minutes in which no other in reach is open.
    """
    sure, possible, hour_of = distinct_hours(usable.weeks)
    # What a minute of each distinct hour weighs, by rhythm.
    folded = np.zeros((len(demand.rhythms), sure.shape[1]))
    np.add.at(folded.T, hour_of, demand.rhythms.T / 60.0)
    order = along_curve(demand.lon, demand.lat)

    near = np.zeros(len(usable.ids), np.bool_)
    full = [(table == WHOLE_HOUR).all(axis=1).astype(np.uint8) for table in (sure, possible)]

    def work(part: slice) -> list[tuple[Ints, Floats]]:
        picked = order[part]
        indptr, indices = reach.within(demand.lon[picked], demand.lat[picked], usable, minutes)
        near[usable.owner[indices]] = True
        found = []
        for table, always in ((sure, full[0]), (possible, full[1])):
            lost = np.zeros(len(usable.ids))
            _alone(
                *(indptr, indices, usable.owner, usable.code, table, always),
                *(demand.weight[picked], demand.rhythm[picked], folded, lost),
            )
            some = np.flatnonzero(lost)
            found.append((some, lost[some]))
        return found

    if isinstance(reach, StraightReach):
        done = shared(work, list(chunks(len(demand), _POINTS_AT_ONCE)))
    else:
        # A network searches from every service anew for each part, and shares that out by itself.
        done = [work(part) for part in chunks(len(demand), _POINTS_BY_STREET)]
    total = np.zeros((2, len(usable.ids)))
    # Added up in the order of the parts, so that a second run gives the same last digits.
    for one in done:
        for line, (some, lost) in zip(total, one, strict=True):
            line[some] += lost
    return Alone(total, near)


@njit(cache=True)
def _stops(owner: Rows, indices: Rows, at: int, past: int) -> int:
    """Return where the places of the next service begin."""
    last = at + 1
    while last < past and owner[indices[last]] == owner[indices[at]]:
        last += 1
    return last


@njit(cache=True)
def _together(code: Rows, indices: Rows, at: int, last: int, table: Bits, mine: Bits) -> None:
    for word in range(mine.size):
        mine[word] = table[code[indices[at]], word]
    for other in range(at + 1, last):
        for word in range(mine.size):
            mine[word] |= table[code[indices[other]], word]


@njit(cache=True)
def _backed(indices: Rows, owner: Rows, code: Rows, always: NDArray[np.uint8], first: int, past: int) -> bool:
    """Tell whether two services never close: then nobody is alone."""
    one = -1
    for at in range(first, past):
        if always[code[indices[at]]]:
            if one >= 0 and owner[indices[at]] != one:
                return True
            one = owner[indices[at]]
    return False


@njit(
    types.void(_INTS, _ROWS, _ROWS, _ROWS, _TABLE, _MARKS, _IN, _ROWS, _FOLDED, types.float64[::1]),
    cache=True,
    nogil=True,
)
def _alone(
    indptr: Ints,
    indices: Rows,
    owner: Rows,
    code: Rows,
    table: Bits,
    always: NDArray[np.uint8],
    weight: Floats,
    rhythm: Rows,
    folded: Floats,
    lost: Floats,
) -> None:
    """Add the weight of the minutes in which exactly one service is open to what is lost with it."""
    words = table.shape[1]
    once, twice = np.empty(words, np.uint64), np.empty(words, np.uint64)
    mine, seen = np.empty(words, np.uint64), np.zeros(table.shape[0], np.int64)
    for i in range(weight.size):
        first, past = indptr[i], indptr[i + 1]
        if first == past or weight[i] == 0.0 or _backed(indices, owner, code, always, first, past):
            continue
        once[:] = _ZERO
        twice[:] = _ZERO
        for at in range(first, past):
            seen[code[indices[at]]] = 0
        at = first
        while at < past:
            last = _stops(owner, indices, at, past)
            # A third door with the same hours changes nothing.
            if last > at + 1 or seen[code[indices[at]]] < 2:  # noqa: PLR2004
                _together(code, indices, at, last, table, mine)
                for word in range(words):
                    twice[word] |= once[word] & mine[word]
                    once[word] |= mine[word]
            if last == at + 1:
                seen[code[indices[at]]] += 1
            at = last
        any_left = False
        for word in range(words):
            once[word] &= ~twice[word]
            any_left |= once[word] != _ZERO
        at = first
        while any_left and at < past:
            last = _stops(owner, indices, at, past)
            _together(code, indices, at, last, table, mine)
            gone = 0.0
            for word in range(words):
                if mine[word] & once[word] != _ZERO:
                    gone += popcount(mine[word] & once[word]) * folded[rhythm[i], word]
            lost[owner[indices[at]]] += weight[i] * gone
            at = last
