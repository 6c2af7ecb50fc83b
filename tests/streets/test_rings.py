"""Rings, circles and isochrones: what they hold is what the travel times say, and what nobody knows stays unknown."""

from __future__ import annotations

import json
import math
import random
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from click.testing import CliRunner, Result
from pyproj import Geod
from streets.town import MIDDLE, STEP, Town

from locator import Catalog, Service
from locator._errors import InputError
from locator._settings import Settings
from locator.cli import main
from locator.records import to_record
from locator.rings import around, check_minutes, circle, rings
from locator.store import Store
from locator.street_search import StreetNetworks
from locator.streets import StreetNetwork, Streets, save
from locator.streets.isochrone import circles, isochrones
from locator.timeline import SHANGHAI
from locator.travel import CrowFly
from locator.web import create_app

if TYPE_CHECKING:
    from pathlib import Path

GEOD = Geod(ellps="WGS84")
HERE = (MIDDLE[0] + 5.2 * STEP, MIDDLE[1] + 5.3 * STEP)
AT = datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)


def call(*words: str) -> Result:
    result = CliRunner().invoke(main, list(words), env={"LANG": "en_US.UTF-8"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def file(streets: Streets, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("streets") / "town.streets"
    save(streets, path)
    return path


def _services(many: int = 60) -> list[Service]:
    r = random.Random(9)
    kinds = ("station", "canteen", "restaurant", "recuperation")
    return [
        Service(
            id=f"s{i:02d}",
            kind=kinds[i % 4],
            name="x",
            lon=MIDDLE[0] + r.uniform(-4, 19) * STEP,
            lat=MIDDLE[1] + r.uniform(-4, 19) * STEP,
            hours="24/7" if i % 3 else None,
            has=("seating",) if i % 2 else (),
            needs=("rest",) if i % 4 == 0 else ("save",) if i % 4 == 1 else (),
        )
        for i in range(many)
    ]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('own')}/own.db"
    Store(url).create(_services(), "tests")
    return url


@pytest.mark.parametrize("mode", ["walk", "ride", "drive"])
def test_every_service_is_in_the_ring_that_its_minutes_say(file: Path, mode: str) -> None:
    catalog = Catalog.from_rows(1, "", [(s.id, to_record(s)) for s in _services()])
    networks = StreetNetworks(file)
    network = networks.of(mode)
    assert network is not None
    found = around(catalog, *HERE, at=AT, mode=mode, networks=networks)
    told = rings(found, [8, 3, 20])
    truth = {}
    for s in _services():
        truth[s.id] = network.seconds_from(*HERE, network.snap([s.lon], [s.lat]))[0] / 60
    for ring, (above, bound) in zip(told, [(0, 3), (3, 8), (8, 20)], strict=True):
        assert (ring.above, ring.minutes) == (above, bound)
        assert [one.service.id for one in ring.reached] == sorted(
            (i for i, m in truth.items() if above < m <= bound), key=lambda i: (truth[i], i)
        )
    assert sum(len(ring.reached) for ring in told) >= 5
    assert {one.service.id for one in found.unreachable} == {i for i, m in truth.items() if math.isinf(m)}
    assert found.unreachable


def test_without_a_network_rings_go_by_straight_line(own: str) -> None:
    catalog = Catalog.open(own)
    found = around(catalog, *HERE, at=AT, mode="walk", kinds=["recuperation"])
    assert found.network is None
    assert not found.unreachable
    assert {one.service.kind for one in found.reached} == {"recuperation"}
    for one in found.reached:
        metres = GEOD.inv(*HERE, one.service.lon, one.service.lat)[2]
        assert one.minutes == pytest.approx(metres * 1.3 / (4.5 / 3.6) / 60)


def test_a_circle_tells_what_is_there_what_is_missing_and_what_nobody_knows(own: str) -> None:
    told = circle(around(Catalog.open(own), *HERE, at=AT, mode="walk"), 15)
    kinds, needs = ({s.code: s for s in part} for part in (told.kinds, told.needs))
    families = {s.code: s for s in told.families}
    by_id = {s.id: s for s in _services()}
    inside = {one.service.id for one in told.inside}
    assert inside
    # A restaurant belongs to the family of canteens and is none.
    assert set(kinds["canteen"].ids) == {i for i in inside if by_id[i].kind == "canteen"}
    assert set(families["canteen"].ids) == {i for i in inside if by_id[i].kind in {"canteen", "restaurant"}}
    assert (kinds["legal-aid"].status, kinds["legal-aid"].nearest_min) == ("missing", None)
    assert needs["rest"].status == "there"
    # Some inside do not say which needs they serve: that nobody names one does not make it missing.
    assert told.needs_unknown
    assert needs["learn"].status == "unknown"
    assert set(told.hours_unknown) == {i for i in inside if by_id[i].hours is None}
    assert set(told.equipment_unknown) == {i for i in inside if not by_id[i].has}


def test_bounds_that_are_none_are_refused() -> None:
    assert check_minutes([30, 5, 5]) == [5, 30]
    for faulty in ([], [0], [-1], [math.nan], [1e9], list(range(1, 13))):
        with pytest.raises(InputError, match="minutes"):
            check_minutes(faulty)


@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_an_isochrone_holds_every_street_that_is_reached_and_none_that_is_far_from_them(
    streets: Streets, mode: str
) -> None:
    network = StreetNetwork(streets, mode)
    spans = [3, 6, 12]
    areas = isochrones(network, *HERE, spans)
    pieces = np.repeat(np.arange(len(network.start)), 5)
    share = np.tile(np.linspace(0, 1, 5), len(network.start))[:, None]
    ends = [np.column_stack([network.lon[e], network.lat[e]])[pieces] for e in (network.start, network.end)]
    spots = ends[0] + share * (ends[1] - ends[0])
    seconds = network.seconds_from(*HERE, network.snap(*spots.T))
    for span, area in zip(spans, areas, strict=True):
        inside = shapely.contains_xy(area, spots)
        assert inside[seconds <= span * 60].all()
        reached = spots[seconds <= span * 60]
        outside = spots[(seconds > span * 60)]
        near = [GEOD.inv(*np.broadcast_to(o, reached.shape).T, *reached.T)[2].min() for o in outside]
        # Samples lie up to 50 m apart; beyond that and the width nothing belongs to it.
        assert not inside[seconds > span * 60][np.array(near) > 40 * 1.5 + 60].any()
    # A square metre is 1e-10 square degrees.
    assert all(smaller.difference(larger).area < 1e-10 for smaller, larger in pairwise(areas))


def test_a_circle_by_straight_line_is_as_wide_as_the_minutes_say() -> None:
    travel = CrowFly("walk")
    (area,) = circles(travel, *HERE, [15])
    x, y = np.array(area.exterior.coords).T
    far = GEOD.inv(np.full(len(x), HERE[0]), np.full(len(x), HERE[1]), x, y)[2]
    assert far == pytest.approx(travel.reach_m(15), rel=1e-9)


def test_a_network_is_built_told_and_travelled_from_the_command_line(
    own_town: Town, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOCATOR_NETWORK", raising=False)
    built = call("network", "build", str(own_town.path), "--out", "t.streets", "--mode", "walk", "--json")
    assert built.exit_code == 0, built.output
    told = json.loads(call("network", "info", "t.streets", "--json").output)
    assert list(told["modes"]) == ["walk"]
    assert told["modes"]["walk"]["nodes"] <= told["modes"]["walk"]["nodes_in_all"]
    assert "公里" in call("network", "info", "t.streets").output
    here = [str(part) for part in HERE]
    out = call(
        "network", "isochrone", *here, "--minutes", "5,10", "--network", "t.streets", "--out", "i.geojson"
    )
    assert out.exit_code == 0, out.output
    drawn = json.loads((tmp_path / "i.geojson").read_text())["features"]
    assert [f["properties"]["minutes"] for f in drawn] == [10, 5]
    assert drawn[0]["properties"]["network"] == "town.osm.pbf"
    assert drawn[0]["properties"]["area_km2"] > drawn[1]["properties"]["area_km2"] > 0
    asked = ("--store", own, "--network", "t.streets", "--mode", "walk", "--json")
    ringed = json.loads(call("rings", *here, "--minutes", "5,15", *asked).output)
    held = json.loads(call("circle", *here, "--minutes", "15", *asked).output)
    assert ringed["network"] == held["network"] == "town.osm.pbf"
    within = [s["id"] for ring in ringed["rings"] for s in ring["services"]]
    assert within == [s["id"] for s in held["services"]]
    assert len(within) + ringed["beyond"] + len(ringed["unreachable"]) == 60
    nearest = json.loads(
        call(
            "nearest", *here, "--max-minutes", "15", "--limit", "50", *asked, "--at", "2026-11-23T13:05"
        ).output
    )
    assert [f["properties"]["id"] for f in nearest["features"]] == within
    assert nearest["asked"]["network"] == "town.osm.pbf"
    for text in (call("rings", *here, *asked[:-1]), call("circle", *here, *asked[:-1])):
        assert text.exit_code == 0
        assert "town.osm.pbf" in text.output
    assert f"更远：{ringed['beyond']} 处" in call("rings", *here, "--minutes", "5,15", *asked[:-1]).output
    none = call("rings", *here, "--kind", "haircut", *asked[:-1])
    assert "没有录入" in none.output  # nothing of the kind at all is another matter than too far
    assert "更远" not in none.output


@pytest.mark.parametrize(
    "words",
    [
        ("network", "info", "none.streets"),
        ("network", "build", "none.osm.pbf", "--out", "x"),
        ("network", "isochrone", "0", "0", "--minutes", "a", "--out", "x"),
        ("network", "isochrone", "0", "0", "--minutes", "0", "--out", "x"),
        ("network", "isochrone", "200", "0", "--out", "x"),
        ("rings", "121.5", "31.2", "--kind", "no-such"),
        ("rings", "121.5", "31.2", "--minutes", "-3"),
        ("circle", "121.5", "99"),
        ("circle", "121.5", "31.2", "--network", "none.streets"),
    ],
)
def test_a_callers_mistake_is_a_sentence_and_exit_2(
    words: tuple[str, ...], own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCATOR_STORE", own)
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output


def test_the_web_answers_over_the_network_of_its_setting(file: Path, own: str) -> None:
    over, straight = (
        create_app({"TESTING": True}, Settings(store=own, basemap="outline", network=network)).test_client()
        for network in (str(file), None)
    )
    query = f"/api/v1/nearest?lon={HERE[0]}&lat={HERE[1]}&mode=walk&max_minutes=20"
    for at in ("", "&at=2026-11-23T13:05"):
        one, other = over.get(query + at), straight.get(query + at)
        assert one.json["asked"]["network"] == "town.osm.pbf"
        assert "network" not in other.json["asked"]
        assert one.headers.get("ETag") is None or one.headers["ETag"] != other.headers["ETag"]
        ways = {f["properties"]["id"]: f["properties"]["travel_s"] for f in one.json["features"]}
        assert ways
        assert list(ways.values()) == sorted(ways.values())
    assert over.get(f"/?lon={HERE[0]}&lat={HERE[1]}&mode=walk").status_code == 200
