"""What would close the gaps: one ranked list of actions in one currency, person-hours of the week gained.

To keep a station open until 22:00, to build one, to equip one, to send a hut elsewhere: each is a set of minutes of
demand points that are then served. Choosing among them is the maximal covering location problem (see `cover`),
exact to the minute. What is chosen by counts only what is known: unknown hours count as closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from locator._errors import InputError, Text
from locator.coverage.actions import builds, checked_costs, costs_of, equipments, extensions, retimings
from locator.coverage.cover import Budget
from locator.coverage.problem import World, covering, gains_if_open
from locator.coverage.solve import Choice, solve
from locator.coverage.usable import usable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from locator.catalog import Catalog
    from locator.coverage.actions import Action
    from locator.coverage.atoms import Atoms
    from locator.coverage.cover import Cover
    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach
    from locator.coverage.sites import Site
    from locator.coverage.usable import Usable

    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Wanted:
    """What may be done, and with what.

    Parameters
    ----------
    sites
        Where stations can be built, and huts be moved to.
    extend, equip, retime
        Whether stations may keep longer hours, get equipment, and mobile ones other hours and places.
    budget
        How many actions, or how much money.
    costs
        What an action of a kind costs; a site may name its own.
    spacing_m
        New stations stand so far apart, in metres.
    """

    sites: Sequence[Site] = ()
    extend: bool = False
    equip: bool = False
    retime: bool = False
    budget: Budget = field(default_factory=Budget)
    costs: Mapping[str, float] | None = None
    spacing_m: float = 0.0


@dataclass(frozen=True)
class Step:
    """One chosen action: what it gains after those before it, in person-hours a week.

    `gain` counts unknown hours as closed, `gain_if_open` as open.
    """

    rank: int
    action: Action
    gain: float
    gain_if_open: float


@dataclass(frozen=True, eq=False)
class Target:
    """What must be served: its person-hours, how many are served today and then, and what no action reaches.

    `never_reached` are demand points with unserved hours that no action would serve.
    """

    person_hours: float
    served_today: float
    served_then: float
    wanted: float
    never_reached: NDArray[np.int64]

    @property
    def met(self) -> bool:
        """Whether as much is served as is wanted."""
        return self.served_then >= self.wanted * (1 - 1e-9)


@dataclass(frozen=True, eq=False)
class Plan:
    """The answer: steps in order, what they gain, what no other choice exceeds, and whom nothing reaches.

    `never_reached` are the demand points with unserved hours that no action would serve.
    """

    steps: tuple[Step, ...]
    gain: float
    upper_bound: float
    optimal: bool
    offered: int
    never_reached: NDArray[np.int64]
    never_reached_weight: float
    unserved_today: float
    target: Target | None


def plan(
    catalog: Catalog,
    demand: Demand,
    wanted: Wanted,
    *,
    reach: Reach,
    minutes: float,
    monday: date,
    kinds: tuple[str, ...] = (),
    needs_amenity: tuple[str, ...] = (),
    must: Flags | None = None,
    share: float | None = None,
    prove: bool = False,
    limit_s: float = 60.0,
) -> Plan:
    """Return what to do first, and what each step gains.

    Parameters
    ----------
    catalog, demand, reach, minutes, monday, kinds, needs_amenity
        The question, as `gaps` takes it. Whatever is there today stays.
    wanted
        What may be done.
    must
        Demand points that come first, shape (points,).
    share
        This part of all person-hours must be served in the end; without a budget, as few steps as greedy needs.
    prove
        Solve it exactly.
    limit_s
        Seconds the proof may take.

    Raises
    ------
    InputError
        Nothing may be done, a budget in money and costs unknown, or a share outside 0..1.
    """
    counted = usable(catalog, monday, kinds, needs_amenity)
    actions = offered(catalog, counted, wanted, monday, kinds, needs_amenity)
    world = World(demand, counted, actions, reach, minutes)
    cover, split = covering(world, wanted.spacing_m, must)
    choice = _chosen(
        cover, split, wanted.budget, demand.person_hours, _share(share), prove=prove, limit_s=limit_s
    )
    gains = cover.in_steps(list(choice.actions))
    if_open = gains_if_open(world, list(choice.actions))
    steps = tuple(
        Step(rank, actions[number], gain, other)
        for rank, (number, gain, other) in enumerate(zip(choice.actions, gains, if_open, strict=True), 1)
    )
    never = np.flatnonzero((split.unserved > 0) & ~split.reached)
    unserved = _unserved_today(cover, split)
    return Plan(
        steps,
        choice.gain,
        choice.upper_bound,
        choice.optimal,
        len(actions),
        never,
        float(demand.weight[never].sum()),
        unserved,
        _target(world, cover, split, choice, must, share),
    )


def offered(
    catalog: Catalog,
    counted: Usable,
    wanted: Wanted,
    monday: date,
    kinds: tuple[str, ...],
    needs_amenity: tuple[str, ...],
) -> list[Action]:
    """Return everything that could be done.

    Raises
    ------
    InputError
        Nothing may be, or costs are missing.
    """
    sites, costs = list(wanted.sites), costs_of(wanted.costs)
    actions = builds(sites, costs["build"])
    if wanted.extend:
        actions += extensions(catalog, counted, costs["extend"])
    if wanted.equip:
        if not needs_amenity:
            raise InputError(
                "equip",
                None,
                Text(
                    "equip 要和 needs-amenity 一起用：先说要哪些设备",
                    "equip goes with needs-amenity: say first what equipment is needed",
                ),
            )
        actions += equipments(catalog, monday, kinds, needs_amenity, costs["equip"])
    if wanted.retime:
        actions += retimings(catalog, counted, sites, costs["retime"])
    if not (sites or wanted.extend or wanted.equip or wanted.retime):
        raise InputError(
            "candidates",
            None,
            Text(
                "没有可做的事：给 --candidates，或者 --extend、--equip、--retime",
                "nothing may be done: give --candidates, or --extend, --equip, --retime",
            ),
        )
    if wanted.budget.money is not None:
        checked_costs(actions)
    return actions


def _share(share: float | None) -> float | None:
    if share is not None and not 0 < share <= 1:
        raise InputError(
            "share",
            share,
            Text(f"比例要在 0 到 1 之间，收到的是 {share}", f"a share is between 0 and 1, got {share}"),
        )
    return share


def _chosen(
    cover: Cover,
    split: Atoms,
    budget: Budget,
    person_hours: float,
    share: float | None,
    *,
    prove: bool,
    limit_s: float,
) -> Choice:
    endless = budget.actions is None and budget.money is None
    if not endless or share is None:
        return solve(cover, budget, prove=prove, limit_s=limit_s)
    everything = solve(cover, budget)
    served = (
        person_hours - _unserved_today(cover, split) + np.cumsum(cover.in_steps(list(everything.actions)))
    )
    enough = np.flatnonzero(served >= share * person_hours * (1 - 1e-9))
    number = int(enough[0]) + 1 if len(enough) else len(everything.actions)
    return solve(cover, Budget(number), prove=prove, limit_s=limit_s)


def _unserved_today(cover: Cover, split: Atoms) -> float:
    """Return the person-hours that nothing serves; the stops that some action would undo count as there."""
    return float(split.unserved.sum() - cover.weight[cover.kept_elements].sum())


def _target(
    world: World, cover: Cover, split: Atoms, choice: Choice, must: Flags | None, share: float | None
) -> Target | None:
    if must is None and share is None:
        return None
    demand = world.demand
    points = np.ones(len(demand), np.bool_) if must is None else must
    hours = demand.weight * demand.rhythms.sum(axis=1)[demand.rhythm]
    mine = points[split.point_of]
    total = float(hours[points].sum())
    open_ = float(split.unserved[points].sum())

    def served(actions: list[int]) -> float:
        return total - open_ + float(cover.weight[cover.covered(cover.standing(actions)) & mine].sum())

    return Target(
        total,
        served([]),
        served(list(choice.actions)),
        total * (1.0 if share is None else share),
        np.flatnonzero(points & (split.unserved > 0) & ~split.reached),
    )
