"""Compiled steps of choosing actions: who covers what, what is gained, what is lost, what cannot be beaten.

Rows are kept both ways: the elements of each action, and the actions of each element. An element counts how many
chosen actions cover it, so that the gain of every action is exact after every step, and undoing one is as cheap
as doing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.int32]
    Flags = NDArray[np.bool_]

# Less than this share of all there is to gain is noise of the sums.
NOISE = 1e-12


@njit(cache=True, nogil=True)
def transposed(indptr: Ints, indices: Rows, columns: int) -> tuple[Ints, Rows]:
    """Return compressed rows the other way round, each in ascending order."""
    ptr = np.zeros(columns + 1, np.int64)
    for column in indices:
        ptr[column + 1] += 1
    for column in range(columns):
        ptr[column + 1] += ptr[column]
    rows, fill = np.empty(indices.size, np.int32), ptr[:-1].copy()
    for row in range(indptr.size - 1):
        for at in range(indptr[row], indptr[row + 1]):
            column = indices[at]
            rows[fill[column]] = row
            fill[column] += 1
    return ptr, rows


@njit(cache=True, nogil=True)
def whole_gains(ptr: Ints, elements: Rows, weight: Floats) -> Floats:
    """Return what each action covers by itself."""
    gains = np.zeros(ptr.size - 1)
    for action in range(gains.size):
        total = 0.0
        for at in range(ptr[action], ptr[action + 1]):
            total += weight[elements[at]]
        gains[action] = total
    return gains


@njit(cache=True, nogil=True)
def put(action: int, by_action: Any, by_element: Any, weight: Floats, count: Rows, gains: Floats) -> None:  # noqa: ANN401
    """Choose an action: what it is the first to cover is no longer anybody's gain."""
    ptr, elements = by_action
    starts, actions = by_element
    for at in range(ptr[action], ptr[action + 1]):
        element = elements[at]
        count[element] += 1
        if count[element] == 1:
            for of in range(starts[element], starts[element + 1]):
                gains[actions[of]] -= weight[element]


@njit(cache=True, nogil=True)
def take(action: int, by_action: Any, by_element: Any, weight: Floats, count: Rows, gains: Floats) -> None:  # noqa: ANN401
    """Undo the choice of an action."""
    ptr, elements = by_action
    starts, actions = by_element
    for at in range(ptr[action], ptr[action + 1]):
        element = elements[at]
        count[element] -= 1
        if count[element] == 0:
            for of in range(starts[element], starts[element + 1]):
                gains[actions[of]] += weight[element]


@njit(cache=True, nogil=True)
def loss_of(
    action: int,
    by_action: Any,  # noqa: ANN401
    by_element: Any,  # noqa: ANN401
    weight: Floats,
    count: Rows,
    regained: Floats,
) -> float:
    """Return what only a chosen action covers, and add to `regained` what each action would cover of that."""
    ptr, elements = by_action
    starts, actions = by_element
    loss = 0.0
    for at in range(ptr[action], ptr[action + 1]):
        element = elements[at]
        if count[element] == 1:
            loss += weight[element]
            for of in range(starts[element], starts[element + 1]):
                regained[actions[of]] += weight[element]
    return loss


@njit(cache=True, nogil=True)
def mark(action: int, conflicts: Any, blocked: Rows, step: int) -> None:  # noqa: ANN401
    """Note that an action stands in the way of those it conflicts with, or (step -1) no longer does."""
    ptr, others = conflicts
    for at in range(ptr[action], ptr[action + 1]):
        blocked[others[at]] += step


@njit(cache=True, nogil=True)
def best_plain(
    gains: Floats, cost: Floats, usable: Flags, blocked: Rows, left: float, least: float, by_cost: int
) -> int:
    """Return the free action that gains most (or most for its cost, `by_cost` 1), the first of equals; -1 = none gains."""
    best, most = -1, 0.0
    for action in range(gains.size):
        if not usable[action] or blocked[action] or cost[action] > left or gains[action] <= least:
            continue
        worth = gains[action] / max(cost[action], 1e-12) if by_cost else gains[action]
        if worth > most:
            best, most = action, worth
    return best


@njit(cache=True, nogil=True)
def swap_round(
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
) -> tuple[int, float]:
    """Exchange each chosen action for the one that then gains most; return how many were, and the money left."""
    swaps = 0
    for place in range(chosen.size):
        old = chosen[place]
        if not usable[old]:
            continue
        regained = np.zeros(gains.size)
        loss = loss_of(old, by_action, by_element, weight, count, regained)
        mark(old, conflicts, blocked, -1)
        best, most = -1, loss + least
        for action in range(gains.size):
            gain = gains[action] + regained[action]
            free = usable[action] and not blocked[action] and cost[action] <= left + cost[old]
            if gain > most and free and action != old and not _is_in(action, chosen):
                best, most = action, gain
        if best < 0:
            mark(old, conflicts, blocked, 1)
            continue
        take(old, by_action, by_element, weight, count, gains)
        put(best, by_action, by_element, weight, count, gains)
        mark(best, conflicts, blocked, 1)
        left += cost[old] - cost[best]
        chosen[place] = best
        swaps += 1
    return swaps, left


@njit(cache=True, nogil=True)
def _is_in(action: int, chosen: Rows) -> bool:
    for other in chosen:
        if other == action:
            return True
    return False


# Sums may be added in any order, so that several are added at once; what is no number stays none.
_ANY_ORDER = {"reassoc", "contract", "nsz"}


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def directions(
    by_action: Any,  # noqa: ANN401
    weight: Floats,
    price: Floats,
    part: Floats,
    memory: float,
    way: Floats,
    slope: Floats,
) -> float:
    """Turn the way of each price toward its slope, keeping some of the old way; return the square of its length.

    The slope is how many picked actions pay for an element beyond one. What cannot move counts for nothing.
    The loop over elements has no branches: seven times as fast.
    """
    ptr, elements = by_action
    slope[:] = -1.0
    for action in range(part.size):
        if part[action] > 0.0:
            for at in range(ptr[action], ptr[action + 1]):
                slope[elements[at]] += part[action]
    total = 0.0
    for element in range(price.size):
        lowest, highest = price[element] <= 0.0, price[element] >= weight[element]
        steep = slope[element]
        stuck = ((steep > 0.0) & lowest) | ((steep < 0.0) & highest)
        turned = (0.0 if stuck else steep) + memory * way[element]
        way[element] = turned
        stuck = ((turned > 0.0) & lowest) | ((turned < 0.0) & highest)
        total += 0.0 if stuck else weight[element] * turned * turned
    return total


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def step_prices(
    by_element: Any,  # noqa: ANN401
    weight: Floats,
    price: Floats,
    way: Floats,
    step: float,
    sums: Floats,
) -> float:
    """Move each price against its way, between nothing and the element's weight; return what all leave unpaid.

    `sums` follow: what is not covered at all, most of a large instance, is at its border and costs nothing.
    """
    starts, actions = by_element
    change, moved = np.empty(price.size), np.empty(price.size, np.int32)
    unpaid = 0.0
    for element in range(price.size):
        after = min(max(price[element] - step * weight[element] * way[element], 0.0), weight[element])
        change[element] = after - price[element]
        price[element] = after
        unpaid += weight[element] - after
    found = 0
    for element in range(price.size):  # without a branch, which nobody could foretell
        moved[found] = element
        found += change[element] != 0.0
    for element in moved[:found]:
        for of in range(starts[element], starts[element + 1]):
            sums[actions[of]] += change[element]
    return unpaid
