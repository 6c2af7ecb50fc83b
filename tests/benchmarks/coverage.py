"""A week of gaps for a million points beside the plain question at one instant, and beside asking it 672 times."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from locator import NearestIndex
from locator.coverage.demand import Demand
from locator.coverage.gaps import Gaps, gaps_of
from locator.coverage.reach import straight
from locator.coverage.rhythms import RHYTHMS
from locator.coverage.usable import Usable
from locator.coverage.weeks import MINUTES, Weeks, packed
from tests.benchmarks.timing import seconds
from tests.benchmarks.world import make_askers, make_hours, make_world

QUARTERS = 672
WALK_MIN = 15.0
_TURNS = 3
_QUARTER_MIN = 15


@dataclass(frozen=True)
class Size:
    """How much of everything: a full run, or a smoke test."""

    services: int = 200_000
    points: int = 1_000_000
    growth: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    quarters: int = 8


QUICK = Size(services=5_000, points=20_000, growth=(2_000, 20_000), quarters=4)


def run(size: Size) -> dict[str, Any]:
    """Return the figures; a process of its own tells how much memory it takes."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, size).result()


def measure(size: Size) -> dict[str, Any]:
    """Time everything in turns, so that a busy machine slows all alike."""
    counted, demand = _world(size.services), _demand(size.points)
    print(
        f"gaps: {size.points:,} points, {size.services:,} services, {len(counted.weeks)} timelines",
        flush=True,
    )
    radius_m = straight("walk").radius_m(WALK_MIN)
    index = NearestIndex(counted.lon, counted.lat)
    picked = np.random.default_rng(3).choice(QUARTERS, size.quarters, replace=False) * _QUARTER_MIN
    took: dict[str, list[float]] = {name: [] for name in ("within", "week", "quarter", "ride")}
    found: list[Gaps] = []
    _week(counted, demand.picked(np.arange(1000)), "walk")  # code is loaded once
    for turn in range(_TURNS):
        took["within"].append(seconds(partial(index.within_many, demand.lon, demand.lat, radius_m)))
        took["week"].append(seconds(lambda: found.append(_week(counted, demand, "walk"))))
        for minute in picked[turn::_TURNS].tolist():
            took["quarter"].append(seconds(partial(_instant, counted, demand, minute, radius_m)))
        took["ride"].append(seconds(partial(_week, counted, demand, "ride")))
        del found[:-1]
    within, week = statistics.median(took["within"]), statistics.median(took["week"])
    quarters = statistics.mean(took["quarter"]) * QUARTERS
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alone = seconds(lambda: found[-1].only_here)
    return {
        "services": size.services,
        "points": size.points,
        "within_s": within,
        "week_s": week,
        "ride_s": statistics.median(took["ride"]),
        "quarters_s": quarters,
        "only_here_s": alone,
        "peak_mb": peak_mb,
        "distinct_sets": len(found[-1].served.sets),
        "right": min(_right(found[-1], counted, demand, minute, radius_m) for minute in picked.tolist()),
        "growth": {points: _grown(counted, points) for points in size.growth},
    }


def _week(counted: Usable, demand: Demand, mode: str) -> Gaps:
    """Work a week out from nothing: the tree of services, the week of every point, the totals by hour."""
    found = gaps_of(counted, demand, straight(mode), WALK_MIN)
    assert found.served_by_hour.shape == (2, 168)
    return found


def _instant(counted: Usable, demand: Demand, minute: int, radius_m: float) -> np.ndarray[Any, Any]:
    """Answer for one minute the plain way: an index of what is open, asked by everybody."""
    is_open = counted.weeks.sure[counted.code, minute // 64] >> np.uint64(minute % 64) & np.uint64(1) > 0
    return NearestIndex(counted.lon[is_open], counted.lat[is_open]).within_many(
        demand.lon, demand.lat, radius_m
    )


def _right(found: Gaps, counted: Usable, demand: Demand, minute: int, radius_m: float) -> float:
    """Return the share of points for which the week says of a minute what the plain way does."""
    some = np.random.default_rng(minute).choice(len(demand), min(20_000, len(demand)), replace=False)
    sets = found.served.sets[found.served.set_of[some]]
    bits = np.unpackbits(sets.view(np.uint8), axis=1, bitorder="little")[:, : len(counted.weeks)]
    is_open = counted.weeks.sure[:, minute // 64] >> np.uint64(minute % 64) & np.uint64(1) > 0
    mine = (bits[:, is_open] > 0).any(axis=1)
    return float((mine == _instant(counted, demand.picked(some), minute, radius_m)).mean())


def _grown(counted: Usable, points: int) -> float:
    demand = _demand(points)
    return statistics.median(seconds(partial(_week, counted, demand, "walk")) for _ in range(_TURNS))


def _world(services: int) -> Usable:
    """Return the services of the other benchmarks with their 300 weeks; a tenth has unknown hours."""
    world, hours = make_world(services), make_hours(services)
    count = len(hours.offsets) - 1
    marks = np.zeros((count + 1, 2, MINUTES), np.bool_)
    for row in range(count):
        for i in range(hours.offsets[row], hours.offsets[row + 1]):
            marks[row, :, int(hours.starts[i]) : min(int(hours.ends[i]), MINUTES)] = True
    marks[count, 1] = True
    bits = packed(marks)
    weeks = Weeks(date(2026, 11, 23), bits[:, 0].copy(), bits[:, 1].copy())
    return Usable(
        [str(i) for i in range(services)],
        np.full(services, np.nan),
        np.arange(services, dtype=np.int32),
        world.lon,
        world.lat,
        np.where(hours.codes < 0, count, hours.codes).astype(np.int32),
        weeks,
    )


def _demand(points: int) -> Demand:
    lon, lat = make_askers(points, seed=1)
    return Demand.of(lon, lat, 1.0, RHYTHMS["rider"])
