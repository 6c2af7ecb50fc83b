"""Which few of many actions cover most: greedy choice, exchanges, and how good the best can be at most.

The maximal covering location problem of R. Church and C. ReVelle, "The maximal covering location problem", Papers
of the Regional Science Association 32 (1974): choose p actions so that the weight of what at least one of them
covers is greatest. What is covered here is an *element*: some minutes of the week of one demand point that
the same actions cover, weighted in person-hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator.coverage._cover import (
    NOISE,
    best_plain,
    loss_of,
    mark,
    put,
    swap_round,
    take,
    transposed,
    whole_gains,
)
from locator.coverage._ruin import ruin_and_recreate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.int32]
    Flags = NDArray[np.bool_]

_ROUNDS = 8
# Undone together: of 2, 3, 5 and 8, five found most in a given time.
_TOGETHER = 5


class Compressed(NamedTuple):
    """Compressed rows: row i holds indices[indptr[i] : indptr[i + 1]]."""

    indptr: Ints
    indices: Rows

    @classmethod
    def none(cls, rows: int) -> Compressed:
        """Return so many empty rows."""
        return cls(np.zeros(rows + 1, np.int64), np.empty(0, np.int32))

    def turned(self, columns: int) -> Compressed:
        """Return the same pairs, rows and columns exchanged."""
        return Compressed(*transposed(self.indptr, self.indices, columns))

    def row(self, number: int) -> Rows:
        """Return one row."""
        return self.indices[self.indptr[number] : self.indptr[number + 1]]


@dataclass(frozen=True)
class Budget:
    """What may be spent; None is no limit.

    Parameters
    ----------
    actions
        How many actions.
    money
        The sum of their costs.
    """

    actions: int | None = None
    money: float | None = None

    @property
    def most(self) -> int:
        """How many actions at most."""
        return 2**31 - 1 if self.actions is None else self.actions

    @property
    def purse(self) -> float:
        """How much money at most."""
        return float("inf") if self.money is None else self.money


@dataclass(frozen=True, eq=False)
class Cover:
    """Elements, the actions that cover each, and what stands in an action's way.

    Parameters
    ----------
    weight
        Person-hours of each element, shape (elements,).
    by_element
        The actions that cover each element.
    cost
        Of each action, shape (actions,).
    conflicts
        The actions that each action rules out, both ways.
    instead_of
        The action that is undone by this one, which was chosen from the start and costs nothing: a mobile
        station's old stop. -1 = none. Shape (actions,).
    must
        Which elements come before all others, shape (elements,).
    """

    weight: Floats
    by_element: Compressed
    cost: Floats
    conflicts: Compressed
    instead_of: Rows
    must: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))

    @classmethod
    def plain(cls, weight: Floats, by_element: Compressed, actions: int) -> Cover:
        """Return a cover whose actions all cost 1, in nobody's way."""
        none = Compressed.none(actions)
        return cls(weight, by_element, np.ones(actions), none, np.full(actions, -1, np.int32))

    @cached_property
    def by_action(self) -> Compressed:
        """The elements that each action covers."""
        return self.by_element.turned(len(self.cost))

    @cached_property
    def kept(self) -> Rows:
        """The actions that were chosen from the start."""
        return np.unique(self.instead_of[self.instead_of >= 0]).astype(np.int32)

    @cached_property
    def plain_ones(self) -> Flags:
        """Which actions undo nothing and are not there already."""
        free = self.instead_of < 0
        free[self.kept] = False
        return free

    @cached_property
    def kept_elements(self) -> Flags:
        """Which elements are covered from the start."""
        return self.covered(self.kept)

    @cached_property
    def pull(self) -> Floats:
        """The weights that a choice goes by: what must be served outweighs everything else."""
        if not self.must.any():
            return self.weight
        return np.where(self.must, self.weight * 1e6, self.weight)

    def covered(self, chosen: Rows | list[int]) -> Flags:
        """Tell which elements some actions cover, shape (elements,)."""
        found = np.zeros(len(self.weight), np.bool_)
        for action in chosen:
            found[self.by_action.row(int(action))] = True
        return found

    def standing(self, chosen: Rows | list[int]) -> list[int]:
        """Return what is done once some actions are chosen: they, and what was there and is not undone."""
        undone = {int(self.instead_of[action]) for action in chosen}
        return [int(a) for a in self.kept if int(a) not in undone] + [int(a) for a in chosen]

    def gain(self, chosen: Rows | list[int]) -> float:
        """Return what some actions together gain over what is there."""
        after = self.covered(self.standing(chosen))
        return float(self.weight[after].sum() - self.weight[self.kept_elements].sum())

    def in_steps(self, chosen: Rows | list[int]) -> list[float]:
        """Return what each of some actions gains after those before it."""
        count, gains = np.zeros(len(self.weight), np.int64), []
        for kept in self.kept:
            count[self.by_action.row(int(kept))] += 1
        for action in chosen:
            row = self.by_action.row(int(action))
            gain = float(self.weight[row[count[row] == 0]].sum())
            count[row] += 1
            old = int(self.instead_of[action])
            if old >= 0:
                row = self.by_action.row(old)
                count[row] -= 1
                gain -= float(self.weight[row[count[row] == 0]].sum())
            gains.append(gain)
        return gains


    def only(self, offered: Flags) -> tuple[Cover, Ints]:
        """Return the cover of some actions, elements that are then the same merged, and the numbers of those actions."""
        actions = np.flatnonzero(offered)
        renumbered = np.full(len(offered), -1, np.int32)
        renumbered[actions] = np.arange(len(actions))
        by_element, weight, must = merged(_kept_columns(self.by_element, renumbered), self.weight, self.must)
        instead_of = np.where(self.instead_of < 0, -1, renumbered[self.instead_of])[actions].astype(np.int32)
        conflicts = _kept_columns(_kept_rows(self.conflicts, actions), renumbered)
        return Cover(weight, by_element, self.cost[actions], conflicts, instead_of, must), actions


