"""Part 3: conditions in both spellings of CQL2, and properties as parameters, against the store's own records."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from locator import Service

ITEMS = "/ogc/collections/services/items"
BOX = (121.45, 31.2, 121.55, 31.35)
WHERE = {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": list(BOX)}]}
IS_CANTEEN = {"op": "=", "args": [{"property": "kind"}, "canteen"]}


def inside(service: Service) -> bool:
    return service.lon is not None and BOX[0] <= service.lon <= BOX[2] and BOX[1] <= service.lat <= BOX[3]


def ids(ogc: FlaskClient, **given: object) -> list[str]:
    answer = ogc.get(ITEMS, query_string={"limit": 1000, **given})
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.get_json(force=True)["features"]]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("kind = 'canteen'", lambda s: s.kind == "canteen"),
        ("kind <> 'canteen' AND NOT stars >= 3", lambda s: s.kind != "canteen" and s.stars is not None and s.stars < 3),
        ("stars IS NULL", lambda s: s.stars is None),
        ("capacity BETWEEN 1 AND 50", lambda s: s.capacity is not None and 1 <= s.capacity <= 50),
        ("name LIKE '%驿站%' OR town LIKE '定海%'", lambda s: "驿站" in s.name or (s.town or "").startswith("定海")),
        ("kind IN ('station', 'housing')", lambda s: s.kind in {"station", "housing"}),
        ("demo = TRUE", lambda s: s.demo),
        ("CASEI(id) LIKE CASEI('YP-%')", lambda s: s.id.startswith("yp-")),
        ("A_CONTAINS(has, ('microwave'))", lambda s: "microwave" in s.has),
        ("verified_on >= DATE('2026-11-20')", lambda s: s.verified_on is not None and s.verified_on >= date(2026, 11, 20)),
        (f"S_INTERSECTS(geometry, BBOX({','.join(map(str, BOX))}))", inside),
        ("mobile = TRUE AND id = 'bus-1'", lambda s: s.id == "bus-1"),
        ("stars + 1 = capacity", lambda s: s.id == "nowhere-1"),
    ],
)  # fmt: skip
def test_text_conditions_match_what_the_store_holds(
    ogc: FlaskClient, held: list[Service], condition: str, holds: Callable[[Service], bool]
) -> None:
    assert ids(ogc, filter=condition) == [s.id for s in held if holds(s)]


def test_json_says_the_same_as_text(ogc: FlaskClient, held: list[Service]) -> None:
    both = json.dumps({"op": "and", "args": [IS_CANTEEN, WHERE]})
    found = ids(ogc, filter=both, **{"filter-lang": "cql2-json"})
    assert found == [s.id for s in held if s.kind == "canteen" and inside(s)]
    assert len(found) > 5


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:3857"])
def test_geometries_of_a_condition_are_taken_in_its_own_system(
    ogc: FlaskClient, held: list[Service], crs: str
) -> None:
    box = "13519752,3662000,13530885,3682000" if crs == "EPSG:3857" else "31.2,121.45,31.35,121.55"
    found = ids(ogc, filter=f"S_INTERSECTS(geometry, BBOX({box}))", **{"filter-crs": crs})
    lons = (121.45, 121.55)
    if crs != "EPSG:3857":
        assert found == [s.id for s in held if inside(s)]
    near = [s for s in held if s.id in set(found)]
    assert len(near) > 5
    assert all(lons[0] - 0.001 <= s.lon <= lons[1] + 0.001 for s in near)


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({"kind": "canteen"}, lambda s: s.kind == "canteen"),
        ({"kind": "canteen", "district": "310110"}, lambda s: s.kind == "canteen" and s.district == "310110"),
        ({"demo": "true"}, lambda s: s.demo),
        ({"demo": "0"}, lambda s: not s.demo),
        ({"stars": "3"}, lambda s: s.stars == 3),
        ({"has": "charging"}, lambda s: "charging" in s.has),
        ({"verified_on": "2026-11-20"}, lambda s: s.verified_on == date(2026, 11, 20)),
        ({"id": "bus-1"}, lambda s: s.id == "bus-1"),
        ({"name": "没有这个名字"}, lambda _: False),
    ],
)  # fmt: skip
def test_properties_are_parameters(
    ogc: FlaskClient, held: list[Service], given: dict[str, str], holds: Callable[[Service], bool]
) -> None:
    assert ids(ogc, **given) == [s.id for s in held if holds(s)]


def test_all_ways_of_picking_hold_together(ogc: FlaskClient, held: list[Service]) -> None:
    found = ids(ogc, kind="canteen", bbox=",".join(map(str, BOX)), filter="district = '310110'")
    assert found == [s.id for s in held if s.kind == "canteen" and inside(s) and s.district == "310110"]


@pytest.mark.parametrize("name", ["services", "stops", "offers", "events", "districts", "gaps"])
def test_every_queryable_can_be_asked_for(ogc: FlaskClient, name: str) -> None:
    schema: dict[str, Any] = ogc.get(f"/ogc/collections/{name}/queryables").get_json(force=True)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    base = f"/ogc/collections/{name}/items"
    whole = ogc.get(base).get_json(force=True)["numberMatched"]
    assert whole > 0
    for field in schema["properties"]:
        known, unknown = (
            ogc.get(base, query_string={"filter": f'"{field}" IS {no}NULL'}).get_json(force=True)[
                "numberMatched"
            ]
            for no in ("NOT ", "")
        )
        assert known + unknown == whole, field


def test_a_page_of_a_condition_goes_on_with_it(ogc: FlaskClient, held: list[Service]) -> None:
    path: str | None = f"{ITEMS}?limit=9&filter=kind%20%3D%20%27canteen%27&crs=EPSG:4326"
    seen: list[str] = []
    while path:
        answer = ogc.get(path)
        assert "4326" in answer.headers["Content-Crs"]
        body = answer.get_json(force=True)
        seen += [f["id"] for f in body["features"]]
        path = next(
            (k["href"].removeprefix("http://localhost") for k in body["links"] if k["rel"] == "next"), None
        )
    assert seen == [s.id for s in held if s.kind == "canteen"]
