"""Gaps by the streets of a file: who is near enough by street, and who is off every street."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from streets.town import MIDDLE, STEP, town

from locator import Service
from locator.cli import main
from locator.store import Store
from locator.streets import StreetNetwork, read_streets, save

if TYPE_CHECKING:
    from pathlib import Path


def test_coverage_by_street_counts_who_gets_there_and_who_is_off_the_map(tmp_path: Path) -> None:
    network = tmp_path / "town.net"
    save(read_streets(town(tmp_path).path), network)
    station = (MIDDLE[0] + 5.5 * STEP, MIDDLE[1] + 6 * STEP)
    service = Service(
        id="a", kind="station", name="x", lon=station[0], lat=station[1], hours="Mo-Fr 08:00-20:30"
    )
    url = f"sqlite:///{tmp_path}/own.db"
    Store(url).create([service], "tests")
    r = np.random.default_rng(1)
    lon = [*(MIDDLE[0] + r.uniform(0, 15 * STEP, 60)), MIDDLE[0] - 0.02]
    lat = [*(MIDDLE[1] + r.uniform(0, 15 * STEP, 60)), MIDDLE[1]]
    demand = tmp_path / "d.csv"
    rows = [f"{a},{b},{i + 1}" for i, (a, b) in enumerate(zip(lon, lat, strict=True))]
    demand.write_text("\n".join(["lon,lat,weight", *rows]), encoding="utf-8")
    words = ["coverage", "--store", url, "--demand", str(demand), "--network", str(network)]
    result = CliRunner().invoke(main, [*words, "--minutes", "20", "--week", "2026-11-23", "--json"])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    streets = StreetNetwork.open(network, "walk")
    doors = streets.snap([station[0]], [station[1]])
    near = [
        i + 1
        for i, (a, b) in enumerate(zip(lon, lat, strict=True))
        if streets.seconds_from(a, b, doors)[0] <= 1200
    ]
    assert 5 < len(near) < 55
    assert found["served_person_hours"]["low"] == pytest.approx(sum(near) * 62.5, abs=0.01)
    assert found["unreachable_points"] == int((~streets.reachable(lon, lat)).sum()) >= 1
    assert found["stations"] == [
        {
            "id": "a",
            "only_here_person_hours": pytest.approx(sum(near) * 62.5, abs=0.01),
            "only_here_if_open_person_hours": pytest.approx(sum(near) * 62.5, abs=0.01),
        }
    ]