def merged(by_element: Compressed, weight: Floats, must: Flags) -> tuple[Compressed, Floats, Flags]:
    """Return elements with those that the same actions cover made one, and those that none covers left out."""
    indptr, indices = by_element
    sizes = np.diff(indptr)
    # Two sums of random numbers, one an action, tell sets apart: they agree by chance once in 2 ** 128 pairs.
    names = np.random.default_rng(1974).integers(0, 2**64, (2, int(indices.max(initial=0)) + 1), np.uint64)
    must = must if len(must) else np.zeros(len(weight), np.bool_)
    keys = np.empty((len(weight), 3), np.uint64)
    for at, name in enumerate(names):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(name[indices], dtype=np.uint64)])
        keys[:, at] = sums[indptr[1:]] - sums[indptr[:-1]]
    keys[:, 2] = must
    order = np.lexsort(keys.T)
    order = order[sizes[order] > 0]
    new = np.ones(len(order), np.bool_)
    new[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    group = np.cumsum(new) - 1
    totals = np.bincount(group, weight[order], int(new.sum()))
    return _kept_rows(by_element, order[new]), totals, must[order[new]]


def _kept_rows(table: Compressed, rows: Ints) -> Compressed:
    sizes = np.diff(table.indptr)[rows]
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    at = np.arange(indptr[-1]) + np.repeat(table.indptr[rows] - indptr[:-1], sizes)
    return Compressed(indptr, table.indices[at])


def _kept_columns(table: Compressed, renumbered: Rows) -> Compressed:
    numbers = renumbered[table.indices]
    before = np.concatenate([[0], np.cumsum(numbers >= 0)])
    return Compressed(before[table.indptr], numbers[numbers >= 0])


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
    def _rows(self) -> tuple[object, ...]:
        return self._cover.by_action, self._cover.by_element, self._weight, self._count, self._gains

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
        cover = self._cover
        for _ in range(_ROUNDS):
            chosen = np.array(self.chosen, np.int32)
            swaps, self._left = swap_round(
                *(cover.by_action, cover.by_element, cover.conflicts, self._weight, cover.cost),
                *(self._free, chosen, self._count, self._gains, self._blocked, self._left, self._least),
            )
            self.chosen = chosen.tolist()
            before = len(self.chosen)
            self.fill()
            if not swaps and len(self.chosen) == before:
                return

    def stir(self, steps: int, seed: int) -> None:
        """Undo some neighbours and fill the gap anew, so many times, keeping what is better."""
        if not self.chosen:
            return
        cover, chosen = self._cover, np.array(self.chosen, np.int32)
        self._left, _ = ruin_and_recreate(
            *(cover.by_action, cover.by_element, cover.conflicts, self._weight, cover.cost, self._free, chosen),
            *(self._count, self._gains, self._blocked, self._left, self._least, _TOGETHER, steps, seed),
        )
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
            loss = loss_of(int(old), *self._rows[:4], regained)
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
    """Return a choice with what gains most first, each time after those before it; what gains nothing is left out."""
    chooser = Chooser(cover, budget, chosen)
    chooser.fill()
    return chooser.chosen
