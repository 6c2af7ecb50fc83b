"""The engines that are compared: how each is started, and what each can be asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

import numpy as np

from locator import NearestIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tests.benchmarks.world import World

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

OURS, SCIPY, RTREE = "locator", "scipy cKDTree", "rtree 3-D"
POSTGIS, POSTGIS_BTREE = "PostGIS", "PostGIS + btree"
REDIS, REDIS_KEYS = "Redis", "Redis, key per filter"
SHAPELY, GEOPANDAS = "shapely STRtree", "sjoin_nearest"
_MODULES = {
    SCIPY: "peer_scipy",
    RTREE: "peer_rtree",
    SHAPELY: "peer_shapely",
    GEOPANDAS: "peer_geopandas",
    POSTGIS: "peer_postgis",
    POSTGIS_BTREE: "peer_postgis",
    REDIS: "peer_redis",
    REDIS_KEYS: "peer_redis",
}
PEERS = tuple(_MODULES)
# Beyond these sizes building a peer takes longer than all of its answers.
GROWING = (SCIPY, RTREE, SHAPELY, POSTGIS, REDIS_KEYS)
LARGEST = {RTREE: 200_000, SHAPELY: 200_000, POSTGIS: 200_000, REDIS_KEYS: 200_000}

_ECC2 = 1 / 298.257223563 * (2 - 1 / 298.257223563)


class NotStartedError(Exception):
    """An engine cannot be had on this machine; the message says why."""


class Engine(Protocol):
    """An engine that holds one world. A batch-only engine has no `nearest`."""

    # How many askers a batch has at most; fewer than were wanted are extrapolated, and marked so.
    batch: int

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> Sequence[int] | Rows:
        """Return the rows of the k nearest with all bits of the mask, nearest first."""

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each of many askers."""

    def close(self) -> None:
        """Let go of memory, and stop a server that was started."""


class Ours:
    """The index of this project, in the shape of its peers."""

    batch = 10**9

    def __init__(self, world: World) -> None:
        self.index = NearestIndex(world.lon, world.lat, world.bits)

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> Rows:
        """Return rows, nearest first."""
        return self.index.nearest(lon, lat, k, mask)[0]

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each asker."""
        return self.index.nearest_many(lon, lat)[0][:, 0]

    def close(self) -> None:
        """Nothing is held open."""


def start(name: str, world: World) -> Engine:
    """Return an engine that holds a world.

    Raises
    ------
    NotStartedError
        It is not installed, or cannot be run here.
    """
    if name == OURS:
        return Ours(world)
    try:
        return import_module(f"tests.benchmarks.{_MODULES[name]}").start(name, world)
    except ImportError as error:
        raise NotStartedError(f"{error.name} is not installed: pip install '.[bench]'") from error


def need(name: str, find: Callable[[], str | None], packages: str) -> str:
    """Return what `find` finds of a program, installed from Debian first if that can be done.

    Raises
    ------
    NotStartedError
        It is missing, and this is not a root shell on a Debian.
    """
    found = find()
    if found:
        return found
    if os.geteuid() or not shutil.which("apt-get"):
        raise NotStartedError(f"{name} is missing: apt-get install {packages}")
    print(f"installing {packages}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages.split()]):
        done = subprocess.run(["apt-get", *step], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise NotStartedError(f"{name}: apt-get {step[0]} failed: {last}")
    found = find()
    if not found:
        raise NotStartedError(f"{name} is still missing after installing {packages}")
    return found


def ecef_column(lon: Floats, lat: Floats) -> Floats:
    """Return earth-centred metres, shape (n, 3), in numpy: PROJ would take longer than the search."""
    lam, phi = np.radians(lon), np.radians(lat)
    sin_phi = np.sin(phi)
    vertical = 6378137.0 / np.sqrt(1.0 - _ECC2 * sin_phi * sin_phi)
    across = vertical * np.cos(phi)
    return np.column_stack([across * np.cos(lam), across * np.sin(lam), vertical * (1.0 - _ECC2) * sin_phi])
