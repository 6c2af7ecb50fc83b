"""The compiled search round a choice: some neighbouring actions are undone, and the gap is filled anew.

Ruin and recreate (G. Schrimpf et al., "Record breaking optimization results using the ruin and recreate
principle", Journal of Computational Physics 159, 2000). An exchange of one action for another misses what two or
three neighbours gain by moving together. What is worse is undone, so that a choice only ever gets better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from locator.coverage._cover import best_plain, mark, put, take

if TYPE_CHECKING:
    from locator.coverage._cover import Flags, Floats, Ints, Rows

_MULTIPLIER, _INCREMENT = np.uint64(6364136223846793005), np.uint64(1442695040888963407)
_HALF = np.uint64(33)
# Hops from action to element to action before a neighbourhood is given up as too small.
_HOPS_EACH = 6


@njit(cache=True, nogil=True)
def _draw(state: Any, past: int) -> int:  # noqa: ANN401
    """Return a number below `past`: Knuth's linear congruence, whose upper bits are used; the same for everybody."""
    state[0] = state[0] * _MULTIPLIER + _INCREMENT
    return int(state[0] >> _HALF) % past


@njit(cache=True, nogil=True)
def _neighbours(
    by_action: Any,  # noqa: ANN401
    by_element: Any,  # noqa: ANN401
    chosen: Rows,
    place_of: Rows,
    usable: Flags,
    picked: Ints,
    state: Any,  # noqa: ANN401
) -> int:
    """Fill places of chosen actions that share what they could cover, the first by chance; return how many."""
    ptr, elements = by_action
    starts, actions = by_element
    first = _draw(state, chosen.size)
    found = 0
    if usable[chosen[first]]:
        picked[0], found = first, 1
    at = chosen[first]
    for _ in range(_HOPS_EACH * picked.size):
        if found == picked.size or ptr[at] == ptr[at + 1]:
            break
        element = elements[ptr[at] + _draw(state, ptr[at + 1] - ptr[at])]
        at = actions[starts[element] + _draw(state, starts[element + 1] - starts[element])]
        for of in range(starts[element], starts[element + 1]):
            place = place_of[actions[of]]
            if (
                place >= 0
                and usable[chosen[place]]
                and found < picked.size
                and not _among(place, picked, found)
            ):
                picked[found] = place
                found += 1
    return found


@njit(cache=True, nogil=True)
def _among(place: int, picked: Ints, found: int) -> bool:
    for i in range(found):
        if picked[i] == place:
            return True
    return False


@njit(cache=True, nogil=True)
def ruin_and_recreate(
    by_action: Any,  # noqa: ANN401
    by_element: Any,  # noqa: ANN401
    conflicts: Any,  # noqa: ANN401
    weight: Floats,
    cost: Floats,
    usable: Flags,
    chosen: Rows,
    count: Rows,
    gains: Floats,
    blocked: Rows,
    left: float,
    least: float,
    size: int,
    steps: int,
    seed: int,
) -> tuple[float, int]:
    """Improve a choice in place by so many steps; return the money left and how many steps were of use."""
    state = np.full(1, seed, np.uint64)
    place_of, better = np.full(gains.size, -1, np.int32), 0
    for place in range(chosen.size):
        place_of[chosen[place]] = place
    picked, old, new = np.empty(size, np.int64), np.empty(size, np.int32), np.empty(size, np.int32)
    free = usable.copy()
    for _ in range(steps):
        found = _neighbours(by_action, by_element, chosen, place_of, usable, picked, state)
        if not found:
            continue
        change, purse, filled = 0.0, left, 0
        for i in range(found):
            old[i] = chosen[picked[i]]
            take(old[i], by_action, by_element, weight, count, gains)
            mark(old[i], conflicts, blocked, -1)
            change -= gains[old[i]]
            purse += cost[old[i]]
        # One of them is not to come back, or the gap would often be filled as it was.
        banned = old[_draw(state, found)]
        free[banned] = False
        while filled < found:
            best = best_plain(gains, cost, free, blocked, purse, least, False)
            if best < 0:
                break
            change += gains[best]
            purse -= cost[best]
            put(best, by_action, by_element, weight, count, gains)
            mark(best, conflicts, blocked, 1)
            new[filled] = best
            filled += 1
        free[banned] = usable[banned]
        if filled == found and change > least:
            for i in range(found):
                place_of[old[i]] = -1
            for i in range(found):
                chosen[picked[i]] = new[i]
                place_of[new[i]] = picked[i]
            left, better = purse, better + 1
            continue
        for i in range(filled):
            take(new[i], by_action, by_element, weight, count, gains)
            mark(new[i], conflicts, blocked, -1)
        for i in range(found):
            put(old[i], by_action, by_element, weight, count, gains)
            mark(old[i], conflicts, blocked, 1)
    return left, better
