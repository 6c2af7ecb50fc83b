"""The index beside the usual engines: right answers, single queries, a million askers, growth."""

from __future__ import annotations

import math
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from locator.index import warm
from tests.benchmarks import peers
from tests.benchmarks.exact import SAME_M, TRIP, Exact
from tests.benchmarks.peers import OURS, NotStartedError, Ours
from tests.benchmarks.timing import in_turns, seconds
from tests.benchmarks.world import FILTERS, World, make_askers, make_departures, make_hours, make_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tests.benchmarks.exact import Rows
    from tests.benchmarks.peers import Engine

    Engines = dict[str, Engine]

K = 10
BRUTE = "brute force"


@dataclass(frozen=True)
class Size:
    """How much of everything: a full run, or a smoke test."""

    services: int = 200_000
    growth: tuple[int, ...] = (20_000, 200_000, 1_000_000)
    checked: int = 5_000
    queries: int = 10_000
    budget_s: float = 2.0
    batch: int = 1_000_000


QUICK = Size(services=5_000, growth=(1_000, 5_000), checked=200, queries=200, budget_s=0.2, batch=5_000)


def run(size: Size) -> dict[str, Any]:
    """Return the figures of all engines."""
    warm()
    with ExitStack() as stack:
        world = make_world(size.services)
        engines, not_started = _start(stack, (OURS, *peers.PEERS), world)
        single = {name: engine for name, engine in engines.items() if engine.nearest}
        right, brute_us = _check(world, single, size)
        print("timing single queries", flush=True)
        results = {
            "services": size.services,
            "checked": size.checked,
            "not_started": not_started,
            "right": right,
            "single": _single(single, size),
            "soonest": _soonest(world, engines[OURS], size, brute_us),
            "batch": _batch(world, engines, size),
        }
    results["growth"] = _growth(size)
    return results


def _start(stack: ExitStack, names: Iterable[str], world: World) -> tuple[Engines, dict[str, str]]:
    engines: Engines = {}
    reasons: dict[str, str] = {}
    for name in names:
        begun = time.perf_counter()
        try:
            engines[name] = peers.start(name, world)
        except NotStartedError as reason:
            reasons[name] = str(reason)
            print(f"not started: {name}: {reason}", flush=True)
            continue
        stack.callback(engines[name].close)
        print(f"{name}: {world.lon.size:,} services in {time.perf_counter() - begun:.1f} s", flush=True)
    return engines, reasons


def _check(world: World, engines: Engines, size: Size) -> tuple[dict[str, Any], float]:
    """Return the share of right answers of each engine and filter, and what brute force took for one."""
    lon, lat = make_askers(size.checked)
    depart = make_departures(size.checked)
    hours = make_hours(world.lon.size)
    exact = Exact(world, hours, K)
    print(f"brute force: {size.checked:,} askers, {len(FILTERS)} filters and soonest", flush=True)
    begun = time.perf_counter()
    answers = exact.answers(lon, lat, depart)
    brute_us = (time.perf_counter() - begun) / size.checked * 1e6
    askers = list(zip(lon.tolist(), lat.tolist(), strict=True))
    right = {
        name: {
            kept: _share(exact, engine, askers, answers[kept], mask, size.budget_s, strict=name == OURS)
            for kept, mask in FILTERS.items()
        }
        for name, engine in engines.items()
    }
    index = engines[OURS].index
    found = [
        _ask_soonest(index, hours, *asker, when)[0]
        for asker, when in zip(askers, depart.tolist(), strict=True)
    ]
    same = [np.array_equal(mine, true) for mine, true in zip(found, answers["soonest"], strict=True)]
    right[OURS]["soonest"] = {"order": sum(same) / len(same), "set": None, "answers": len(same)}
    return right, brute_us


def _share(
    exact: Exact,
    engine: Engine,
    askers: list[tuple[float, float]],
    answers: list[Rows],
    mask: int,
    budget_s: float,
    *,
    strict: bool,
) -> dict[str, float]:
    """Return which share of an engine's answers holds the right services, and has them in the right order.

    Strict means these very rows, all of the askers. A peer need not break exact ties by row, so its
    services are compared by their distances, and it answers as many askers as its time allows.
    """
    end = time.perf_counter() + budget_s
    order, content, asked = 0, 0, 0
    for (lon, lat), true in zip(askers, answers, strict=True):
        mine = np.asarray(engine.nearest(lon, lat, K, mask), np.int64)
        asked += 1
        if strict or np.array_equal(mine, true):
            order += np.array_equal(mine, true)
            content += np.array_equal(np.sort(mine), np.sort(true))
        elif np.unique(mine).size == true.size:
            right_m, mine_m = exact.metres(lon, lat, true), exact.metres(lon, lat, mine)
            order += bool((np.abs(mine_m - right_m) < SAME_M).all())
            content += bool((np.abs(np.sort(mine_m) - right_m) < SAME_M).all())
        if not strict and time.perf_counter() > end:
            break
    return {"order": order / asked, "set": content / asked, "answers": asked}


