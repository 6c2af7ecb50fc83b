"""What the export writes, the import takes for what it is: nothing changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from locator.cli import main
from locator.service import Event, Offer, Service, Stop
from locator.store import Store, sample_services

if TYPE_CHECKING:
    from pathlib import Path

_ODD = (
    Service(id="odd-1", kind="station", name="=1+1", phone="+86 21 6543", address="'引号开头", demo=True),
    Service(id="odd-2", kind="station", name='@驿站,带"引号"', hours="24/7", lon=121.5, lat=31.2, code="-7", demo=True),
    Service(
        id="odd-3", kind="canteen", name="换\n行", has=("microwave",), lacks=("toilet",), needs=("rest", "save"),
        source_lon=121.51, source_lat=31.21, source_datum="bd09", capacity=0, stars=0, demo=True,
        offers=(Offer(title="七折", groups=("rider",), hours="13:00-14:00", percent_off=30),),
        events=(Event(title="电影", topic="film", start="2026-12-01T19:00", end="2026-12-01T21:00"),),
    ).placed(),
    Service(id="odd-4", kind="station", name="流动", stops=(Stop(lon=121.5, lat=31.2, hours="Mo 10:00-12:00"),), demo=True),
)  # fmt: skip


@pytest.fixture
def full(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/full.db"
    Store(url).create([*sample_services(), *_ODD], "all there is")
    return url


def _run(*words: str) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("datum", [None, "gcj02", "bd09"])
@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson", "csv", "xlsx"])
def test_an_export_imported_again_changes_nothing(
    tmp_path: Path, full: str, suffix: str, datum: str | None
) -> None:
    file, fresh = tmp_path / f"all.{suffix}", f"sqlite:///{tmp_path}/fresh.db"
    _run("export", str(file), "--store", full, *(("--datum", datum) if datum else ()))
    total = len(Store.open(full).snapshot()[2])
    again = json.loads(_run("import", str(file), "--store", full, "--json"))
    assert (again["unchanged"], again["created"], again["updated"], again["rejected"]) == (total, 0, 0, 0)
    moved = json.loads(_run("import", str(file), "--store", fresh, "--json"))
    assert (moved["created"], moved["rejected"]) == (total, 0)
    assert Store.open(fresh).snapshot()[2] == Store.open(full).snapshot()[2]
