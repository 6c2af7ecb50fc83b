"""Pairs of sites that stand near each other under like names, found from a grid of cells in space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from locator.geodesy import AXIS_M, FLATTENING
from locator.ingest._names import most_likeness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from locator.ingest._names import Name

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]

# More in one cell is a town hall that stands for many: only equal names are then compared, each with the next.
CROWD = 300
# Half of the 26 neighbours: the other half see the pair from the other side.
_AROUND = [(0, 0, 1)] + [(0, 1, z) for z in (-1, 0, 1)] + [(1, y, z) for y in (-1, 0, 1) for z in (-1, 0, 1)]
_AXIS = 1 << 20
_AT_ONCE = 2_000_000
_most_likeness = np.frompyfunc(most_likeness, 4, 1)


def near_pairs(
    points: Sequence[Sequence[tuple[float, float]]],
    names: Sequence[Name],
    reach_m: float,
    least: Callable[[Floats], Floats],
) -> Iterator[tuple[int, int]]:
    """Yield pairs (i, j) of sites, i > j, that stand within reach and whose names may be like enough.

    Parameters
    ----------
    points
        WGS-84 degrees of each site, none or several.
    names
        Of each site.
    reach_m
        The longest distance.
    least
        How alike names must be, given metres apart; both arrays.
    """
    owner = np.array([i for i, some in enumerate(points) for _ in some], np.int64)
    degrees = np.array([point for some in points for point in some], np.float64).reshape(-1, 2)
    xyz = _ecef(degrees)
    cells = np.floor(xyz / reach_m).astype(np.int64) + _AXIS // 2
    keys = _key(cells)
    unique, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    crowded = counts[inverse.reshape(-1)] > CROWD if unique.size else np.zeros(0, np.bool_)
    cores: dict[str, int] = {}
    core = np.array([cores.setdefault(names[i].core, len(cores)) for i in owner.tolist()], np.int64)
    yield from _each_with_the_next(owner[crowded], keys[crowded], core[crowded])
    cells, owner, xyz = cells[~crowded], owner[~crowded], xyz[~crowded]
    words = _Words(names)
    for left, right in _joined(cells):
        apart = owner[left] != owner[right]
        a, b = left[apart], right[apart]
        metres = np.sqrt(((xyz[a] - xyz[b]) ** 2).sum(axis=1))
        # A chord is never longer than its arc.
        within = metres <= reach_m
        i, j, metres = owner[a[within]], owner[b[within]], metres[within]
        alike = words.may_be_like(i, j, least(metres))
        yield from zip(np.maximum(i, j)[alike].tolist(), np.minimum(i, j)[alike].tolist(), strict=True)


class _Words:
    """The names of all sites as columns."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._cores = np.array([name.core for name in names], object)
        self._wholes = np.array([name.whole for name in names], object)
        self._turned = np.array([name.turned for name in names], object)
        self._has_turned = self._turned != self._cores
        self._lengths = np.array([len(name.core) for name in names], np.int64)
        codes: dict[str, int] = {"": -1}
        self._numbers = np.array([codes.setdefault(name.numbers, len(codes)) for name in names], np.int64)

    def may_be_like(self, i: Numbers, j: Numbers, least: Floats) -> NDArray[np.bool_]:
        """Tell of each pair whether its likeness may reach what it must."""
        mine, theirs = self._numbers[i], self._numbers[j]
        # Different numbers contradict: such names are half as alike at most.
        enough = (mine == theirs) | (mine < 0) | (theirs < 0) | (least <= 0.5)  # noqa: PLR2004
        which = np.flatnonzero(enough)
        i, j, least = i[which], j[which], least[which] - 1e-4
        ratio = _ratios(self._cores[i], self._cores[j])
        for a, b in ((i, j), (j, i)):
            turned = np.flatnonzero(self._has_turned[a])
            also = _ratios(self._turned[a[turned]], self._cores[b[turned]])
            ratio[turned] = np.maximum(ratio[turned], also)
        whole = _ratios(self._wholes[i], self._wholes[j])
        short = np.minimum(self._lengths[i], self._lengths[j])
        long = np.maximum(self._lengths[i], self._lengths[j])
        most = np.array(_most_likeness(ratio, whole, short, long), np.float64)
        alike = np.zeros(len(enough), np.bool_)
        alike[which[most >= least]] = True
        return alike


def _ratios(left: NDArray[np.object_], right: NDArray[np.object_]) -> Floats:
    if not len(left):
        return np.zeros(0)
    return cpdist(left, right, scorer=fuzz.ratio, dtype=np.float32).astype(np.float64) / 100


def _joined(cells: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield numbers of points in the same cell or in neighbouring ones, each pair once."""
    keys = _key(cells)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    places = np.arange(len(keys))
    ends = np.searchsorted(ordered, ordered, "right")
    yield from _spread(order, order, places + 1, ends)
    for step in _AROUND:
        wanted = _key(cells[order] + np.array(step))
        yield from _spread(
            order, order, np.searchsorted(ordered, wanted, "left"), np.searchsorted(ordered, wanted, "right")
        )


def _spread(
    left: Numbers, right: Numbers, starts: Numbers, ends: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield left[n] with each of right[starts[n]:ends[n]], some millions at a time."""
    counts = np.maximum(ends - starts, 0)
    total = np.cumsum(counts)
    first = 0
    while first < len(counts):
        done = int(total[first - 1]) if first else 0
        last = max(int(np.searchsorted(total, done + _AT_ONCE, "right")), first + 1)
        some = counts[first:last]
        begin = np.repeat(starts[first:last] - (np.cumsum(some) - some), some)
        yield np.repeat(left[first:last], some), right[begin + np.arange(len(begin))]
        first = last


def _each_with_the_next(owner: Numbers, keys: Numbers, core: Numbers) -> Iterator[tuple[int, int]]:
    order = np.lexsort((owner, core, keys))
    owner, keys, core = owner[order], keys[order], core[order]
    same = (keys[1:] == keys[:-1]) & (core[1:] == core[:-1]) & (owner[1:] != owner[:-1])
    yield from zip(owner[1:][same].tolist(), owner[:-1][same].tolist(), strict=True)


def _key(cells: Numbers) -> Numbers:
    keys: Numbers = (cells[:, 0] * _AXIS + cells[:, 1]) * _AXIS + cells[:, 2]
    return keys


def _ecef(degrees: Floats) -> Floats:
    lam, phi = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    squared = FLATTENING * (2 - FLATTENING)
    vertical = AXIS_M / np.sqrt(1 - squared * np.sin(phi) ** 2)
    across = vertical * np.cos(phi)
    return np.column_stack(
        [across * np.cos(lam), across * np.sin(lam), vertical * (1 - squared) * np.sin(phi)]
    )
