"""`locator coverage`: the JSON of the contract, the files, and sentences for mistakes."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from pyproj import Geod

from locator import Service
from locator.cli import main
from locator.store import Store

if TYPE_CHECKING:
    from pathlib import Path

GEOD = Geod(ellps="WGS84")
MEMBERS = {
    "demand_points", "demand_weight", "served_person_hours", "unserved_person_hours", "served_share", "by_hour", "by_area",
    "stations", "unreachable_points",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> tuple[str, str]:
    """A store and a demand: a station by day, one of unknown hours, one far away."""
    base: dict[str, Any] = {"kind": "station", "name": "x"}
    services = [
        Service(id="day", **base, lon=121.50, lat=31.20, hours="Mo-Fr 08:00-20:00", has=("microwave",)),
        Service(id="unknown", **base, lon=121.501, lat=31.20),
        Service(id="far", **base, lon=122.5, lat=31.20, hours="24/7"),
        Service(id="food", kind="canteen", name="x", lon=121.5, lat=31.2, hours="10:30-14:15"),
    ]
    url = f"sqlite:///{tmp_path}/own.db"
    Store(url).create(services, "tests")
    path = tmp_path / "demand.csv"
    path.write_text(
        "lon,lat,people,town\n121.5,31.2,10,甲街道\n121.52,31.2,4,乙街道\n,,3,\n", encoding="utf-8"
    )
    return url, str(path)


def call(*words: str) -> Result:
    result = CliRunner().invoke(main, ["coverage", *words], env={"LANG": "en_US.UTF-8"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answered(*words: str) -> dict[str, Any]:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_json_is_the_contract(world: tuple[str, str]) -> None:
    store, demand = world
    found = answered(
        *("--store", store, "--demand", demand, "--weight", "people", "--kind", "station"),
        *("--minutes", "15", "--mode", "walk", "--detour", "1", "--week", "2026-11-23"),
    )
    assert found.keys() >= MEMBERS
    assert GEOD.inv(121.52, 31.2, 121.501, 31.2)[2] > 1125 > GEOD.inv(121.5, 31.2, 121.501, 31.2)[2]
    assert (found["demand_points"], found["demand_weight"]) == (2, 14.0)
    assert found["served_person_hours"] == {"low": 600.0, "high": 1680.0}
    assert found["unserved_person_hours"] == {"low": 14 * 168 - 600.0, "high": 14 * 168 - 1680.0}
    assert found["served_share"]["low"] == pytest.approx(600 / 2352, abs=1e-6)
    assert len(found["by_hour"]) == 168
    assert found["by_hour"][7] == {"low": 0.0, "high": 10.0}
    assert found["by_hour"][8] == {"low": 10.0, "high": 10.0}
    assert {area["name"] for area in found["by_area"] if area["level"] == "town"} == {"甲街道", "乙街道"}
    alone = {station["id"]: station["only_here_person_hours"] for station in found["stations"]}
    assert alone == {"day": 600.0, "unknown": 0.0}
    assert found["stations"][1]["only_here_if_open_person_hours"] == 1080.0
    assert found["unreachable_points"] == 0
    assert [(fault["row"], fault["column"]) for fault in found["faults"]] == [(3, "lon, lat")]


def test_half_past_two_counts_by_the_minute(world: tuple[str, str]) -> None:
    store, demand = world
    found = answered(
        "--store",
        store,
        "--demand",
        demand,
        "--weight",
        "people",
        "--kind",
        "canteen",
        "--week",
        "2026-11-23",
    )
    assert [found["by_hour"][hour]["low"] for hour in (10, 11, 14)] == [5.0, 10.0, 2.5]


def test_equipment_and_holidays_count(world: tuple[str, str]) -> None:
    store, demand = world
    words = ("--store", store, "--demand", demand, "--weight", "people", "--week", "2026-11-23")
    found = answered(*words, "--needs-amenity", "microwave")
    assert found["served_person_hours"] == {"low": 600.0, "high": 1680.0}
    assert {s["id"] for s in answered(*words)["stations"]} == {"day", "unknown", "food"}


def test_out_writes_what_the_json_says(world: tuple[str, str], tmp_path: Path) -> None:
    store, demand = world
    out = tmp_path / "out"
    words = ("--store", store, "--demand", demand, "--weight", "people", "--week", "2026-11-23")
    for _ in range(2):  # a second run replaces the first
        found = answered(*words, "--out", str(out))
    points = gpd.read_file(out / "gaps.gpkg", layer="points")
    assert len(points) == 2
    served = (points["weight"] * points["served_share_low"] * 168).sum()
    assert served == pytest.approx(found["served_person_hours"]["low"], abs=0.01)
    places = gpd.read_file(out / "gaps.gpkg", layer="places")
    assert places["unserved_low"].sum() == pytest.approx(found["unserved_person_hours"]["low"], abs=0.1)
    assert set(places.geom_type) == {"Polygon"}
    with (out / "by_hour.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["served_high"]) for row in rows] == [hour["high"] for hour in found["by_hour"]]
    with (out / "stations.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [s["id"] for s in found["stations"]]
    assert (out / "faults.csv").exists()
    assert len(gpd.read_file(out / "gaps.gpkg", layer="stations")) == 3


def test_the_sample_answers_in_words(store_url: str) -> None:
    result = call("--store", store_url, "--boundary", "310110", "--week", "2026-11-23")
    assert result.exit_code == 0, result.stderr
    assert "没有地方去" in result.stdout
    assert "杨浦区" in result.stdout
    fewer = answered("--store", store_url, "--boundary", "杨浦", "--week", "2026-11-23", "--profile", "flat")
    assert 800 < fewer["demand_weight"] < 910
    assert fewer["demand_person_hours"] == pytest.approx(168 * fewer["demand_weight"], abs=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--minutes", "-1"), "minutes"),
        (("--detour", "0.5"), "detour"),
        (("--kind", "spa"), "kind"),
        (("--week", "someday"), "week"),
        (("--boundary", "nowhere"), "nowhere"),
        (("--demand", "nothing.csv"), "nothing.csv"),
        (("--network", "nothing.net"), "nothing.net"),
        (("--profile", "pirate"), "profile"),
    ],
)
def test_mistakes_are_sentences(store_url: str, words: tuple[str, ...], said: str) -> None:
    result = call("--store", store_url, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
