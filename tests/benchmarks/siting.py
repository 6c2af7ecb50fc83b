"""A hundred actions for a city: how long the sets take, how long all of it, and how far from the best it may be."""

from __future__ import annotations

import statistics
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from locator.coverage.compressed import Compressed
from locator.coverage.cover import Budget, Cover
from locator.coverage.reach import Sites, straight
from locator.coverage.solve import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_TURNS = 5
_TOWNS, _SPREAD_DEG, _CITY_DEG = 80, 0.03, 0.5
_SAME = 1e-9


@dataclass(frozen=True)
class Size:
    """How much of everything: the first case is the promised one, the others show the growth."""

    cases: tuple[tuple[int, int, float], ...] = (
        (100_000, 5_000, 15.0),
        (10_000, 5_000, 15.0),
        (1_000_000, 5_000, 15.0),
        (100_000, 5_000, 30.0),
    )
    actions: int = 100
    peer: tuple[int, int, int] = (2_000, 500, 20)


QUICK = Size(cases=((10_000, 500, 15.0),), actions=20, peer=(300, 60, 6))


def run(size: Size) -> dict[str, Any]:
    """Return the figures."""
    _case((500, 50, 15.0), 5)  # code is loaded once
    cases = [_case(case, size.actions) for case in size.cases]
    first = {name: cases[0][name] for name in ("sets_s", "total_s", "gap")}
    return {"full": size == Size(), **first, "cases": cases, "peer": _beside_spopt(*size.peer)}


def _case(case: tuple[int, int, float], actions: int) -> dict[str, Any]:
    points, sites, minutes = case
    lon, lat, weight, where = _city(points, sites)
    sets_s, total_s = [], []
    for _ in range(_TURNS if points <= 100_000 else 1):
        begun = time.perf_counter()
        by_element = Compressed(*straight("walk").within(lon, lat, where, minutes))
        by_element.turned(sites)  # the sets themselves: the points of each site
        sets_s.append(time.perf_counter() - begun)
        answer = solve(Cover.plain(weight, by_element, sites), Budget(actions))
        total_s.append(time.perf_counter() - begun)
    return {
        "points": points,
        "sites": sites,
        "minutes": minutes,
        "pairs": len(by_element.indices),
        "sets_s": statistics.median(sets_s),
        "total_s": statistics.median(total_s),
        "gap": answer.upper_bound / answer.gain - 1,
    }


def _beside_spopt(points: int, sites: int, actions: int) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer's own
        import pulp
        from spopt.locate import MCLP

    lon, lat, weight, where = _city(points, sites)
    ours_s = []
    for _ in range(_TURNS):
        begun = time.perf_counter()
        by_element = Compressed(*straight("walk").within(lon, lat, where, 20.0))
        ours = solve(Cover.plain(weight, by_element, sites), Budget(actions), prove=True)
        ours_s.append(time.perf_counter() - begun)
    cost = np.ones((points, sites))
    cost[np.repeat(np.arange(points), np.diff(by_element.indptr)), by_element.indices] = 0.0
    begun = time.perf_counter()
    peer = MCLP.from_cost_matrix(cost, weight, 0.5, actions).solve(pulp.HiGHS(msg=False, gapRel=0))
    spopt_s = time.perf_counter() - begun
    best = float(pulp.value(peer.problem.objective))
    return {
        "ours_s": statistics.median(ours_s),
        "spopt_s": spopt_s,
        "ours": ours.gain,
        "spopt": best,
        "same": ours.optimal and abs(ours.gain - best) <= _SAME * best,
    }


def _city(points: int, sites: int) -> tuple[Floats, Floats, Floats, Sites]:
    """Return demand and sites in the same towns, large ones and small ones, over 50 km."""
    r = np.random.default_rng(1)
    middle = r.uniform(0.0, _CITY_DEG, (_TOWNS, 2))
    share = 1.0 / np.arange(1, _TOWNS + 1) ** 0.7

    def scattered(n: int) -> tuple[Floats, Floats]:
        town = r.choice(_TOWNS, n, p=share / share.sum())
        return (
            121.0 + middle[town, 0] + r.normal(0.0, _SPREAD_DEG, n),
            31.0 + middle[town, 1] + r.normal(0.0, _SPREAD_DEG, n),
        )

    lon, lat = scattered(points)
    return lon, lat, r.lognormal(0.0, 1.0, points), Sites(*scattered(sites))
