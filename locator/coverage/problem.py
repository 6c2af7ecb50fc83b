"""From stations, demand and actions to the covering problem, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from locator.coverage.atoms import Atoms, Doors, atoms
from locator.coverage.compressed import Compressed
from locator.coverage.conflicts import conflicts
from locator.coverage.cover import Cover
from locator.coverage.weeks import Weeks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.coverage.actions import Action
    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach
    from locator.coverage.usable import Usable

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class World:
    """The question, laid out once: who counts today, what could be done."""

    demand: Demand
    counted: Usable
    actions: list[Action]
    reach: Reach
    minutes: float


def covering(
    world: World, spacing_m: float = 0.0, must: Flags | None = None, *, sure: bool = True
) -> tuple[Cover, Atoms]:
    """Return the covering problem; behind the actions stand the mobile stations' stops that some would undo."""
    actions = world.actions
    undone = np.unique([action.undoes for action in actions if action.undoes >= 0]).astype(np.int64)
    split = _split(world, undone, sure=sure)
    places = {int(place): len(actions) + at for at, place in enumerate(undone)}
    instead_of = [places.get(action.undoes, -1) for action in actions] + [-1] * len(undone)
    blocks = conflicts(actions, spacing_m)
    indptr = np.concatenate([blocks.indptr, np.full(len(undone), blocks.indptr[-1], np.int64)])
    cover = Cover(
        split.weight,
        split.by_element,
        np.array([1.0 if a.cost is None else a.cost for a in actions] + [0.0] * len(undone)),
        Compressed(indptr, blocks.indices),
        np.array(instead_of, np.int32),
        np.zeros(len(split.weight), np.bool_) if must is None else must[split.point_of],
    )
    return cover, split


def _split(world: World, undone: NDArray[np.int64], *, sure: bool) -> Atoms:
    counted, actions = world.counted, world.actions
    table = counted.weeks.sure if sure else counted.weeks.possible
    stays = np.ones(len(counted.owner), np.bool_)
    stays[undone] = False
    today = Doors(counted.lon[stays], counted.lat[stays], counted.code[stays], table)
    doors = [door for action in actions for door in action.doors]
    # Thousands of doors share some hundreds of hours, and a week of each costs a millisecond.
    numbers = {key: number for number, key in enumerate(dict.fromkeys(door.key for door in doors))}
    weeks, distinct = Weeks.of(numbers, counted.weeks.monday)
    codes = distinct[[numbers[door.key] for door in doors]] if doors else distinct
    owner = np.repeat(np.arange(len(actions)), [len(action.doors) for action in actions])
    new = Doors(
        np.array([*(door.lon for door in doors), *counted.lon[undone]], np.float64),
        np.array([*(door.lat for door in doors), *counted.lat[undone]], np.float64),
        np.concatenate([codes, counted.code[undone] + np.int32(len(weeks))]).astype(np.int32),
        np.concatenate([weeks.sure if sure else weeks.possible, table]),
    )
    owners = np.concatenate([owner, len(actions) + np.arange(len(undone))]).astype(np.int32)
    split = atoms(world.demand, today, new, world.reach, world.minutes)
    return replace(split, by_element=_owned(split.by_element, owners))


def _owned(by_element: Compressed, owners: Rows) -> Compressed:
    """Return whose doors serve each element, each owner once."""
    if (owners == np.arange(len(owners))).all():
        return by_element
    rows = np.repeat(np.arange(len(by_element.indptr) - 1), np.diff(by_element.indptr))
    pairs = np.unique(np.column_stack([rows, owners[by_element.indices]]), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=len(by_element.indptr) - 1)
    return Compressed(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), pairs[:, 1].astype(np.int32))


def gains_if_open(world: World, chosen: list[int]) -> list[float]:
    """Return what each chosen action gains after those before it, where unknown hours are open."""
    some = replace(world, actions=[world.actions[number] for number in chosen])
    cover, _ = covering(some, sure=False)
    return cover.in_steps(list(range(len(chosen))))
