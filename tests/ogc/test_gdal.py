"""GDAL, as QGIS, R and geopandas have it, on a server of its own: it must read what the store holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import urlopen

import pyogrio
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogc_support import Served

    from locator import Service

BOX = (121.45, 31.2, 121.55, 31.35)


def inside(service: Service) -> bool:
    return service.lon is not None and BOX[0] <= service.lon <= BOX[2] and BOX[1] <= service.lat <= BOX[3]


def test_gdal_lists_the_collections(served: Served) -> None:
    names = [str(name) for name in pyogrio.list_layers(f"OAPIF:{served.url}")[:, 0]]
    assert names == ["services", "stops", "offers", "events", "districts", "gaps"]


def test_gdal_knows_the_types_though_all_values_are_unknown(served: Served) -> None:
    info = pyogrio.read_info(f"OAPIF:{served.url}", layer="services")
    types = dict(zip(info["fields"].tolist(), info["ogr_types"], strict=True))
    wanted = {
        "id": "OFTString", "stars": "OFTInteger", "rent_min": "OFTReal", "verified_on": "OFTDate", "has": "OFTStringList",
        "demo": "OFTInteger", "name": "OFTString",
    }  # fmt: skip
    assert {name: types[name] for name in wanted} == wanted


def test_gdal_reads_all_services(served: Served) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="services").set_index("id")
    assert len(frame) == len(served.services)
    for service in served.services:
        row = frame.loc[service.id]
        assert (row["name"], row["kind"], row["demo"]) == (service.name, service.kind, service.demo)
        assert list(row["has"]) == list(service.has)
        at = None if row.geometry is None else (row.geometry.x, row.geometry.y)
        assert at == (None if service.lon is None else pytest.approx((service.lon, service.lat), abs=1e-8))


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4326", "EPSG:4490"])
def test_gdal_turns_the_axes_back(served: Served, crs: str) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="services", CRS=crs, bbox=BOX).set_index("id")
    wanted = {s.id: (s.lon, s.lat) for s in served.services if inside(s)}
    assert set(frame.index) == set(wanted)
    for service_id, at in wanted.items():
        point = frame.loc[service_id].geometry
        assert (point.x, point.y) == pytest.approx(at, abs=1e-8)


def test_gdal_reads_web_mercator(served: Served) -> None:
    where = "kind = 'canteen'"
    flat = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="services", CRS="EPSG:3857", where=where)
    round_ = flat.set_index("id").to_crs("OGC:CRS84")
    wanted = [s for s in served.services if s.kind == "canteen"]
    assert sorted(round_.index) == sorted(s.id for s in wanted)
    for service in (s for s in wanted if s.lon is not None):
        point = round_.loc[service.id].geometry
        assert (point.x, point.y) == pytest.approx((service.lon, service.lat), abs=1e-7)


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("kind = 'canteen'", lambda s: s.kind == "canteen"),
        ("kind = 'canteen' AND demo = 1", lambda s: s.kind == "canteen" and s.demo),
        ("name LIKE '%驿站%'", lambda s: "驿站" in s.name),
        ("capacity > 1", lambda s: s.capacity is not None and s.capacity > 1),
        ("id = 'bus-1'", lambda s: s.id == "bus-1"),
        ("verified_on >= '2026/11/20'", lambda s: s.verified_on is not None and s.verified_on.isoformat() >= "2026-11-20"),
    ],
)  # fmt: skip
def test_gdal_filters_by_attributes(served: Served, where: str, holds: Callable[[Service], bool]) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="services", where=where)
    assert sorted(frame["id"]) == sorted(s.id for s in served.services if holds(s))


def test_gdal_lets_the_server_filter_where_it_can(served: Served) -> None:
    asked = pyogrio.read_dataframe(
        f"OAPIF:{served.url}", layer="offers", where="kind = 'canteen'", columns=["kind"]
    )
    offers = sum(len(s.offers) for s in served.services if s.kind == "canteen")
    assert len(asked) == offers > 0
    # Where GDAL finds the parameters that it may push a filter into.
    with urlopen(f"{served.url}/api", timeout=20) as answer:
        parameters = json.load(answer)["paths"]["/collections/offers/items"]["get"]["parameters"]
    assert {"kind", "percent_off", "groups", "filter"} <= {parameter["name"] for parameter in parameters}


def test_gdal_reads_what_a_condition_in_cql2_selects(served: Served) -> None:
    for given in (
        {"filter": "kind = 'canteen' AND S_INTERSECTS(geometry, BBOX(121.45, 31.2, 121.55, 31.35))"},
        {"filter": json.dumps({"op": "and", "args": [
            {"op": "=", "args": [{"property": "kind"}, "canteen"]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": list(BOX)}]},
        ]}), "filter-lang": "cql2-json"},
    ):  # fmt: skip
        url = f"{served.url}/collections/services/items?{urlencode({**given, 'limit': 1000})}"
        frame = pyogrio.read_dataframe(url)
        wanted = sorted(s.id for s in served.services if s.kind == "canteen" and inside(s))
        assert sorted(frame["id"]) == wanted
        assert len(wanted) > 5


def test_gdal_reads_the_other_collections(served: Served) -> None:
    events = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="events")
    assert len(events) == sum(len(s.events) for s in served.services)
    stops = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="stops")
    assert len(stops) == sum(len(s.stops) for s in served.services)
    districts = pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="districts", bbox=BOX)
    assert "杨浦区" in set(districts["name"])
    assert len(pyogrio.read_dataframe(f"OAPIF:{served.url}", layer="gaps")) == 0
