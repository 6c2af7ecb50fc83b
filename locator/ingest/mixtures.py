"""Whether two datums in one file explain its rows better than one, and which rows have which.

Lists are mixed in three ways: one pasted below another, one office (district, source) beside another, or
row by row. The first two let rows speak for their neighbours, so they are told from far less.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Chance above which a row's datum counts as told.
SURE = 0.9
_LEAST_ROWS = 2
_PASSES = 30
_LEAST_SHARE = 0.02


class Mixture(NamedTuple):
    """The two likeliest candidates (by place), the chance of each row to be each candidate, shape (n, h).

    `gain` is how much better two candidates explain the rows than the best single one, in nats.
    """

    pair: tuple[int, int]
    chance: Floats
    gain: float


def two_datums(logs: Floats, prior: Floats, single: float, groups: Iterable[NDArray[np.int64]]) -> Mixture:
    """Return what the rows say if there are two datums among them, every pair and way of mixing weighed.

    Parameters
    ----------
    logs
        Log likelihood of n rows under h candidates, shape (n, h), rows in the file's order.
    prior
        Log prior of each candidate.
    single
        Log posterior of the best single candidate, which the gain is counted from.
    groups
        Labels 0.. of the rows by something that offices differ in, each of shape (n,).
    """
    count, candidates = logs.shape
    labels = [np.arange(count), *(g for g in groups if g.size and 0 < g.max() < count - 1)]
    found: list[tuple[float, tuple[int, int], Floats]] = []
    for one, other in permutations(range(candidates), 2):
        part = logs[:, [one, other]]
        ways = [_pasted(part)] + ([_by_group(part, label) for label in labels] if one < other else [])
        for chance, whole in ways:
            if min((chance > SURE).sum(), (chance < 1 - SURE).sum()) >= _LEAST_ROWS:
                found.append((whole + prior[one] + prior[other], (one, other), chance))
    votes = np.zeros((count, candidates))
    if not found:
        return Mixture((0, 1), votes, -np.inf)
    weights = np.array([weight for weight, _, _ in found])
    top = weights.max()
    shares = np.exp(weights - top)
    gain = float(top + np.log(shares.sum()) - single - np.log(len(labels) + 1))
    for share, (_, (one, other), chance) in zip(shares / shares.sum(), found, strict=True):
        votes[:, one] += share * chance
        votes[:, other] += share * (1 - chance)
    return Mixture(found[int(weights.argmax())][1], votes, gain)


def _by_group(part: Floats, label: NDArray[np.int64]) -> tuple[Floats, float]:
    """Return the chance of each row to be the first of two and the log likelihood; a group has one datum (EM)."""
    size = int(label.max()) + 1
    sums = np.column_stack([np.bincount(label, part[:, side], size) for side in (0, 1)])
    top = sums.max(axis=1)
    two = np.exp(np.maximum(sums - top[:, None], -600.0))
    weight, share = np.bincount(label, minlength=size), 0.5
    for _ in range(_PASSES):
        both = share * two[:, 0] + (1 - share) * two[:, 1]
        chance = share * two[:, 0] / both
        share = float(np.clip((chance * weight).sum() / weight.sum(), _LEAST_SHARE, 1 - _LEAST_SHARE))
    both = share * two[:, 0] + (1 - share) * two[:, 1]
    return (share * two[:, 0] / both)[label], float((np.log(both) + top).sum())


def _pasted(part: Floats) -> tuple[Floats, float]:
    """Return the same for one list pasted below another, its first row anywhere but at the ends."""
    count = len(part)
    if count < 2 * _LEAST_ROWS:
        return np.ones(count), -np.inf
    first, second = np.cumsum(part[:, 0]), np.cumsum(part[::-1, 1])[::-1]
    # Every place of the seam is as likely as any other.
    seams = first[:-1] + second[1:] - np.log(count - 1)
    top = seams.max()
    chance = np.exp(seams - top)
    whole = float(top + np.log(chance.sum()))
    above = np.cumsum((chance / chance.sum())[::-1])[::-1]
    return np.append(above, 0.0), whole
