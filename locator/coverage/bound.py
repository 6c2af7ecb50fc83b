"""What no choice of actions can exceed: Lagrangian bounds of the covering problem.

Each element pays a price, between nothing and its weight, to the actions that cover it. Whatever the prices are,
what they leave unpaid, and the highest sums that the budget can collect, are together at least the best
choice (R. D. Galvao and C. ReVelle, "A Lagrangean heuristic for the maximal covering location problem",
European Journal of Operational Research 88, 1996). With the full weight as the price of whatever a choice
leaves uncovered, and none elsewhere, this is the bound of submodular functions: what is gained, and the
largest gains left. From there the prices are moved against their slope, which ends at the bound of the
linear programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from locator.coverage._cover import NOISE, directions, step_prices, whole_gains

if TYPE_CHECKING:
    from locator.coverage.cover import Budget, Cover, Flags, Floats, Rows

# Steps without a lower bound before they are halved, the first length of those that count as rough, and the last.
_PATIENCE, _ROUGH, _STILL = 4, 0.2, 2e-3
# Half as many steps again are worth it while the bound is so far above the choice.
_FAR = 0.035
# Measured at 100,000 elements and 5,000 actions: after 100 steps 3.3 % above the choice, with none 4.5 %.
_MEMORY = 0.8


@dataclass(frozen=True, eq=False)
class Bound:
    """No choice gains more than `gain`.

    `sums` are what each action collects at those prices, `picks` in how many of the last steps it was among the
    highest; both of shape (actions,).
    """

    gain: float
    sums: Floats
    picks: Rows


def bound(cover: Cover, budget: Budget, chosen: list[int], *, close: float = 0.005, most: int = 100) -> Bound:
    """Return a bound on what any choice gains.

    Parameters
    ----------
    cover, budget
        The problem; conflicts between actions are left out of account, which can only raise the bound.
    chosen
        A good choice: where the prices begin.
    close
        It is enough to come so close, as a share of what the choice gains.
    most
        Steps; half as many again where these leave the bound far above.
    """
    # Whatever is covered from the start stays so in this relaxation, whoever is moved away.
    weight = np.where(cover.kept_elements, 0.0, cover.weight)
    reached, offered = cover.gain(chosen), cover.plain_ones | (cover.instead_of >= 0)
    price = np.where(cover.covered(chosen), 0.0, weight)
    first, collected = _sums(cover, price, offered, budget)
    best, highest = float((weight - price).sum()) + collected, first
    price = np.where(price < weight, 0.5 * weight, weight)
    way, slope = np.zeros(len(weight)), np.empty(len(weight))
    sums = whole_gains(*cover.by_action, price)
    unpaid, pace, waited = float((weight - price).sum()), 1.0, 0
    picks = np.zeros(len(sums), np.int32)
    for step in range(most + most // 2):
        if step >= most and best <= reached * (1 + _FAR):
            break
        part, collected = collect(np.where(offered, sums, 0.0), cover.cost, budget)
        picks += part > 0.0
        waited = 0 if unpaid + collected < best * (1 - 1e-5) else waited + 1
        if waited >= _PATIENCE:
            pace, waited, picks = pace / 2, 0, np.where(pace > _ROUGH, 0, picks).astype(np.int32)
        if unpaid + collected < best:
            best, highest = unpaid + collected, sums.copy()
        if best <= reached * (1 + close) or pace < _STILL:
            break
        steep = directions(cover.by_action, weight, price, part, _MEMORY, way, slope)
        if steep <= 0.0:
            break
        length = pace * (unpaid + collected - reached) / steep
        unpaid = step_prices(cover.by_element, weight, price, way, length, sums)
    # The sums were kept by adding: the rounding of that must not lower the bound.
    return Bound(best + NOISE * float(weight.sum()), np.where(offered, highest, 0.0), picks)


def _sums(cover: Cover, price: Floats, offered: Flags, budget: Budget) -> tuple[Floats, float]:
    sums = np.where(offered, whole_gains(*cover.by_action, price), 0.0)
    return sums, collect(sums, cover.cost, budget)[1]


def collect(sums: Floats, cost: Floats, budget: Budget) -> tuple[Floats, float]:
    """Return the part of each action that collects most within the budget, and how much that is."""
    part, collected = _by_number(sums, budget.most)
    if budget.money is None:
        return part, collected
    part2, collected2 = _by_money(sums, cost, budget.purse)
    # Both leave one of the two limits out; the lower sum is the nearer to the truth.
    return (part, collected) if collected < collected2 else (part2, collected2)


def _by_number(sums: Floats, most: int) -> tuple[Floats, float]:
    part = np.zeros(len(sums))
    if most:
        largest = np.arange(len(sums)) if most >= len(sums) else np.argpartition(-sums, most - 1)[:most]
        part[largest[sums[largest] > 0.0]] = 1.0
    return part, float(part @ sums)


def _by_money(sums: Floats, cost: Floats, purse: float) -> tuple[Floats, float]:
    """Spend on what collects most for its cost; the last one in part: no choice of whole ones collects more."""
    order = np.argsort(-sums / np.maximum(cost, 1e-12), kind="stable")
    spent = np.cumsum(cost[order])
    part, paid = np.zeros(len(sums)), spent <= purse
    part[order[paid]] = 1.0
    if not paid.all():
        first = int(np.argmin(paid))
        part[order[first]] = (purse - (spent[first] - cost[order[first]])) / cost[order[first]]
    part[sums <= 0.0] = 0.0
    return part, float(part @ sums)


def fixed(cover: Cover, budget: Budget, found: Bound, reached: float) -> tuple[Flags, Flags]:
    """Tell which actions no better choice holds, and which every better choice holds.

    Only for a budget that is a number of actions: an action put in takes the place of the last that collects,
    one left out makes place for the next.
    """
    out, within = (np.zeros(len(cover.cost), np.bool_) for _ in range(2))
    offered = cover.plain_ones | (cover.instead_of >= 0)
    k = budget.most
    if budget.money is not None or k >= int(offered.sum()):
        return out, within
    ranked = np.sort(found.sums[offered])[::-1]
    last, after = ranked[k - 1], ranked[k]
    slack = reached - found.gain - 1e-9 * max(abs(reached), 1e-300)
    out[offered & (found.sums - last < slack) & (found.sums < last)] = True
    within[offered & (after - found.sums < slack) & (found.sums > after)] = True
    return out, within
