"""Stores and files for the steward's desk."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from locator.ingest.importing import import_file
from locator.store import Store, sample_services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from locator.ingest.report import ImportReport


@pytest.fixture
def store(tmp_path: Path) -> Store:
    own = Store(f"sqlite:///{tmp_path}/own.db")
    own.create([], "nothing yet")
    return own


@pytest.fixture
def bring(store: Store) -> Callable[..., ImportReport]:
    def run(path: Path, **options: object) -> ImportReport:
        return import_file(path, store, **{"who": "王", "why": "试", **options})

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def run(rows: list[list[object]], name: str = "list.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as opened:
            csv.writer(opened).writerows(rows)
        return path

    return run


def _facts(prefix: str) -> list[dict[str, object]]:
    """Return the facts' rows as the offices listed them, from the sample that carries them."""
    return [s.model_dump(mode="json") for s in sample_services() if s.id.startswith(prefix) and not s.demo]


@pytest.fixture(scope="session")
def shanghai() -> list[dict[str, object]]:
    return [
        s.model_dump(mode="json")
        for s in sample_services()
        if s.kind == "canteen" and s.source_datum == "gcj02"
    ]


@pytest.fixture(scope="session")
def zhengzhou() -> list[dict[str, object]]:
    return _facts("zz-station")
