"""The web path on 200,000 services: load, memory, start, first requests, and an edit under load."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from locator.store import Store
from tests.benchmarks.peers import NotStartedError
from tests.benchmarks.servers import end_load, serving, start_load, write_paths

if TYPE_CHECKING:
    from tests.benchmarks.servers import Served

_ASKERS = 5_000
_JITTER_DEG = 0.01
_STARTS = 3
_HUNDREDTH = 100
_IN_A_ROW = 50
_PATIENCE_S = 30.0
_FIRST_ANSWER = """
import sys, time
begun = time.perf_counter()
from datetime import datetime
from locator import Catalog, nearest
from locator.timeline import SHANGHAI
imported = time.perf_counter()
catalog = Catalog.open(sys.argv[1])
opened = time.perf_counter()
found = nearest(catalog, float(sys.argv[2]), float(sys.argv[3]), at=datetime.now(SHANGHAI))
answered = time.perf_counter()
print(imported - begun, opened - imported, answered - opened)
"""


@dataclass(frozen=True)
class Size:
    """How much of everything: a full run, or a smoke test."""

    services: int = 200_000
    load_s: float = 8.0
    turns: int = 2
    workers: tuple[int, ...] = (1, 2)


QUICK = Size(services=2_000, load_s=1.0, turns=1, workers=(2,))


class _Where(msgspec.Struct):
    lon: float | None = None
    lat: float | None = None


def run(size: Size) -> dict[str, Any]:
    """Return the figures of the web path."""
    with tempfile.TemporaryDirectory(prefix="bench-web-") as folder:
        store = f"sqlite:///{folder}/bench.db"
        made_s = _make_store(store, size.services)
        ids, queries = _askers(store)
        nearest = write_paths(Path(folder, "nearest"), "/api/v1/nearest", queries)
        hello = write_paths(Path(folder, "hello"), "/hello", queries)
        results: dict[str, Any] = {"services": len(ids), "store_made_s": made_s}
        results["first_answer"] = _first_answer(store, queries[0])
        try:
            results["load"] = {str(n): _load(store, n, nearest, hello, size) for n in size.workers}
            results["edit"] = _edit(store, max(size.workers), nearest, ids[len(ids) // 2], size)
        except NotStartedError as reason:
            print(f"not started: wrk: {reason}", flush=True)
            results["not_started"] = str(reason)
        print("first requests", flush=True)
        results["first_requests"] = {
            "nearest": _first_requests(store, nearest.read_text().splitlines(), hello=False),
            "hello": _first_requests(store, hello.read_text().splitlines(), hello=True),
        }
    return results


def _make_store(store: str, services: int) -> float:
    print(f"making a store of {services:,} services", flush=True)
    begun = time.perf_counter()
    verb = ["sample", "--services", str(services), "--seed", "1", "--store", store]
    subprocess.run([sys.executable, "-m", "locator", *verb], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _askers(store: str) -> tuple[list[str], list[str]]:
    """Return the ids, and the query strings of people about a kilometre from some service."""
    opened = Store.open(store)
    _, _, rows = opened.snapshot()
    opened.close()
    decode = msgspec.json.Decoder(_Where).decode
    rng = np.random.default_rng(1)
    queries = []
    for row in rng.integers(0, len(rows), 2 * _ASKERS).tolist():
        where = decode(rows[row][1])
        if where.lon is not None and where.lat is not None:
            lon, lat = np.array([where.lon, where.lat]) + rng.normal(0.0, _JITTER_DEG, 2)
            queries.append(f"lon={lon:.6f}&lat={lat:.6f}&limit=10")
    return [row[0] for row in rows], queries[:_ASKERS]


def _first_answer(store: str, query: str) -> dict[str, float]:
    """Return how long a new process takes from nothing to its first answer, in three steps."""
    lon, lat = (part.split("=")[1] for part in query.split("&")[:2])
    runs = []
    for _ in range(_STARTS):
        command = [sys.executable, "-c", _FIRST_ANSWER, store, lon, lat]
        begun = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append([*map(float, done.stdout.split()), time.perf_counter() - begun])
    names = ("import_s", "open_s", "answer_s", "process_s")
    figures = dict(zip(names, map(statistics.median, zip(*runs, strict=True)), strict=True))
    return {**figures, "store_to_answer_s": figures["open_s"] + figures["answer_s"]}


def _load(store: str, workers: int, nearest: Path, hello: Path, size: Size) -> dict[str, Any]:
    """Return what hello and nearest reach in turns, on two servers of which one always rests."""
    print(f"load with {workers} worker{'s' if workers > 1 else ''}", flush=True)
    with serving(store, workers) as ours, serving(store, workers, hello=True) as greeting:
        ours.settle()
        before = ours.worker_mb(workers)
        runs: dict[str, list[dict[str, Any]]] = {"hello": [], "nearest": []}
        for turn in range(size.turns + 1):
            for name, served, paths in (("hello", greeting, hello), ("nearest", ours, nearest)):
                figures = end_load(start_load(served, paths, size.load_s if turn else 1.0, seed=turn))
                if turn:  # the first one only warms up
                    runs[name].append(figures)
        return {
            **{name: _median_of(figures) for name, figures in runs.items()},
            "runs": runs,
            "server_start_s": ours.started_s,
            "worker_mb_idle": before,
            "worker_mb_loaded": ours.worker_mb(workers),
        }


def _median_of(runs: list[dict[str, Any]]) -> dict[str, float]:
    middle = {
        name: statistics.median(run[name] for run in runs) for name in ("per_second", "p50_ms", "p99_ms")
    }
    return {**middle, "errors": sum(run["errors"] for run in runs)}


def _first_requests(store: str, paths: list[str], *, hello: bool) -> dict[str, float]:
    """Return the first request to a worker that has just started beside its hundredth."""
    first, hundredth = [], []
    for _ in range(_STARTS):
        with serving(store, 1, hello=hello) as served:
            connection = served.connect()
            connection.connect()
            took = []
            for path in paths[: _HUNDREDTH + 10]:
                begun = time.perf_counter()
                connection.request("GET", path)
                connection.getresponse().read()
                took.append((time.perf_counter() - begun) * 1e3)
            connection.close()
            first.append(took[0])
            # One request alone is a matter of luck: the median of those around it stands for it.
            hundredth.append(statistics.median(took[_HUNDREDTH - 10 :]))
    return {"first_ms": statistics.median(first), "hundredth_ms": statistics.median(hundredth)}


def _edit(store: str, workers: int, paths: Path, service_id: str, size: Size) -> dict[str, Any]:
    """Change a name while queries come in; return when all workers have it, and what failed meanwhile."""
    print("an edit under load", flush=True)
    name = f"renamed {time.time():.0f}"
    with serving(store, workers) as served:
        load = start_load(served, paths, size.load_s, seed=9)
        time.sleep(1.0)
        editor = Store.open(store)
        changed = editor.get(service_id).model_copy(update={"name": name})
        begun = time.perf_counter()
        editor.save([changed], who="bench", why="an edit under load")
        saved = time.perf_counter()
        editor.close()
        visible, failed = _seen_everywhere(served, service_id, name)
        return {
            "save_s": saved - begun,
            "visible_s": visible - saved if visible else None,
            "failed_polls": failed,
            "load": end_load(load),
        }


def _seen_everywhere(served: Served, service_id: str, name: str) -> tuple[float | None, int]:
    """Return when the new name was first seen of fifty times in a row, and how many requests failed."""
    failed, in_a_row, since = 0, 0, None
    end = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < end:
        try:
            status, body = served.get(f"/api/v1/services/{service_id}")
        except OSError:
            status, body = 0, b"{}"
        fresh = status == 200 and json.loads(body)["name"] == name
        failed += status != 200
        if not fresh:
            in_a_row, since = 0, None
            continue
        in_a_row, since = in_a_row + 1, since or time.perf_counter()
        if in_a_row == _IN_A_ROW:
            return since, failed
    return None, failed
