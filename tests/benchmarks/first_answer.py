"""How long the sample takes from store to first answer, and the nearest endpoint in process."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from locator import Catalog, nearest
from locator._settings import Settings
from locator.store import Store, sample_services
from locator.timeline import SHANGHAI
from locator.web import create_app

ROUNDS = 300


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        Store(url).create(sample_services(), "bench")
        start = time.perf_counter()
        catalog = Catalog.open(url)
        nearest(catalog, 121.5443, 31.2732, datum="gcj02", at=datetime.now(SHANGHAI))
        print(f"sample, store to first answer      {(time.perf_counter() - start) * 1e3:8.1f} ms")
        client = create_app(settings=Settings(store=url, basemap="outline")).test_client()
        for name, query in {
            "nearest": "",
            "open=arrival": "&open=arrival",
            "offer=now": "&offer=now&group=rider",
        }.items():
            took = []
            for i in range(ROUNDS):
                path = f"/api/v1/nearest?lon={121.4 + i * 0.0005}&lat=31.27&limit=10{query}"
                begun = time.perf_counter()
                client.get(path)
                took.append((time.perf_counter() - begun) * 1e3)
            p99 = statistics.quantiles(took, n=100)[98]
            print(
                f"GET /api/v1/nearest, {name:12}  median {statistics.median(took):6.2f} ms   p99 {p99:6.2f} ms"
            )
