"""Helpers that tests import by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locator import Catalog, Service
from locator.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def catalog_of(services: list[Service], folder: Path) -> Catalog:
    """Return a catalog that holds just these services."""
    url = f"sqlite:///{folder}/own.db"
    Store(url).create(services, "tests")
    return Catalog.open(url)
