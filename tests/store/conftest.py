"""Every test of the store runs on both databases; those that need PostgreSQL say when they are left out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from postgres_support import Cluster, programs

from locator import Service
from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE = Service(
    id="a-1",
    kind="canteen",
    name="一号食堂",
    source_lon=121.54429,
    source_lat=31.273241,
    source_datum="gcj02",
)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    folder = programs()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("in CI a test on PostgreSQL must not be left out: install postgresql-15-postgis-3")
        pytest.skip("no PostgreSQL with PostGIS: `apt-get install postgresql postgresql-15-postgis-3`")
    own = Cluster(folder)
    yield own
    own.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address where no store is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/own.db"
    return request.getfixturevalue("cluster").new()


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Opens stores, and lets go of them afterwards."""
    stores: list[Store] = []

    def open_one(address: str) -> Store:
        stores.append(Store.open(address))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store with one service."""
    own = Store(url)
    own.create([ONE], "first list")
    yield own
    own.close()
