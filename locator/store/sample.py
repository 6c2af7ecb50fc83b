"""The sample that comes with the package, and the store that a first start makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator._bundled import bundled
from locator.service import Service
from locator.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_STORE = "sqlite:///locator.db"


def sample_services() -> Iterator[Service]:
    """Yield the services of geodata/*.jsonl (see SOURCES.md there), placed in WGS-84."""
    for path in sorted(bundled("geodata").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield Service.model_validate_json(line).placed()


def open_or_seed(url: str | None) -> Store:
    """Open the store at `url`; with none given, `locator.db` here, made from the sample if it is not there.

    Raises
    ------
    StoreError
        A database was named that is not a locator store.
    """
    if url:
        return Store.open(url)
    store = Store(DEFAULT_STORE)
    store.create(sample_services(), "sample data of the package")
    return Store.open(DEFAULT_STORE)
