"""The same gaps on many machines: the demand district by district on a Dask cluster, joined to what one process gives.

Each part carries all it needs, so a part whose worker dies is done again by any other. What is joined is the minutes
that each point is served: every figure is then worked out from them by the very code of one process.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._errors import ConfigurationError, InputError, Text
from locator.coverage.alone import Alone, only_here
from locator.coverage.gaps import Gaps
from locator.coverage.in_districts import by_district
from locator.coverage.reach import StraightReach, straight
from locator.coverage.served import Served, serve
from locator.coverage.usable import Usable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client
    from numpy.typing import NDArray

    from locator.coverage.demand import Demand
    from locator.coverage.reach import Reach

    Numbers = NDArray[np.int64]

LOCAL = "local"
# So that a city does not become one part.
_MOST_POINTS = 100_000
# A degree of latitude is nowhere shorter; with a little to spare for roundings.
_DEGREE_M, _SPARE = 110_500.0, 1.01
_TIMEOUT_S = 5
# A worker that dies takes its part with it, and another does it; a part that killed so many is given up.
_TRIES = 5


class Task(NamedTuple):
    """A part of a question: some demand, and the services that may be within its reach (numbers into all of them)."""

    demand: Demand
    usable: Usable
    services: Numbers
    reach: Callable[[], Reach]
    minutes: float


class Part(NamedTuple):
    """What came of a part."""

    served: Served
    unreachable: NDArray[np.bool_]
    alone: Alone
    services: Numbers


def reach_maker(mode: str, detour: float | None = None, network: str | None = None) -> Callable[[], Reach]:
    """Return what makes a reach in any process; a file of streets must be there under the same name on each machine."""
    return partial(straight, mode, detour) if network is None else partial(_opened, network, mode)


def gaps_of_parts(
    client: Client,
    counted: Usable,
    demand: Demand,
    reach: Callable[[], Reach],
    minutes: float,
    progress: Callable[[int], None] | None = None,
) -> Gaps:
    """Return what `gaps_of` does, worked out by the workers of a cluster.

    Parameters
    ----------
    client
        Of the cluster; its workers have this package installed.
    counted, demand, minutes
        As `gaps_of` takes them.
    reach
        Makes the reach, see `reach_maker`.
    progress
        Told how many points are done.

    Raises
    ------
    ConfigurationError
        A part killed every worker that tried it.
    """
    from distributed import as_completed  # noqa: PLC0415  an extra that most do without
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    here = reach()
    parts = list(parts_of(demand))
    tasks = [_task(demand, points, counted, here, reach, minutes) for points in parts]
    futures = [client.submit(work, task, pure=False, retries=_TRIES) for task in tasks]
    size = {future.key: len(points) for future, points in zip(futures, parts, strict=True)}
    try:
        for future in as_completed(futures):
            if progress is not None:
                progress(size[future.key])
        found = client.gather(futures)
    except KilledWorker as error:
        raise ConfigurationError(
            Text(
                f"计算进程死了太多次，停下了：{error}",
                f"too many workers died over one part, given up: {error}",
            )
        ) from None
    finally:
        client.cancel(futures)
    return _joined(demand, counted, here, minutes, parts, found)


def parts_of(demand: Demand) -> Iterator[Numbers]:
    """Yield the points of each district, large ones in pieces; those in no district come last."""
    label = np.full(len(demand), -1, np.int64)
    for _, _, of_point in by_district(demand):
        label = of_point.astype(np.int64)
    for district in [*range(int(label.max(initial=-1)) + 1), -1]:
        points = np.flatnonzero(label == district)
        for first in range(0, len(points), _MOST_POINTS):
            yield points[first : first + _MOST_POINTS]


def work(task: Task) -> Part:
    """Return what comes of a part; this runs on a worker."""
    demand, usable, reach = task.demand, task.usable, task.reach()
    served = serve(demand.lon, demand.lat, usable, usable.code, usable.weeks, reach, task.minutes)
    alone = only_here(demand, usable, reach, task.minutes)
    return Part(served, ~reach.reachable(demand.lon, demand.lat), alone, task.services)


@contextmanager
def cluster(address: str) -> Iterator[Client]:
    """Give a client of the scheduler at an address; `local` starts one process a core for as long as it is used.

    Raises
    ------
    ConfigurationError
        Dask is not installed.
    InputError
        Nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415  an extra that most do without
    except ImportError:
        raise ConfigurationError(
            Text("没有装 Dask：pip install 'locator[many]'", "Dask is missing: pip install 'locator[many]'")
        ) from None
    if address == LOCAL:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        local = LocalCluster(n_workers=cores, threads_per_worker=1, processes=True, dashboard_address=None)
        with local, Client(local) as client:
            yield client
        return
    try:
        client = Client(address, timeout=_TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise InputError(
            "scheduler",
            address,
            Text(f"连不上 {address}：{error}", f"no scheduler answers at {address}: {error}"),
        ) from None
    with client:
        yield client


def _task(
    demand: Demand, points: Numbers, counted: Usable, here: Reach, reach: Callable[[], Reach], minutes: float
) -> Task:
    # Outlines and names are for the answer, which is put together here.
    mine = replace(demand.picked(points), shapes=None, town=None, faults=())
    near = _near(mine, counted, here, minutes)
    services, owner = np.unique(counted.owner[near], return_inverse=True)
    return Task(
        mine,
        Usable(
            [counted.ids[number] for number in services.tolist()],
            counted.capacity[services],
            owner.reshape(-1).astype(np.int32),
            counted.lon[near],
            counted.lat[near],
            counted.code[near],
            counted.weeks,  # whole, so that its hours are numbered alike in all parts
        ),
        services.astype(np.int64),
        reach,
        minutes,
    )


def _near(demand: Demand, counted: Usable, here: Reach, minutes: float) -> Numbers:
    """Return the places that may be within reach of a part: all, where one goes by streets."""
    if not isinstance(here, StraightReach) or not len(demand):
        return np.arange(len(counted.owner))
    up = _SPARE * here.radius_m(minutes) / _DEGREE_M
    low, high = demand.lat.min() - up, demand.lat.max() + up
    aside = up / max(0.01, float(np.cos(np.radians(max(abs(low), abs(high))))))
    inside = (counted.lat >= low) & (counted.lat <= high)
    inside &= (counted.lon >= demand.lon.min() - aside) & (counted.lon <= demand.lon.max() + aside)
    return np.flatnonzero(inside)


def _joined(
    demand: Demand, counted: Usable, here: Reach, minutes: float, parts: list[Numbers], found: list[Part]
) -> Gaps:
    nobody = np.empty(0)
    # Without anybody, the numbering of the hours still is what the week says.
    empty = serve(nobody, nobody, counted, counted.code, counted.weeks, here, minutes)
    set_of, unreachable = np.zeros(len(demand), np.int32), np.zeros(len(demand), np.bool_)
    lost, near = np.zeros((2, len(counted.ids))), np.zeros(len(counted.ids), np.bool_)
    before = 0
    for points, part in zip(parts, found, strict=True):
        set_of[points] = part.served.set_of + np.int32(before)
        unreachable[points] = part.unreachable
        lost[:, part.services] += part.alone.person_hours
        near[part.services] |= part.alone.in_reach
        before += len(part.served.low)
    served = Served(
        set_of,
        empty.hour_of,
        np.concatenate([empty.sets, *(part.served.sets for part in found)]),
        np.concatenate([empty.low, *(part.served.low for part in found)]),
        np.concatenate([empty.high, *(part.served.high for part in found)]),
    )
    return Gaps(demand, counted, here, minutes, served, unreachable, Alone(lost, near))


@lru_cache(maxsize=2)
def _opened(network: str, mode: str) -> Reach:
    """Return the streets of a file, which a worker reads once."""
    from locator.streets import StreetNetwork  # noqa: PLC0415  most have none

    return StreetNetwork.open(network, mode)
