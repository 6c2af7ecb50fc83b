"""Which actions rule each other out: two for one station, two new ones too close to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator._errors import InputError, Text
from locator.coverage.compressed import Compressed
from locator.coverage.reach import Sites, StraightReach
from locator.geodesy import geodesic_m
from locator.travel import CrowFly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from locator.coverage.actions import Action

# Without a detour, so that minutes are metres.
_CROW = CrowFly("walk", 1.0)


def conflicts(actions: Sequence[Action], spacing_m: float = 0.0) -> Compressed:
    """Return the actions that each action rules out.

    Parameters
    ----------
    actions
        All of them, in order.
    spacing_m
        New stations stand so many metres apart or more.

    Raises
    ------
    InputError
        The spacing is negative or no number.
    """
    if not 0 <= spacing_m < float("inf"):
        raise InputError(
            "spacing",
            spacing_m,
            Text(
                f"spacing 要是 0 以上的米数，收到的是 {spacing_m}",
                f"spacing must be metres, 0 or more, got {spacing_m}",
            ),
        )
    pairs = [*_of_one_station(actions), *(_too_close(actions, spacing_m) if spacing_m else ())]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    both = np.unique(np.concatenate([both, both[:, ::-1]]), axis=0)
    counts = np.bincount(both[:, 0], minlength=len(actions))
    return Compressed(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), both[:, 1].astype(np.int32))


def _of_one_station(actions: Sequence[Action]) -> list[tuple[int, int]]:
    groups: dict[str, list[int]] = {}
    for number, action in enumerate(actions):
        if action.id is not None:
            groups.setdefault(action.id, []).append(number)
    return [(a, b) for group in groups.values() for a in group for b in group if a < b]


def _too_close(actions: Sequence[Action], spacing_m: float) -> list[tuple[int, int]]:
    new = [number for number, action in enumerate(actions) if action.kind == "build"]
    where: NDArray[np.float64] = np.array([actions[number].doors[0][:2] for number in new]).reshape(-1, 2)
    lon, lat = (np.ascontiguousarray(column) for column in where.T)
    minutes = (spacing_m + 1.0) * _CROW.seconds_per_m / 60
    indptr, indices = StraightReach(_CROW).within(lon, lat, Sites(lon, lat), minutes)
    first = np.repeat(np.arange(len(new)), np.diff(indptr))
    return [
        (new[a], new[b])
        for a, b in zip(first.tolist(), indices.tolist(), strict=True)
        if a < b and geodesic_m(lon[a], lat[a], lon[b], lat[b]) < spacing_m
    ]
