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

from locator.coverage._cover import slopes, step_prices, whole_gains

if TYPE_CHECKING:
    from locator.coverage.cover import Budget, Cover, Flags, Floats

_PATIENCE = 6


@dataclass(frozen=True, eq=False)
class Bound:
    """No choice gains more than `gain`; `sums` are what each action then collects, shape (actions,)."""

    gain: float
    sums: Floats


def bound(cover: Cover, budget: Budget, chosen: list[int], *, close: float = 0.005, most: int = 200) -> Bound:
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
        Steps at most.
    """
    # Whatever is covered from the start stays so in this relaxation, whoever is moved away.
    weight = np.where(cover.kept_elements, 0.0, cover.weight)
    reached = cover.gain(chosen)
    offered = cover.plain_ones | (cover.instead_of >= 0)
    price = np.where(cover.covered(chosen), 0.0, weight)
    slope = np.empty(len(weight))
    best = Bound(float("inf"), np.zeros(len(cover.cost)))
    unpaid, pace, waited = float((weight - price).sum()), 1.0, 0
    for _ in range(most):
        sums = np.where(offered, whole_gains(*cover.by_action, price), 0.0)
        part, collected = collect(sums, cover.cost, budget)
        if unpaid + collected < best.gain * (1 - 1e-5):
            waited = 0
        else:
            waited += 1
            if waited >= _PATIENCE:
                pace, waited = pace / 2, 0
        if unpaid + collected < best.gain:
            best = Bound(unpaid + collected, sums)
        if best.gain <= reached * (1 + close) or pace < 1e-3:  # noqa: PLR2004  nothing moves any more
            break
        steep = slopes(cover.by_action, weight, price, part, slope)
        if steep <= 0.0:
            break
        unpaid = step_prices(weight, price, slope, pace * (unpaid + collected - reached) / steep)
    return best


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
