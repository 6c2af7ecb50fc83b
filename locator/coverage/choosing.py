"""A good choice of actions: greedy, exchanges, and small parts done anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from locator.coverage._cover import NOISE, best_plain, loss_of, mark, put, swap_round, take, whole_gains
from locator.coverage._ruin import ruin_and_recreate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locator.coverage.cover import Budget, Cover

_ROUNDS = 8
# Undone together: of 2, 3, 5 and 8, five found most in a given time.
_TOGETHER = 5


class Chooser:
    """A choice in the making: what is chosen, what each action would gain now.

    Parameters
    ----------
    cover
        What to choose from.
    budget
        What may be spent.
    among
        The only actions to choose from; None = all.
    """

    def __init__(self, cover: Cover, budget: Budget, among: list[int] | None = None) -> None:
        self._cover, self._budget, self._weight = cover, budget, cover.pull
        self.chosen: list[int] = []
        self._left = budget.purse
        self._count = np.zeros(len(cover.weight), np.int32)
        self._gains = whole_gains(*cover.by_action, self._weight)
        self._blocked = np.zeros(len(cover.cost), np.int32)
        self._offered = np.ones(len(cover.cost), np.bool_)
        if among is not None:
            self._offered[:] = False
            self._offered[among] = True
        self._free = cover.plain_ones & self._offered
        self._least = NOISE * max(float(self._weight.sum()), 1e-300)
        for action in cover.kept:
            put(int(action), *self._rows)

    @property
    def _rows(self) -> tuple[Any, ...]:
        return self._cover.by_action, self._cover.by_element, self._weight, self._count, self._gains

    @property
    def _problem(self) -> tuple[Any, ...]:
        cover = self._cover
        return cover.by_action, cover.by_element, cover.conflicts, self._weight, cover.cost

    @property
    def _state(self) -> tuple[Any, ...]:
        return self._count, self._gains, self._blocked, self._left, self._least

    def fill(self, *, by_cost: bool = False) -> None:
        """Choose what gains most (for its cost), again and again, while the budget and the gains last."""
        while len(self.chosen) < self._budget.most:
            best = best_plain(
                self._gains, self._cover.cost, self._free, self._blocked, self._left, self._least, by_cost
            )
            gain = float(self._gains[best]) if best >= 0 else self._least
            worth = gain / max(float(self._cover.cost[best]), NOISE) if by_cost and best >= 0 else gain
            for action, other in self._replacements():
                value = other / max(float(self._cover.cost[action]), NOISE) if by_cost else other
                if other > self._least and value > worth:
                    best, worth = action, value
            if best < 0:
                return
            self.choose(best)

    def exchange(self) -> None:
        """Exchange chosen actions for better ones, in rounds, until none is."""
        for _ in range(_ROUNDS):
            chosen = np.array(self.chosen, np.int32)
            everything = (*self._problem, self._free, chosen, *self._state)
            swaps, self._left = swap_round(*everything)
            self.chosen = chosen.tolist()
            before = len(self.chosen)
            self.fill()
            if not swaps and len(self.chosen) == before:
                return

    def stir(self, steps: int, seed: int) -> None:
        """Undo some neighbours and fill the gap anew, so many times, keeping what is better."""
        if not self.chosen:
            return
        chosen = np.array(self.chosen, np.int32)
        everything = (*self._problem, self._free, chosen, *self._state, _TOGETHER, steps, seed)
        self._left, _ = ruin_and_recreate(*everything)
        self.chosen = chosen.tolist()

    def start_from(self, chosen: list[int]) -> None:
        """Choose given actions, as far as the budget and what stands in their way allow."""
        for action in chosen:
            if (
                len(self.chosen) < self._budget.most
                and not self._blocked[action]
                and self._cover.cost[action] <= self._left
            ):
                self.choose(action)

    def _replacements(self) -> Iterator[tuple[int, float]]:
        """Yield what could take the place of something, and the gain of that, loss counted."""
        done = set(self.chosen)
        undone = {int(self._cover.instead_of[action]) for action in done}
        for old in self._cover.kept:
            if int(old) in undone:
                continue
            regained = np.zeros(len(self._gains))
            everything = (int(old), *self._rows[:4], regained)
            loss = loss_of(*everything)
            for action in np.flatnonzero((self._cover.instead_of == old) & self._offered):
                if not self._blocked[action] and self._cover.cost[action] <= self._left:
                    yield int(action), float(self._gains[action] + regained[action]) - loss

    def choose(self, action: int) -> None:
        """Choose an action."""
        old = int(self._cover.instead_of[action])
        if old >= 0:
            take(old, *self._rows)
        put(action, *self._rows)
        mark(action, self._cover.conflicts, self._blocked, 1)
        self._left -= float(self._cover.cost[action])
        self.chosen.append(action)


def choose(cover: Cover, budget: Budget) -> list[int]:
    """Return a good choice: greedy, then exchanges; with money, the better of most gain and most gain for money.

    Greedy reaches at least 63 % of the best when only a number of actions is given (G. Nemhauser, L. Wolsey and
    M. Fisher, Mathematical Programming 14, 1978), and half as much with money as the better of the two
    (J. Leskovec et al., "Cost-effective outbreak detection in networks", KDD 2007).
    """
    found: list[list[int]] = []
    for by_cost in (False, True)[: 1 if budget.money is None else 2]:
        chooser = Chooser(cover, budget)
        chooser.fill(by_cost=by_cost)
        chooser.exchange()
        found.append(chooser.chosen)
    best = max(found, key=lambda chosen: float(cover.pull[cover.covered(cover.standing(chosen))].sum()))
    return in_order(cover, budget, best)


def in_order(cover: Cover, budget: Budget, chosen: list[int]) -> list[int]:
    """Return a choice with what gains most first, each time after those before it; what gains nothing is left out.

    What pays only together (a station is built, and the hut from there can go) comes last, the new before the moved.
    """
    chooser = Chooser(cover, budget, chosen)
    chooser.fill()
    rest = sorted(
        set(chosen) - set(chooser.chosen), key=lambda action: (cover.instead_of[action] >= 0, action)
    )
    whole = [*chooser.chosen, *rest]
    if rest and cover.gain(whole) > cover.gain(chooser.chosen) * (1 + NOISE):
        return whole
    return chooser.chosen
