"""Servers under test as processes of their own, and the load on them."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers import need

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Process = subprocess.Popen[bytes]

_ROOT = Path(__file__).parents[2]
_SCRIPT = Path(__file__).with_name("wrk.lua")
_START_S, _STOP_S = 60.0, 20.0
_KB = 1024
# Of half seconds: how long a server may take to come to rest, and how long it has to be at rest.
_PATIENCE, _QUIET = 120, 5
CONNECTIONS = 32


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    port: int
    process: Process
    started_s: float

    def connect(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10.0)

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask on a new connection, and return status and body."""
        connection = self.connect()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def settle(self) -> None:
        """Wait until a server that has just started has done what it does in the background."""
        quiet, before = 0, 0
        for _ in range(_PATIENCE):
            spent = sum(map(_ticks, _with_children(self.process.pid)))
            quiet = quiet + 1 if spent - before <= 1 else 0
            if quiet == _QUIET:
                return
            before = spent
            time.sleep(0.5)
        raise RuntimeError("the server does not come to rest")

    def worker_mb(self, workers: int) -> list[float]:
        """Return the resident memory of the workers: the largest children of the server."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        sizes = sorted((resident_mb(int(child)) for child in children.split()), reverse=True)
        return sizes[:workers]


def _with_children(pid: int) -> list[int]:
    found = [pid]
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():  # each thread has its own children
            for child in (thread / "children").read_text().split():
                found += _with_children(int(child))
    except FileNotFoundError:  # it has ended meanwhile
        pass
    return found


def _ticks(pid: int) -> int:
    """Return the processor time of a process, in hundredths of a second."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def resident_mb(pid: int | str) -> float:
    """Return the resident memory of a process in MB, as the kernel counts it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / _KB for line in lines if line.startswith("VmRSS")), 0.0)


@contextmanager
def serving(store: str, workers: int, *, hello: bool = False) -> Iterator[Served]:
    """Run `locator serve`, or the same around a hello, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = ["locator", "serve", "--store", store, "--port", str(port), "--workers", str(workers)]
    theirs = ["tests.benchmarks.hello", store, str(port), str(workers)]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *(theirs if hello else ours)],
        cwd=_ROOT,
        env={**os.environ, "LOCATOR_BASEMAP": "outline"},
        stdout=subprocess.DEVNULL,
    )
    try:
        served = Served(port, process, 0.0)
        while not _answers(served):
            if process.poll() is not None or time.perf_counter() - begun > _START_S:
                raise RuntimeError(f"the server does not answer: {process.args}")
            time.sleep(0.02)
        yield Served(port, process, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(_STOP_S)


def _answers(served: Served) -> bool:
    try:
        return served.get("/healthz")[0] == http.client.OK
    except OSError:
        return False


def start_load(served: Served, paths: Path, seconds: float, seed: int) -> Process:
    """Start wrk: 32 connections of one thread, which is all that two cores leave to it."""
    wrk = need("wrk", lambda: shutil.which("wrk"), "wrk")
    load = ["-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(_SCRIPT)]
    url = f"http://127.0.0.1:{served.port}"
    return subprocess.Popen([wrk, *load, url, "--", str(paths), str(seed)], stdout=subprocess.PIPE)


def end_load(load: Process) -> dict[str, Any]:
    """Wait for wrk and return its figures."""
    out, _ = load.communicate()
    if load.returncode:
        raise RuntimeError(f"wrk failed: {load.args}")
    figures = json.loads(out.decode().strip().splitlines()[-1])
    return {**figures, "per_second": figures["requests"] / figures["seconds"]}


def write_paths(file: Path, route: str, queries: Sequence[str]) -> Path:
    """Write one path a line for wrk."""
    file.write_text("".join(f"{route}?{query}\n" for query in queries))
    return file
