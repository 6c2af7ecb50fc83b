"""PostGIS geography with a GiST index, in a PostgreSQL of our own on a unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psycopg

from tests.benchmarks.peers import POSTGIS_BTREE, NotStartedError, need
from tests.benchmarks.world import FILTERS

if TYPE_CHECKING:
    from tests.benchmarks.peers import Floats, Rows
    from tests.benchmarks.world import World

_PACKAGES = "postgresql postgresql-postgis"
_ORDER = "ORDER BY spot <-> ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography LIMIT %s"
# A filter is a boolean column, which is how a table of services would hold it.
_COLUMNS = {mask: f"keeps_{mask}" for mask in FILTERS.values() if mask}
_WAIT_S = 30.0


class Postgis:
    """A table with a GiST index, and one connection that asks prepared statements."""

    batch = 5_000

    def __init__(self, world: World, *, btree: bool) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._server = _start_server(self._folder)
            self._connection = _connect(self._folder, self._server)
            self._fill(world, btree=btree)
        except BaseException:
            self.close()
            raise
        where = {0: "", **{mask: f"WHERE {column}" for mask, column in _COLUMNS.items()}}
        self._queries = {mask: f"SELECT id FROM place {kept} {_ORDER}" for mask, kept in where.items()}
        self._cursor = self._connection.cursor()

    def nearest(self, lon: float, lat: float, k: int, mask: int) -> list[int]:
        """Return rows, nearest first."""
        self._cursor.execute(self._queries[mask], (lon, lat, k), prepare=True)
        return [row[0] for row in self._cursor.fetchall()]

    def nearest_of_each(self, lon: Floats, lat: Floats) -> Rows:
        """Return the nearest row to each asker, in one statement."""
        self._cursor.execute(
            "SELECT (SELECT id FROM place ORDER BY spot <-> ST_SetSRID(ST_MakePoint(x, y), 4326)::geography"
            " LIMIT 1) FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS asker (x, y, i) ORDER BY i",
            (lon.tolist(), lat.tolist()),
        )
        return np.array([row[0] for row in self._cursor.fetchall()])

    def close(self) -> None:
        """Stop the server and remove its folder."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            self._server.wait(_WAIT_S)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _fill(self, world: World, *, btree: bool) -> None:
        ask = self._connection.execute
        ask("CREATE EXTENSION postgis")
        names = ", ".join(_COLUMNS.values())
        flags = ", ".join(f"{name} boolean" for name in _COLUMNS.values())
        ask(
            f"CREATE TABLE place (id int PRIMARY KEY, lon float8, lat float8, {flags}, spot geography(Point))"
        )
        kept = [(world.bits & np.uint64(mask) > 0).tolist() for mask in _COLUMNS]
        rows = zip(range(world.lon.size), world.lon.tolist(), world.lat.tolist(), *kept, strict=True)
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY place (id, lon, lat, {names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        ask("UPDATE place SET spot = ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography")
        ask("CREATE INDEX ON place USING gist (spot)")
        for name in _COLUMNS.values() if btree else ():
            ask(f"CREATE INDEX ON place (id) WHERE {name}")
        ask("VACUUM (FULL, ANALYZE) place")


def _connect(folder: Path, server: subprocess.Popen[bytes]) -> psycopg.Connection:
    end = time.monotonic() + _WAIT_S
    while True:
        try:
            return psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True)
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > end:
                log = (folder / "log").read_text(errors="replace").strip().splitlines()
                raise NotStartedError(f"PostgreSQL: {log[-1] if log else error}") from error
            time.sleep(0.1)


def _programs() -> str | None:
    """Return the folder of the newest PostgreSQL that has PostGIS."""
    having = Path("/usr/share/postgresql").glob("*/extension/postgis.control")
    versions = sorted((control.parent.parent.name for control in having), key=int, reverse=True)
    folders = [f"/usr/lib/postgresql/{version}/bin" for version in versions]
    return next((folder for folder in folders if shutil.which("postgres", path=folder)), None)


def _start_server(folder: Path) -> subprocess.Popen[bytes]:
    programs = need("PostGIS", _programs, _PACKAGES)
    # The server refuses to run as root.
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if who:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = str(folder / "data")
    made = subprocess.run(
        [f"{programs}/initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8"],
        **who, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise NotStartedError(f"initdb: {(made.stderr.strip() or 'failed').splitlines()[-1]}")
    settings = {"unix_socket_directories": folder, "listen_addresses": "", "shared_buffers": "1GB"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [f"{programs}/postgres", "-D", data, *options], **who, cwd=folder, stdout=log, stderr=log
        )


def start(name: str, world: World) -> Postgis:
    """Return the engine; with btree indexes it may look a rare filter up instead of walking outwards."""
    return Postgis(world, btree=name == POSTGIS_BTREE)
