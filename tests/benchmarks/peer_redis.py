"""Redis GEOSEARCH with a growing radius, in a server of our own on a unix socket.

Two honest layouts: one geo key whose finds are then looked up in a set for each filter, as one must
when filters are combined freely; and one geo key for each filter, possible while they are few.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import redis

from tests.benchmarks.peers import REDIS_KEYS, NotStartedError, need
from tests.benchmarks.world import FILTERS

if TYPE_CHECKING:
    from tests.benchmarks.peers import Floats, Rows
    from tests.benchmarks.world import World

# Measured over 400 m to 3.2 km: fewer rounds are worth more than shorter lists.
_START_M, _END_M = 3_200.0, 20_000_000.0
_CHUNK = 5_000
_WAIT_S = 10.0


class RedisGeo:
    """Geo keys in a Redis, asked by one connection."""

    batch = 5_000

    def __init__(self, world: World, *, key_per_filter: bool) -> None:
        self._key_per_filter = key_per_filter
        self._folder = tempfile.mkdtemp(prefix="bench-redis-")
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._server, self._redis = _start_server(Path(self._folder))
            self._fill(world)
        except BaseException:
            self.close()
            raise

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> list[int]:
        """Return rows, nearest first."""
        radius, only = _START_M, self._key_per_filter or not mask
        key = f"geo:{mask}" if only else "geo:0"
        while True:
            ask = ["GEOSEARCH", key, "FROMLONLAT", lon, lat, "BYRADIUS", radius, "m", "ASC"]
            found = self._redis.execute_command(*ask, *(["COUNT", k] if only else []))
            if found and not only:
                has = self._redis.smismember(f"has:{mask}", found)
                found = [member for member, kept in zip(found, has, strict=True) if kept]
            if len(found) >= k or radius > _END_M:
                return [int(member) for member in found[:k]]
            radius *= 2.0

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each asker: rounds of one pipeline for all that have none yet."""
        rows = np.full(lon.size, -1)
        where = list(zip(lon.tolist(), lat.tolist(), strict=True))
        where = list(zip(lon.tolist(), lat.tolist(), strict=True))
        left, radius = np.arange(lon.size), _START_M
        while left.size and radius < _END_M:
            pipe = self._redis.pipeline(transaction=False)
            for i in left.tolist():
                ask = ["GEOSEARCH", "geo:0", "FROMLONLAT", *where[i], "BYRADIUS", radius, "m", "ASC"]
                pipe.execute_command(*ask, "COUNT", 1)
            for i, found in zip(left.tolist(), pipe.execute(), strict=True):
                rows[i] = int(found[0]) if found else -1
            left, radius = np.flatnonzero(rows < 0), radius * 2.0
        return rows

    def close(self) -> None:
        """Stop the server and remove its folder."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(_WAIT_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _fill(self, world: World) -> None:
        for mask in FILTERS.values():
            rows = world.keeping(mask)
            for part in np.array_split(rows, rows.size // _CHUNK + 1):
                if mask:
                    self._redis.sadd(f"has:{mask}", *part.tolist())
                if self._key_per_filter or not mask:
                    triples = zip(
                        world.lon[part].tolist(), world.lat[part].tolist(), part.tolist(), strict=True
                    )
                    self._redis.geoadd(f"geo:{mask}", [value for triple in triples for value in triple])


def _start_server(folder: Path) -> tuple[subprocess.Popen[bytes], redis.Redis]:
    program = need("Redis", lambda: shutil.which("redis-server"), "redis-server")
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=str(socket))
    end = time.monotonic() + _WAIT_S
    while True:
        try:
            client.ping()
        except redis.ConnectionError as error:
            if server.poll() is not None or time.monotonic() > end:
                server.kill()
                raise NotStartedError(f"Redis: {error}") from error
            time.sleep(0.05)
        else:
            return server, client


def start(name: str, world: World) -> RedisGeo:
    """Return the engine in one of its layouts."""
    return RedisGeo(world, key_per_filter=name == REDIS_KEYS)