def _single(engines: Engines, size: Size) -> dict[str, Any]:
    askers = list(zip(*(part.tolist() for part in make_askers(4 * size.queries)), strict=True))
    timed = {}
    for kept, mask in FILTERS.items():
        asks = {
            # Ours is called as everyone will call it, without a wrapper of this benchmark.
            name: partial(engine.index.nearest, k=K, all_bits=mask)
            if isinstance(engine, Ours)
            else partial(engine.nearest, k=K, mask=mask)
            for name, engine in engines.items()
        }
        timed[kept] = in_turns(asks, askers, size.queries, size.budget_s)
    return timed


def _soonest(world: World, ours: Ours, size: Size, brute_us: float) -> dict[str, Any]:
    hours = make_hours(world.lon.size)
    askers = list(zip(*(part.tolist() for part in make_askers(4 * size.queries)), strict=True))
    timed = {}
    for name, hour in {"Monday 10:00": 600.0, "Monday 03:00": 180.0}.items():
        ask = partial(_ask_soonest, ours.index, hours, depart=hour)
        timed[name] = in_turns({OURS: ask}, askers, size.queries, size.budget_s)[OURS]
    # Of all filters and soonest together: they share the pass over the rows.
    return {**timed, BRUTE: {"p50_us": brute_us, "p99_us": None, "queries": size.checked}}


def _ask_soonest(index: Any, hours: Any, lon: float, lat: float, depart: float) -> tuple[NDArray[Any], ...]:
    return index.soonest(
        *(lon, lat, K),
        codes=hours.codes,
        offsets=hours.offsets,
        starts=hours.starts,
        ends=hours.ends,
        depart=depart,
        stay=TRIP.stay,
        min_per_m=TRIP.min_per_m,
        max_minutes=TRIP.max_minutes,
    )


def _batch(world: World, engines: Engines, size: Size) -> dict[str, Any]:
    """Time the nearest one for each of many askers; who can take them all does so three times, in turns."""
    print(f"timing {size.batch:,} askers at once", flush=True)
    lon, lat = make_askers(size.batch, seed=1)
    took: dict[str, list[float]] = {name: [] for name in engines}
    found: dict[str, Rows] = {}

    def answer(name: str, asked: int) -> None:
        found[name] = engines[name].nearest_of_each(lon[:asked], lat[:asked])

    for turn in range(3):
        for name, engine in engines.items():
            if turn == 0 or engine.batch >= size.batch:
                asked = min(size.batch, engine.batch)
                took[name].append(seconds(partial(answer, name, asked)))
    timed = {}
    for name, times in took.items():
        asked, median = found[name].size, statistics.median(times)
        timed[name] = {
            "seconds": median * size.batch / asked,
            "askers_timed": asked,
            "extrapolated": asked < size.batch,
            # Ours is checked against brute force as single queries; here the others are checked against it.
            "same_as_ours": _same_place(world, found[name], found[OURS][:asked]),
        }
    return {"askers": size.batch, "engines": timed}


def _same_place(world: World, mine: Rows, ours: Rows) -> float:
    same = (world.lon[mine] == world.lon[ours]) & (world.lat[mine] == world.lat[ours])
    return float(same.mean())


def _growth(size: Size) -> dict[str, Any]:
    """Time the unfiltered single query at several sizes; the exponent is log(time) over log(size)."""
    print("timing growth", flush=True)
    askers = list(zip(*(part.tolist() for part in make_askers(4 * size.queries)), strict=True))
    times: dict[str, dict[int, float]] = {}
    for n in size.growth:
        world = make_world(n)
        names = [OURS, *(name for name in peers.GROWING if n <= peers.LARGEST.get(name, n))]
        with ExitStack() as stack:
            engines, _ = _start(stack, names, world)
            asks = {name: partial(engine.nearest, k=K, mask=0) for name, engine in engines.items()}
            for name, timed in in_turns(asks, askers, size.queries, size.budget_s).items():
                times.setdefault(name, {})[n] = timed["p50_us"]
    return {name: {"p50_us": by_n, **_grown(by_n)} for name, by_n in times.items()}


def _grown(by_n: dict[int, float]) -> dict[str, float]:
    first, last = min(by_n), max(by_n)
    ratio = by_n[last] / by_n[first]
    return {"ratio": ratio, "exponent": math.log(ratio) / math.log(last / first) if last > first else 0.0}
