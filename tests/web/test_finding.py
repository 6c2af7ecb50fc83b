"""Suggestions while one types, and services for maps and lists."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from locator import Catalog, convert
from locator.places import find_places
from locator.records import to_record
from locator.service_names import service_names
from locator.synthetic import invent

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from locator import Service


@pytest.mark.parametrize("typed", ["dhl", "dinghai", "定海路", "dinghl", "DHL"])
def test_towns_come_first_and_lead_to_their_results(client: FlaskClient, typed: str) -> None:
    found = client.get("/api/v1/suggest", query_string={"q": typed, "group": "rider"}).json["suggestions"]
    assert found[0]["name"] == "定海路街道"
    assert found[0]["id"] is None
    answer = client.get(found[0]["url"])
    assert answer.status_code == 200
    assert "我是骑手" in answer.text


def test_districts_and_services_are_suggested_too(client: FlaskClient) -> None:
    assert client.get("/api/v1/suggest?q=ypq").json["suggestions"][0]["name"] == "杨浦区"
    named = client.get("/api/v1/suggest?q=shgjss").json["suggestions"]
    assert any("上海国际时尚中心" in one["name"] and one["id"] for one in named)
    assert client.get("/api/v1/suggest?q=").json["suggestions"] == []
    assert client.get("/api/v1/suggest?q=zzzzz").json["suggestions"] == []


def test_the_form_without_script_finds_by_initials(client: FlaskClient) -> None:
    answer = client.get("/?q=dhl&group=rider")
    assert answer.status_code == 200
    assert "定海路街道" in answer.text


def test_a_box_holds_just_what_stands_in_it(client: FlaskClient, sample: list[Service]) -> None:
    west, south, east, north = 121.53, 31.26, 121.56, 31.29
    found = client.get(f"/api/v1/services?bbox={west},{south},{east},{north}&limit=1000").json
    inside = {
        s.id
        for s in sample
        if s.status == "active" and s.lon and west <= s.lon <= east and south <= s.lat <= north
    }
    ids = {f["id"] for f in found["features"]}
    mobile = {s.id for s in sample if s.stops}
    assert ids - mobile == inside
    assert found["numberMatched"] == found["numberReturned"] == len(ids)


def test_a_box_in_gcj02_is_the_same_box(client: FlaskClient) -> None:
    west, south, east, north = 121.53, 31.26, 121.56, 31.29
    a, b = convert(west, south, "wgs84", "gcj02"), convert(east, north, "wgs84", "gcj02")
    plain = client.get(f"/api/v1/services?bbox={west},{south},{east},{north}").json
    box = f"{a[0]:.9f},{a[1]:.9f},{b[0]:.9f},{b[1]:.9f}"
    shifted = client.get(f"/api/v1/services?bbox={box}&datum=gcj02").json
    assert [f["id"] for f in plain["features"]] == [f["id"] for f in shifted["features"]]
    assert plain["features"][0]["geometry"] != shifted["features"][0]["geometry"]


def test_kind_name_and_limit_narrow_the_list(client: FlaskClient, sample: list[Service]) -> None:
    found = client.get("/api/v1/services?kind=canteen&limit=1000").json
    assert {f["id"] for f in found["features"]} == {s.id for s in sample if s.kind == "canteen"}
    few = client.get("/api/v1/services?kind=canteen&q=dhl&limit=2").json
    assert few["numberReturned"] == 2
    assert few["numberMatched"] >= 5
    assert all("定海路" in f["properties"]["name"] for f in few["features"])


@pytest.mark.parametrize(
    "query",
    ["bbox=1,2,3", "bbox=121,31,120,32", "bbox=x,1,2,3", "bbox=0,0,1,99", "limit=0", "limit=2000", "limit=x"],
)
def test_faulty_questions_are_told(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/services?{query}")
    assert answer.status_code == 400
    assert answer.json["errors"]


def test_names_of_a_large_catalog_are_read_in_the_background() -> None:
    rows = sorted((s.id, to_record(s)) for s in invent(6000, 1))
    catalog = Catalog.from_rows(1, "2026-11-23T00:00:00", rows)
    # At once by characters, a little later by initials.
    assert any("人民路驿站" in place.name for place in find_places(catalog, "人民路驿站"))
    deadline = time.monotonic() + 60
    while not ((names := service_names(catalog)) and names.find("rmlyz", 1)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert any("人民路驿站" in place.name for place in find_places(catalog, "rmlyz"))


def test_names_that_cannot_be_read_are_found_by_their_characters_and_tried_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def fail(command: list[str], **_: object) -> None:
        tried.append(command)
        raise OSError("no more processes")

    monkeypatch.setattr("locator.service_names.subprocess.run", fail)
    catalog = Catalog.from_rows(
        1, "2026-11-23T00:00:00", sorted((s.id, to_record(s)) for s in invent(2500, 1))
    )
    deadline = time.monotonic() + 30
    while "reading them failed (no more processes)" not in caplog.text:
        assert any("人民路驿站" in place.name for place in find_places(catalog, "人民路驿站"))
        assert time.monotonic() < deadline
    for _ in range(5):
        assert any("人民路驿站" in place.name for place in find_places(catalog, "人民路驿站"))
    assert len(tried) == 1
