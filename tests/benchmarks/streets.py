"""Travel over streets: the nearest of many services for every node, beside one bare search by scipy."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locator.streets import StreetNetwork, Streets
from locator.streets.files import whole

if TYPE_CHECKING:
    from collections.abc import Callable

_MIDDLE = (121.2, 31.0)
_STEP_DEG = 0.0012


@dataclass(frozen=True)
class Size:
    """How large a network, how many services, and how often each is timed."""

    nodes: int = 100_000
    services: int = 1_000
    rounds: int = 7


QUICK = Size(10_000, 100, 3)


def run(size: Size) -> dict[str, Any]:
    """Return the figures; times in seconds."""
    rng = np.random.default_rng(1)
    network = StreetNetwork(_grid(size.nodes, rng), "drive")
    picked = rng.choice(len(network), size.services, replace=False)
    services = network.snap(network.lon[picked], network.lat[picked])
    tails, heads, seconds = network.ways
    backward = csr_array((seconds, (heads, tails)), shape=(len(network), len(network)))
    network.seconds_to_nearest(services)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(size.rounds):
        ours.append(_timed(lambda: network.seconds_to_nearest(services)))
        theirs.append(_timed(lambda: dijkstra(backward, indices=picked, min_only=True)))
    truth = dijkstra(backward, indices=picked, min_only=True)
    many = network.snap(network.lon, network.lat)
    within = _timed(lambda: network.times_between(many, services, 5))
    return {
        "nodes": len(network),
        "services": size.services,
        "ours_s": float(np.median(ours)),
        "scipy_s": float(np.median(theirs)),
        "worst_difference_s": float(np.abs(network.seconds_to_nearest(services) - truth).max()),
        "within_5_min_s": within,
    }


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _grid(nodes: int, rng: np.random.Generator) -> Streets:
    """Return a bent grid of streets, a fifth of them one-way, with a tenth of its pieces left out."""
    side = int(np.sqrt(nodes * 1.02)) + 1
    row = np.arange(side * side)
    x, y = row % side, row // side
    lon = _MIDDLE[0] + (x + rng.normal(0, 0.15, row.size)) * _STEP_DEG
    lat = _MIDDLE[1] + (y + rng.normal(0, 0.15, row.size)) * _STEP_DEG
    start = np.concatenate([row[x < side - 1], row[y < side - 1]])
    end = np.concatenate([row[x < side - 1] + 1, row[y < side - 1] + side])
    kept = rng.random(start.size) > 0.1
    start, end = start[kept].astype(np.int32), end[kept].astype(np.int32)
    kmh = rng.choice([120, 180, 250, 300], start.size).astype(np.uint16)
    against = np.where(rng.random(start.size) < 0.2, 0, kmh).astype(np.uint16)
    metres = np.hypot((lon[end] - lon[start]) * 95_400, (lat[end] - lat[start]) * 110_900).astype(np.float32)
    return Streets(
        *whole(lon, lat), start, end, metres, np.stack([kmh, against])[None], ("drive",), "a bent grid"
    )
