"""Stopwatches: engines take turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import gc
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Ask = Callable[[float, float], object]

_ROUNDS = 5
_FEWEST = 3
_WARM_UP = 20


def in_turns(
    engines: Mapping[str, Ask], askers: Sequence[tuple[float, float]], most: int, budget_s: float
) -> dict[str, dict[str, float]]:
    """Time single queries of every engine, in rounds; slow engines stop at their share of the time.

    Parameters
    ----------
    engines
        What to call with lon, lat.
    askers
        Who asks; the same ones, in the same order, for every engine.
    most
        Queries of one engine at most.
    budget_s
        Seconds of one engine at most.
    """
    took: dict[str, list[int]] = {name: [] for name in engines}
    queues = {name: cycle(askers) for name in engines}
    for name, ask in engines.items():
        _spend(ask, islice(queues[name], _WARM_UP), budget_s / _ROUNDS)
    for _ in range(_ROUNDS):
        for name, ask in engines.items():
            took[name] += _spend(ask, islice(queues[name], most // _ROUNDS), budget_s / _ROUNDS)
    return {name: _summary(times) for name, times in took.items()}


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _spend(ask: Ask, askers: islice[tuple[float, float]], budget_s: float) -> list[int]:
    clock, took = time.perf_counter_ns, []
    end = clock() + int(budget_s * 1e9)
    gc.disable()  # as timeit does: a collection would be charged to whoever is asked just then
    try:
        for lon, lat in askers:
            begun = clock()
            ask(lon, lat)
            now = clock()
            took.append(now - begun)
            if now > end and len(took) >= _FEWEST:
                break
    finally:
        gc.enable()
    return took


def _summary(times: list[int]) -> dict[str, float]:
    p50, p99 = np.percentile(times, [50, 99]) / 1e3
    return {"p50_us": float(p50), "p99_us": float(p99), "queries": len(times)}
