"""The covering problem: which few of many actions cover most.

The maximal covering location problem of R. Church and C. ReVelle, "The maximal covering location problem", Papers
of the Regional Science Association 32 (1974): choose p actions so that the weight of what at least one of them
covers is greatest. What is covered here is an *element*: some minutes of the week of one demand point that
the same actions cover, weighted in person-hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from locator.coverage.compressed import Compressed, kept_columns, kept_rows, merged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Rows = NDArray[np.int32]
    Flags = NDArray[np.bool_]


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

    def condensed(self) -> Cover:
        """Return the same problem, the elements that the same actions cover made one: in a town often one of three."""
        by_element, weight, must = merged(self.by_element, self.weight, self.must)
        return replace(self, by_element=by_element, weight=weight, must=must)

    def only(self, offered: Flags) -> tuple[Cover, Ints]:
        """Return the cover of some actions, elements that are then the same merged, and the numbers of those actions."""
        actions = np.flatnonzero(offered)
        renumbered = np.full(len(offered), -1, np.int32)
        renumbered[actions] = np.arange(len(actions))
        by_element, weight, must = merged(kept_columns(self.by_element, renumbered), self.weight, self.must)
        instead_of = np.where(self.instead_of < 0, -1, renumbered[self.instead_of])[actions].astype(np.int32)
        conflicts = kept_columns(kept_rows(self.conflicts, actions), renumbered)
        return Cover(weight, by_element, self.cost[actions], conflicts, instead_of, must), actions
