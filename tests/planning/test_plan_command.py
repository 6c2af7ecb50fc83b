"""`locator plan`: the same answer as the room gives, and mistakes named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from locator.cli import main
from locator.store import Store, sample_services

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    own = Store(url)
    own.create(sample_services(), "tests")
    own.close()
    return url


def run(store: str, *options: str) -> Result:
    return CliRunner(env={"LANG": "C"}).invoke(
        main, ["plan", "--store", store, "--week", "2026-11-23", *options], catch_exceptions=False
    )


def answer(store: str, *options: str) -> dict[str, Any]:
    result = run(store, "--json", *options)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_plan_of_a_district_adds_up(store: str) -> None:
    found = answer(store, "--candidates", "cells", "--extend", "--actions", "4", "--profile", "rider")
    actions = found["actions"]
    assert [action["rank"] for action in actions] == [1, 2, 3, 4]
    assert sum(a["gain_person_hours"] for a in actions) == pytest.approx(found["gain_person_hours"])
    assert 0 < found["gain_person_hours"] <= found["upper_bound"]
    assert not found["optimal"] or found["gain_person_hours"] == pytest.approx(found["upper_bound"])
    unserved = found["unserved_person_hours"]
    assert unserved["today"] - unserved["then"] == pytest.approx(found["gain_person_hours"])
    proven = answer(
        store, "--candidates", "cells", "--extend", "--actions", "4", "--profile", "rider", "--prove"
    )
    assert proven["optimal"]
    assert found["gain_person_hours"] <= proven["gain_person_hours"] * (1 + 1e-9)
    assert proven["gain_person_hours"] <= found["upper_bound"] * (1 + 1e-9)


def test_a_list_of_sites_and_a_target(store: str, tmp_path: Path) -> None:
    sites, must = tmp_path / "sites.csv", tmp_path / "must.csv"
    sites.write_text(
        "lon,lat,name,hours,cost\n121.52,31.30,甲,08:00-20:00,3\n121.50,31.28,乙,,9\n", encoding="utf-8"
    )
    demand = tmp_path / "demand.csv"
    demand.write_text("lon,lat,weight\n121.52,31.30,5\n121.50,31.28,1\n122.9,31.0,7\n", encoding="utf-8")
    must.write_text("lon,lat\n121.5001,31.28\n122.9,31.0\n", encoding="utf-8")
    options = ("--demand", str(demand), "--candidates", str(sites), "--budget", "10", "--kind", "fair")
    found = answer(store, *options)
    assert [a["name"] for a in found["actions"]] == ["甲"]
    assert found["actions"][0]["gain_person_hours"] == pytest.approx(5 * 12 * 7)
    assert found["never_reached_weight"] == 7.0
    first = answer(store, *options, "--must", str(must))
    assert [(a["name"], a["cost"]) for a in first["actions"]] == [("乙", 9.0)]
    assert not first["target"]["met"]
    assert [point["row"] for point in first["target"]["never_reached"]] == [3]
    said = run(store, *options, "--must", str(must))
    assert "乙" in said.stdout
    assert "哪个办法都到不了" in said.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "nothing may be done"),
        (("--equip",), "needs-amenity"),
        (("--extend", "--budget", "10"), "--cost extend=AMOUNT"),
        (("--extend", "--cost", "extend=dear"), "extend=2000"),
        (("--extend", "--cost", "paint=3"), "one of build, extend, retime, equip"),
        (("--candidates", "nowhere.csv"), "cannot be read"),
        (("--extend", "--share", "1.5"), "between 0 and 1"),
        (("--extend", "--kind", "castle"), "castle"),
    ],
)
def test_mistakes_are_named(store: str, options: tuple[str, ...], said: str) -> None:
    result = run(store, *options)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,name\n1,a\n", "columns lon and lat"),
        ("lon,lat\n", "no rows"),
        ("lon,lat\n31.2,121.5\n", "swapped"),
        ("lon,lat,hours\n121.5,31.2,always\n", "row 1"),
        ("lon,lat,cost\n121.5,31.2,1\n121.5,31.2,-1\n", "row 2"),
    ],
)
def test_a_faulty_site_is_not_left_out_silently(store: str, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(text, encoding="utf-8")
    result = run(store, "--candidates", str(file))
    assert result.exit_code == 2
    assert said in result.stderr
