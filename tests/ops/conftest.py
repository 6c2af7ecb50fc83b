"""Servers as operators run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ops_support import Watched

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from locator import Service


@pytest.fixture
def serve(tmp_path: Path, sample: list[Service]) -> Iterator[Callable[..., Watched]]:
    """Start `locator serve` on the sample with some settings; stopped at the end."""
    started: list[Watched] = []
    store = Store(f"sqlite:///{tmp_path}/served.db")
    store.create(sample, "tests")
    store.close()

    def start(workers: int = 2, **settings: str) -> Watched:
        started.append(Watched(store.url, tmp_path, workers, settings))
        return started[-1]

    yield start
    for served in started:
        served.stop()
