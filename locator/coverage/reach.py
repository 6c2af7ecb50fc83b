"""Which services lie within so many minutes of which demand points.

Whatever can say so is a `Reach`: the straight line here, a street network elsewhere. Gaps and siting ask nothing
else of either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from locator._errors import InputError, Text
from locator._kdtree import NODE, POINT, build, node_count
from locator.coverage._blocks import BLOCK, along_curve, pairs
from locator.datum import check_position
from locator.travel import CrowFly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int32]

# Rows of reach are worked out for so many points at a time: a city's e-bike reach would not fit the memory whole.
POINTS_AT_ONCE = 1024 * BLOCK


class Positioned(Protocol):
    """Places in columns, WGS-84 degrees."""

    @property
    def lon(self) -> Floats: ...  # noqa: D102

    @property
    def lat(self) -> Floats: ...  # noqa: D102


class Sites(NamedTuple):
    """Places in two columns, WGS-84 degrees, both of shape (n,)."""

    lon: Floats
    lat: Floats


class Reach(Protocol):
    """How far one gets."""

    def within(
        self, lon: ArrayLike, lat: ArrayLike, places: Positioned, minutes: float
    ) -> tuple[NDArray[np.int64], Rows]:
        """Return which places each point reaches in some minutes, those just as far included.

        Parameters
        ----------
        lon, lat
            The points, WGS-84 degrees, shape (m,).
        places
            Where the services are; the same object may be asked about many times.
        minutes
            Travel time, 0 or more.

        Returns
        -------
        indptr, indices: compressed rows; point i reaches places indices[indptr[i] : indptr[i + 1]], in ascending
        order. int64 of shape (m + 1,) and int32.
        """
        ...

    def reachable(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Tell which points are on the network at all, shape (m,)."""
        ...


@dataclass(frozen=True)
class StraightReach:
    """Reach by straight line: a place counts within speed x minutes / detour, geodesic metres on WGS-84.

    Parameters
    ----------
    travel
        Speed and detour.
    """

    travel: CrowFly
    _trees: dict[int, Tree] = field(default_factory=dict, compare=False, repr=False)

    def within(
        self, lon: ArrayLike, lat: ArrayLike, places: Positioned, minutes: float
    ) -> tuple[NDArray[np.int64], Rows]:
        """See `Reach.within`."""
        lons, lats = _columns(lon, lat)
        order = along_curve(lons, lats)
        tree, radius_m = self.tree(places), self.radius_m(minutes)
        counts = np.zeros(len(lons) + 1, np.int64)
        nothing = np.empty(0, np.int32)
        pairs(tree.nodes, tree.points, lons, lats, order, radius_m, counts[1:], counts[:0], nothing)
        indptr = np.cumsum(counts)
        indices = np.empty(indptr[-1], np.int32)
        pairs(tree.nodes, tree.points, lons, lats, order, radius_m, counts[1:], indptr[:-1].copy(), indices)
        return indptr, indices

    def reachable(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Tell that every point is, shape (m,): a straight line leads everywhere."""
        return np.ones(len(_columns(lon, lat)[0]), np.bool_)

    def radius_m(self, minutes: float) -> float:
        """Return how far one gets in some minutes, straight metres.

        Raises
        ------
        InputError
            The minutes are negative or no number.
        """
        if not 0 <= minutes < math.inf:
            raise InputError(
                "minutes",
                minutes,
                Text(
                    f"minutes 不能是 {minutes}，要是 0 以上的数", f"minutes must be 0 or more, got {minutes}"
                ),
            )
        return self.travel.reach_m(minutes)

    def tree(self, places: Positioned) -> Tree:
        """Return the tree of some places: the one asked about last is kept."""
        kept = self._trees.get(id(places))
        if kept is None or kept.of is not places:
            kept = Tree.of_places(places)
            self._trees.clear()
            self._trees[id(places)] = kept
        return kept


class Tree(NamedTuple):
    """A kd-tree over places, whose points carry the number of their place as `row`."""

    of: Positioned
    nodes: NDArray[np.void]
    points: NDArray[np.void]

    @classmethod
    def of_places(cls, places: Positioned) -> Tree:
        """Return the tree of some places."""
        lon, lat = _columns(places.lon, places.lat)
        n = len(lon)
        tree = cls(places, np.zeros(node_count(n), NODE), np.zeros(n, POINT))
        build(tree.nodes, tree.points, lon, lat, np.zeros(n, np.uint64), np.full(n, -1, np.int32))
        return tree


def straight(mode: str = "walk", detour: float | None = None) -> StraightReach:
    """Return the straight-line reach of a mode.

    Raises
    ------
    InputError
        A detour below 1: no street is shorter than the straight line.
    """
    travel = CrowFly(mode) if detour is None else CrowFly(mode, detour)
    if not 1 <= travel.detour < math.inf:
        raise InputError(
            "detour",
            detour,
            Text(f"detour 要是 1 以上的数，收到的是 {detour}", f"detour must be 1 or more, got {detour}"),
        )
    return StraightReach(travel)


def chunks(count: int, size: int = POINTS_AT_ONCE) -> Iterator[slice]:
    """Yield slices that cover so many points, in order."""
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))


def _columns(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    lons, lats = check_position(np.atleast_1d(lon), np.atleast_1d(lat))
    return np.ascontiguousarray(lons), np.ascontiguousarray(lats)
