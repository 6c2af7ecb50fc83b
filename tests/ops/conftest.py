"""Servers as operators run them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from ops_support import Served, fetch

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from locator import Service


@pytest.fixture
def serve(tmp_path: Path, sample: list[Service]) -> Iterator[Callable[..., Served]]:
    """Start `locator serve` on the sample with some settings; stopped at the end."""
    started: list[Served] = []
    store = Store(f"sqlite:///{tmp_path}/served.db")
    store.create(sample, "tests")

    def start(workers: int = 2, **settings: str) -> Served:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = ["serve", "--port", str(port), "--workers", str(workers), "--store", store.url]
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        environ = {**os.environ, "LOCATOR_BASEMAP": "outline", "TMPDIR": str(scratch), **settings}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "locator", *words],
                env=environ,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        served = Served(port, store, process, tmp_path / "log", scratch)
        started.append(served)
        end = time.monotonic() + 60
        while len(served.workers()) < workers:
            assert process.poll() is None, served.log.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        for _ in range(200):  # ready to answer, not yet listening
            try:
                fetch(port, "/healthz")
                break
            except OSError:
                time.sleep(0.05)
        return served

    yield start
    for served in started:
        served.stop()
    store.close()
