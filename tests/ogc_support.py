"""An application of one's own, really served: other people's clients open it over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import urlopen

import geopandas as gpd
import shapely

from locator import Service
from locator.store import Store
from locator.timeline import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Served(NamedTuple):
    """A running server: its address, its store, and what it holds."""

    url: str
    store: Store
    services: list[Service]


def mobile() -> Service:
    return Service.model_validate(
        {
            "id": "bus-1", "kind": "haircut", "name": "流动理发车", "verified_on": date(2026, 11, 20),
            "stops": [
                {"name": "南门", "lon": 121.5, "lat": 31.2, "hours": "Mo 09:00-11:00", "valid_to": "2026-12-31"},
                {"name": "北门", "lon": 121.6, "lat": 31.3, "hours": "Tu 09:00-11:00", "valid_from": "2027-01-01"},
            ],
            "events": [
                {"title": "义剪", "topic": "haircut", "start": datetime(2026, 12, 1, 9, tzinfo=SHANGHAI),
                 "end": datetime(2026, 12, 1, 11, tzinfo=SHANGHAI), "capacity": 30, "demo": True},
            ],
        }
    )  # fmt: skip


@contextmanager
def serving(folder: Path, services: list[Service]) -> Iterator[Served]:
    """Serve some services from a store of their own, in another process: GDAL keeps the interpreter while it waits."""
    store = Store(f"sqlite:///{folder}/ogc.db")
    store.create(services, "tests")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "LOCATOR_BASEMAP": "outline"}
    command = [sys.executable, "-m", "locator", "serve", "--port", str(port), "--store", store.url]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/ogc"
    try:
        for _ in range(900):  # a busy machine takes its time
            try:
                urlopen(url, timeout=10).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Served(url, store, services)
    finally:
        process.terminate()
        process.wait(timeout=20)
        store.close()


def write_plan(folder: Path, name: str = "0123456789abcdef") -> None:
    """Leave what a run of the planner's page leaves."""
    plan = folder / name
    (plan / "files").mkdir(parents=True)
    question = {"boundary": "310110", "group": "rider", "mode": "walk", "minutes": 15, "week": "2026-11-23"}
    (plan / "question.json").write_text(json.dumps({"question": question}))
    rows = [
        {"place": f"8830{n}", "demand_weight": 10.0 * n, "demand_person_hours": 100.0 * n, "unserved_low": 50.0 * n,
         "unserved_high": 40.0, "worst": "周一 22:00–06:00"}
        for n in (1, 2)
    ]  # fmt: skip
    shapes = [shapely.box(121.5, 31.2, 121.51, 31.21), shapely.box(121.6, 31.3, 121.61, 31.31)]
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)
    frame.to_file(plan / "files" / "gaps.gpkg", layer="places", driver="GPKG", engine="pyogrio")
    (plan / "result.json").write_text("{}")


def unplaced() -> Service:
    return Service(
        id="nowhere-1", kind="station", name="不知道在哪的驿站", stars=3, capacity=4, status="planned"
    )
