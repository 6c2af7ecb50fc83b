"""What the hard days share: stores, a PostgreSQL of one's own, and servers that are stopped afterwards."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from live_support import Served
from postgres_support import Cluster, programs

from locator.store import Store
from locator.store.accounts import add_user, make_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from locator import Service


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that a test may stop."""
    folder = programs()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("in CI a test on PostgreSQL must not be left out: install postgresql-15-postgis-3")
        pytest.skip("no PostgreSQL with PostGIS: `apt-get install postgresql postgresql-15-postgis-3`")
    own = Cluster(folder)
    yield own
    own.remove()


@pytest.fixture
def filled(sample: list[Service]) -> Callable[[str], str]:
    """Fills a store with the sample, and gives a token to write to it with."""

    def fill(url: str) -> str:
        store = Store(url)
        store.create(sample, "tests")
        add_user(store, "程序", "long-enough-for-tests", "admin")
        token = make_token(store, "程序", "tests")
        store.close()
        return token

    return fill


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts servers, and stops them afterwards."""
    started: list[Served] = []

    def start(store: str, **how: object) -> Served:
        started.append(Served(store, tmp_path / f"log-{len(started)}", **how))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.end()
