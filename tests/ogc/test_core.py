"""Part 1: documents that lead to one another, features as the store has them, mistakes told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from locator.datum import convert
from locator.web.ogc.conformance import classes

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from locator import Service

ITEMS = "/ogc/collections/services/items"
NAMES = ["services", "stops", "offers", "events", "districts", "gaps"]
# Where each class that is declared is proved; a new one needs a new line here.
PROVED = {
    "ogcapi-common-1/1.0/conf/core": "test_core", "ogcapi-features-1/1.0/conf/core": "test_core",
    "ogcapi-features-1/1.0/conf/geojson": "test_core", "ogcapi-features-1/1.0/conf/html": "test_pages",
    "ogcapi-features-2/1.0/conf/crs": "test_crs", "ogcapi-features-3/1.0/conf/queryables": "test_filter",
    "ogcapi-features-3/1.0/conf/queryables-query-parameters": "test_filter",
    "ogcapi-features-3/1.0/conf/filter": "test_filter", "ogcapi-features-3/1.0/conf/features-filter": "test_filter",
    "ogcapi-features-5/1.0/conf/schemas": "test_core", "ogcapi-features-5/1.0/conf/core-roles-features": "test_core",
    "ogcapi-features-5/1.0/conf/returnables-and-receivables": "test_core",
}  # fmt: skip


def get(ogc: FlaskClient, path: str, **headers: str) -> Any:
    answer = ogc.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200, (path, answer.text[:500])
    return answer.get_json(force=True)


def test_every_link_of_every_document_leads_somewhere(ogc: FlaskClient) -> None:
    waiting, seen = ["/ogc", *(f"/ogc/collections/{name}/items?limit=1" for name in NAMES)], set()
    waiting += [f"{ITEMS}/bus-1", "/ogc/collections/events/items/bus-1~1"]
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 400:
            continue
        seen.add(path)
        answer = ogc.get(path)
        assert answer.status_code == 200, path
        if "json" not in answer.content_type:
            continue
        body = answer.get_json(force=True)
        for links in [body.get("links", []), *(one["links"] for one in body.get("collections", []))]:
            for link in links:
                found = ogc.get(link["href"].removeprefix("http://localhost"))
                assert found.status_code == 200, link
                assert found.content_type.partition(";")[0] == link["type"].partition(";")[0], link
                # Pages of features go on for long: their first is enough here.
                if link["rel"] != "next":
                    waiting.append(link["href"].removeprefix("http://localhost"))
    assert len(seen) > 60


def test_the_landing_page_names_what_the_standard_wants(ogc: FlaskClient) -> None:
    rels = {link["rel"] for link in get(ogc, "/ogc")["links"]}
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= rels
    assert [one["id"] for one in get(ogc, "/ogc/collections")["collections"]] == NAMES


def test_every_class_that_is_declared_has_its_tests(ogc: FlaskClient) -> None:
    declared = get(ogc, "/ogc/conformance")["conformsTo"]
    assert len(declared) == len(set(declared))
    own = {uri.removeprefix("http://www.opengis.net/spec/") for uri in declared if "/cql2/" not in uri}
    assert own == set(PROVED)  # those of CQL2 are proved in tests/cql2


def test_services_are_what_the_store_holds(ogc: FlaskClient, held: list[Service]) -> None:
    body = get(ogc, f"{ITEMS}?limit=1000")
    assert body["numberMatched"] == body["numberReturned"] == len(held)
    assert [f["id"] for f in body["features"]] == [s.id for s in held]
    for feature, service in zip(body["features"], held, strict=True):
        stored = service.model_dump(mode="json")
        shown = feature["properties"]
        assert shown.pop("mobile") == bool(service.stops)
        assert shown == {name: stored[name] for name in shown}
        point = None if service.lon is None else {"type": "Point", "coordinates": [service.lon, service.lat]}
        assert feature["geometry"] == point


def test_parts_carry_their_own_fields_and_their_service(ogc: FlaskClient) -> None:
    stops = get(ogc, "/ogc/collections/stops/items?service=bus-1")["features"]
    assert [(s["id"], s["geometry"]["coordinates"]) for s in stops] == [
        ("bus-1~1", [121.5, 31.2]), ("bus-1~2", [121.6, 31.3]),
    ]  # fmt: skip
    event = get(ogc, "/ogc/collections/events/items/bus-1~1")
    assert event["geometry"] is None  # a mobile service has no one position
    assert event["properties"]["demo"] is True
    assert event["properties"]["start"] == "2026-12-01T09:00:00+08:00"
    assert event["properties"]["service_name"] == "流动理发车"
    gaps = get(ogc, "/ogc/collections/gaps/items")["features"]
    assert [gap["properties"]["unserved_low"] for gap in gaps] == [50.0, 100.0]
    assert gaps[0]["properties"]["week"] == "2026-11-23"


def test_districts_have_outlines(ogc: FlaskClient) -> None:
    body = get(ogc, "/ogc/collections/districts/items?bbox=121.54,31.27,121.541,31.271")
    assert [f["properties"]["name"] for f in body["features"]] == ["杨浦区"]
    assert body["features"][0]["geometry"]["type"] == "MultiPolygon"


@pytest.mark.parametrize("name", NAMES)
def test_features_hold_what_the_schema_says(ogc: FlaskClient, name: str) -> None:
    schema = get(ogc, f"/ogc/collections/{name}/schema")
    roles = [said.get("x-ogc-role") for said in schema["properties"].values()]
    assert roles.count("id") == roles.count("primary-geometry") == 1
    described = get(ogc, "/ogc/api?f=json")["components"]["schemas"]
    shape = {**described[f"ogc{name.capitalize()}Page"], "components": {"schemas": described}}
    body = get(ogc, f"/ogc/collections/{name}/items?limit=50")
    jsonschema.validate(body, shape)
    for feature in body["features"]:
        assert set(feature["properties"]) == set(schema["properties"]) - {"id", "geometry"}
    feature_schema = get(ogc, f"/ogc/collections/{name}/schema/feature")
    assert set(feature_schema["properties"]["properties"]["properties"]) == set(schema["properties"]) - {
        "id",
        "geometry",
    }


def test_extent_is_that_of_the_features(ogc: FlaskClient, held: list[Service]) -> None:
    extent = get(ogc, "/ogc/collections/services")["extent"]
    placed = [s for s in held if s.lon is not None]
    lons, lats = [s.lon for s in placed], [s.lat for s in placed]
    assert extent["spatial"]["bbox"] == [[min(lons), min(lats), max(lons), max(lats)]]
    stops = get(ogc, "/ogc/collections/stops")["extent"]["temporal"]["interval"]
    assert stops == [[None, None]]  # one has no first day, one no last
    events = get(ogc, "/ogc/collections/events")["extent"]["temporal"]["interval"][0]
    assert events[0] <= "2026-12-01T01:00:00Z" <= events[1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=x", "limit"), ("limit=-1", "limit"), ("bbox=1,2,3", "bbox"), ("bbox=a,b,c,d", "bbox"),
        ("bbox=31,121,32,122", "bbox"), ("bbox=121,32,122,31", "bbox"), ("bbox=nan,1,2,3", "bbox"), ("datetime=gestern", "datetime"),
        ("datetime=2026-12-01/2026-11-01", "datetime"), ("datetime=..", "datetime"), ("datetime=2026-13-01", "datetime"),
        ("crs=EPSG:2435", "crs"), ("bbox-crs=x", "bbox-crs"), ("filter-crs=x", "filter-crs"), ("after=%21", "after"), ("kidn=canteen", "kidn"),
        ("kind=castle", "kind"), ("stars=many", "stars"), ("demo=perhaps", "demo"), ("verified_on=soon", "verified_on"),
        ("filter=kind%20%3D", "filter"), ("filter-lang=sql", "filter-lang"), ("f=xml", "f"), ("filter=nix%3D1", "filter"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_mistakes_are_told_by_their_field(ogc: FlaskClient, query: str, field: str, language: str) -> None:
    answer = ogc.get(f"{ITEMS}?{query}", headers={"Accept-Language": language})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    (error,) = answer.get_json(force=True)["errors"]
    assert error["field"] == field
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error["message"]) == (language == "zh")


def test_all_mistakes_are_told_at_once(ogc: FlaskClient) -> None:
    errors = ogc.get(f"{ITEMS}?limit=0&bbox=1&datetime=x&kidn=1").get_json(force=True)["errors"]
    assert {e["field"] for e in errors} == {"limit", "bbox", "datetime", "kidn"}


@pytest.mark.parametrize(
    "path", ["collections/nix", "collections/services/items/nix", "collections/nix/items", "nix"]
)
def test_what_is_not_there_is_a_problem_in_json(ogc: FlaskClient, path: str) -> None:
    answer = ogc.get(f"/ogc/{path}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_more_than_the_most_gets_the_most(ogc: FlaskClient, held: list[Service]) -> None:
    assert get(ogc, f"{ITEMS}?limit=99999999")["numberReturned"] == len(held)


def test_pages_lead_through_all_features_once(ogc: FlaskClient, held: list[Service]) -> None:
    path: str | None = f"{ITEMS}?limit=7&status=active"
    seen: list[str] = []
    while path:
        body = get(ogc, path)
        assert body["numberMatched"] == len(held) - 1
        seen += [f["id"] for f in body["features"]]
        path = next(
            (k["href"].removeprefix("http://localhost") for k in body["links"] if k["rel"] == "next"), None
        )
    assert seen == [s.id for s in held if s.status == "active"]


def test_an_answer_that_the_asker_has_is_not_sent_again(ogc: FlaskClient) -> None:
    first = ogc.get(f"{ITEMS}?limit=2")
    again = ogc.get(f"{ITEMS}?limit=2", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = ogc.get(f"{ITEMS}?limit=3", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    english = ogc.get(
        "/ogc", headers={"If-None-Match": ogc.get("/ogc").headers["ETag"], "Accept-Language": "en"}
    )
    assert english.status_code == 200


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2026-12-01T01:30:00Z", True), ("2026-12-01T09:30:00%2B08:00", True), ("2026-12-01T12:00:00%2B08:00", False),
        ("2026-12-01", True), ("2026-11-30", False), ("../2026-11-30", False), ("2026-12-02/..", False),
        ("2026-11-01/2026-12-31", True), ("2026-12-01T09:30:00", True), ("/2026-12-01T01:00:00Z", True),
    ],
)  # fmt: skip
def test_events_are_picked_by_when_they_are(ogc: FlaskClient, when: str, found: bool) -> None:
    body = get(ogc, f"/ogc/collections/events/items?service=bus-1&datetime={when}")
    assert body["numberMatched"] == int(found)


def test_services_are_picked_by_the_day_of_their_verification(ogc: FlaskClient) -> None:
    for when, found in (("2026-11-20", True), ("2026-11-20T23:00:00+08:00", True), ("2026-11-21/..", False)):
        ids = [
            f["id"] for f in get(ogc, f"{ITEMS}?limit=999&datetime={when}".replace("+", "%2B"))["features"]
        ]
        assert ("bus-1" in ids) == found
        assert "nowhere-1" not in ids  # nobody ever verified it


def test_stops_with_an_open_end_hold_on(ogc: FlaskClient) -> None:
    for when, found in (("2020-01-01", ["bus-1~1"]), ("2030-01-01", ["bus-1~2"])):
        features = get(ogc, f"/ogc/collections/stops/items?service=bus-1&datetime={when}")["features"]
        assert [f["id"] for f in features] == found


def test_a_site_that_publishes_gcj02_says_so_and_means_it(own_app: Flask, held: list[Service]) -> None:
    own_app.extensions["locator.publish_datum"] = "gcj02"
    try:
        ogc = own_app.test_client()
        answer = ogc.get(f"{ITEMS}?limit=999")
        body = answer.get_json(force=True)
        assert body["datum"] == answer.headers["Content-Datum"] == "gcj02"
        assert "Content-Crs" not in answer.headers
        at = {f["id"]: f["geometry"] for f in body["features"]}
        one = next(s for s in held if s.lon is not None)
        shifted = convert(one.lon, one.lat, "wgs84", "gcj02")
        assert at[one.id]["coordinates"] == pytest.approx(shifted, abs=1e-8)
        box = ",".join(
            f"{d:.7f}" for d in (shifted[0] - 1e-6, shifted[1] - 1e-6, shifted[0] + 1e-6, shifted[1] + 1e-6)
        )
        assert one.id in [f["id"] for f in get(ogc, f"{ITEMS}?bbox={box}")["features"]]
        near = f"S_INTERSECTS(geometry,BBOX({box}))"
        assert one.id in [f["id"] for f in get(ogc, f"{ITEMS}?filter={near}")["features"]]
        collection = get(ogc, "/ogc/collections/districts")
        assert collection["datum"] == "gcj02"
        assert "GCJ-02" in collection["title"]
        assert "GCJ-02" in collection["description"]
        assert len(collection["crs"]) == 1
        assert ogc.get(f"{ITEMS}?crs=EPSG:4326").status_code == 400
        assert not any("features-2" in uri for uri in get(ogc, "/ogc/conformance")["conformsTo"])
        assert any("features-2" in uri for uri in classes("wgs84"))
    finally:
        del own_app.extensions["locator.publish_datum"]
