"""What may be asked of a site that publishes GCJ-02, what is refused, and what stays as it was without the setting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from publication import world

from locator._errors import ConfigurationError, InputError
from locator._settings import Settings, publish_datum
from locator.datum import Datum, convert
from locator.geodesy import geodesic_m
from locator.maps import basemap_of
from locator.publication import check_wgs84
from locator.store import Store
from locator.web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

LON, LAT = (round(degrees, 6) for degrees in convert(*world.HERE, "wgs84", "gcj02"))
WGS = f"lon={world.HERE[0]}&lat={world.HERE[1]}&datum=wgs84"
GCJ = f"lon={LON}&lat={LAT}"
PATH = f"path={LON},{LAT};121.54,31.28"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('town')}/town.db"
    opened = Store(url)
    opened.create(world.services(), "tests")
    opened.close()
    return url


def site(store: str, **settings: str) -> FlaskClient:
    return create_app({"TESTING": True}, Settings(store=store, **settings)).test_client()


@pytest.fixture(scope="module")
def shifted(store: str) -> FlaskClient:
    return site(store, publish_datum="gcj02")


@pytest.mark.parametrize("at", ["", f"&at={world.AT}"])
def test_the_datum_of_a_question_is_that_of_publication_unless_it_says_so(
    shifted: FlaskClient, store: str, at: str
) -> None:
    found = shifted.get(f"/api/v1/nearest?{GCJ}{at}").get_json()
    assert found["datum"] == found["asked"]["datum"] == "gcj02"
    said = site(store).get(f"/api/v1/nearest?{GCJ}&datum=gcj02{at}").get_json()
    assert [f["geometry"] for f in found["features"]] == [f["geometry"] for f in said["features"]]
    assert len(found["features"]) >= 7
    for feature in found["features"]:
        here = convert(*feature["geometry"]["coordinates"], "gcj02", "wgs84")
        assert feature["properties"]["distance_m"] == pytest.approx(geodesic_m(*world.HERE, *here), abs=0.3)
    other = shifted.get(f"/api/v1/nearest?lon={LON + 0.0065}&lat={LAT + 0.006}&datum=bd09{at}")
    assert other.get_json()["datum"] == "bd09"


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/nearest?{WGS}", f"/api/v1/nearest?{WGS}&at={world.AT}", f"/api/v1/nearest?district={world.DISTRICT}&datum=WGS-84",
        f"/api/v1/along?{PATH}&datum=wgs84", "/api/v1/services?bbox=121,31,122,32&datum=wgs84", "/api/v1/services?datum=wgs84",
        f"/api/v1/events?{WGS}", "/api/v1/events?datum=wgs84", f"/map.svg?{WGS}", f"/along?{PATH}&datum=wgs84", "/along?p=from-wgs&datum=wgs84",
        f"/?district={world.DISTRICT}&datum=wgs84",
    ],
)  # fmt: skip
def test_wgs84_is_refused_and_the_reason_told_in_both_languages(shifted: FlaskClient, address: str) -> None:
    for language, words in (("zh", "本站只公布 GCJ-02 坐标"), ("en", "publishes positions in GCJ-02 only")):
        answer = shifted.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 400
        assert words in answer.text
    if address.startswith("/api"):
        assert answer.content_type == "application/problem+json"
        assert [error["field"] for error in answer.get_json()["errors"]] == ["datum"]


def test_every_fault_is_told_at_once(shifted: FlaskClient) -> None:
    found = shifted.get(f"/api/v1/nearest?{WGS}&limit=99&open=never").get_json()
    assert {error["field"] for error in found["errors"]} == {"datum", "limit", "open"}


@pytest.mark.parametrize("page", ["/", "/events", "/embed", "/embed/new"])
def test_a_phones_own_position_is_taken_in_and_goes_on_shifted(shifted: FlaskClient, page: str) -> None:
    led = shifted.get(f"{page}?{WGS}&open=arrival&vague=400&lang=en")
    assert led.status_code == 302
    assert led.headers["Cache-Control"] == "no-store"
    there = urlsplit(led.headers["Location"])
    args = parse_qs(there.query)
    assert there.path == page
    lon, lat = convert(*world.HERE, "wgs84", "gcj02")
    assert (args.pop("lon"), args.pop("lat")) == ([f"{lon:.5f}"], [f"{lat:.5f}"])
    assert args == {"datum": ["gcj02"], "open": ["arrival"], "vague": ["400"], "lang": ["en"]}
    assert (
        'data-datum="gcj02"' in shifted.get(led.headers["Location"].replace("&open=arrival", "")).text
        or page != "/"
    )


@pytest.mark.parametrize("wrong", ["lon=x&lat=31", "lon=121&lat=91", "lon=nan&lat=31"])
def test_a_position_that_is_none_is_not_led_on(shifted: FlaskClient, wrong: str) -> None:
    assert shifted.get(f"/?{wrong}&datum=wgs84").status_code == 400


def test_a_record_keeps_back_the_supplied_numbers_unless_they_are_what_is_published(
    shifted: FlaskClient,
) -> None:
    kept = {"source_lon", "source_lat", "source_datum"}
    for name, given in (("from-gcj", True), ("from-wgs", False), ("from-bd", False), ("doubled", False)):
        found = shifted.get(f"/api/v1/services/{name}").get_json()
        assert (found["lon"], found["lat"]) == pytest.approx(world.shifted(name, "gcj02"), abs=2e-8)
        assert found["datum"] == "gcj02"
        assert {field for field in kept if found[field] is not None} == (kept if given else set())
    stops = shifted.get("/api/v1/services/mobile").get_json()["stops"]
    assert [(s["lon"], s["lat"]) for s in stops] == [
        pytest.approx(world.shifted(name, "gcj02"), abs=2e-8) for name in ("stop-1", "stop-2")
    ]
    assert {s["datum"] for s in stops} == {"gcj02"}
    unplaced = shifted.get(f"/api/v1/services/{world.NOWHERE}").get_json()
    assert (unplaced["lon"], unplaced["lat"]) == (None, None)


@pytest.mark.parametrize(
    "address",
    ["/api/v1/services/from-wgs", f"/api/v1/nearest?{GCJ}&at={world.AT}", f"/map.svg?{GCJ}&at={world.AT}"],
)
def test_what_a_client_kept_from_before_the_setting_does_not_hold(
    shifted: FlaskClient, store: str, address: str
) -> None:
    tag = site(store).get(address).headers["ETag"]
    assert site(store).get(address, headers={"If-None-Match": tag}).status_code == 304
    assert shifted.get(address, headers={"If-None-Match": tag}).status_code == 200
    own = shifted.get(address).headers["ETag"]
    assert shifted.get(address, headers={"If-None-Match": own}).status_code == 304


def test_a_place_by_name_leads_to_a_shifted_position_that_names_its_datum(shifted: FlaskClient) -> None:
    there = shifted.get("/?q=from-wgs").headers["Location"]
    args = parse_qs(urlsplit(there).query)
    assert args["datum"] == ["gcj02"]
    assert (float(args["lon"][0]), float(args["lat"][0])) == pytest.approx(
        world.shifted("from-wgs", "gcj02"), abs=6e-6
    )


def test_a_districts_links_stay_short(shifted: FlaskClient) -> None:
    page = shifted.get(f"/embed/new?district={world.DISTRICT}&open=arrival").text
    assert f"/y/{world.DISTRICT}" in page
    assert "datum=" not in page.partition("<pre")[2]


def test_map_apps_get_their_own_datum_and_none_wgs84(shifted: FlaskClient, store: str) -> None:
    page, plain = (client.get(f"/s/from-wgs?at={world.AT}").text for client in (shifted, site(store)))
    apps = re.findall(r'data-app-name="(\w+)"', page)
    assert apps == ["amap", "baidu", "tencent", "apple"]
    assert re.findall(r'data-app-name="(\w+)"', plain) == [*apps, "geo"]
    assert "geo:" in plain
    assert "geo:" not in page


def test_results_of_plans_in_another_datum_are_not_found_by_their_address(
    store: str, shifted: FlaskClient
) -> None:
    other = site(store)
    address = other.get(f"/plan?boundary={world.DISTRICT}&week=2026-11-23&group=guard").headers["Location"]
    assert other.get(address).status_code == 200
    assert shifted.get(f"{address}/state.json").status_code == 404


@pytest.mark.parametrize(
    ("settings", "datum"),
    [
        ({}, "gcj02"), ({"basemap": "outline"}, "gcj02"), ({"basemap": "gaode"}, "gcj02"),
        ({"basemap": "https://t.example/{z}/{x}/{y}.png", "basemap_datum": "gcj02"}, "gcj02"),
    ],
)  # fmt: skip
def test_backdrops_that_may_be_used_name_their_datum(settings: dict[str, str], datum: str) -> None:
    found = basemap_of(Settings(publish_datum="gcj02", **settings))
    assert found.datum == datum
    assert found.attribution.endswith("GCJ-02")
    assert basemap_of(Settings(**{"basemap": "outline"} | settings)).attribution != found.attribution


def test_the_outline_is_drawn_in_bd09_where_that_is_published() -> None:
    assert basemap_of(Settings(publish_datum="bd09")).datum == "bd09"
    assert basemap_of(Settings()).key == "osm"


@pytest.mark.parametrize(
    "settings",
    [
        {"basemap": "osm"}, {"basemap": "tianditu", "tianditu_key": "0123456789"},
        {"basemap": "https://t.example/{z}/{x}/{y}.png", "basemap_datum": "wgs84"},
    ],
)  # fmt: skip
def test_a_backdrop_in_wgs84_stops_the_start(store: str, settings: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_PUBLISH_DATUM is GCJ-02, but the basemap") as told:
        site(store, publish_datum="gcj02", **settings)
    assert "LOCATOR_BASEMAP 用 outline、gaode" in told.value.text.zh


def test_a_datum_that_is_none_stops_the_start(store: str) -> None:
    with pytest.raises(
        ConfigurationError, match="LOCATOR_PUBLISH_DATUM must be wgs84, gcj02 or bd09, got 'wsg84'"
    ):
        site(store, publish_datum="wsg84")
    assert publish_datum(Settings(publish_datum="GCJ-02")) == "gcj02"
    assert publish_datum(Settings.from_environ({"LOCATOR_PUBLISH_DATUM": ""})) == "wgs84"


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/nearest?{WGS}&at={world.AT}", "/api/v1/services/from-gcj", f"/api/v1/district/{world.DISTRICT}/offline.json",
        f"/outline/{world.DISTRICT[:4]}.json", f"/map.svg?{WGS}&at={world.AT}",
    ],
)  # fmt: skip
def test_without_the_setting_answers_are_those_of_wgs84(store: str, address: str) -> None:
    unset, said = (site(store, basemap="outline", **more) for more in ({}, {"publish_datum": "wgs84"}))
    one, other = unset.get(address), said.get(address)
    assert one.status_code == 200
    clock = re.compile(rb'"(?:generated_at|from|until)":\s*[^,]+')
    assert clock.sub(b"", one.data) == clock.sub(b"", other.data)
    assert b"GCJ-02" not in one.data
    if "services" in address:
        assert "datum" not in one.get_json()
        assert one.get_json()["source_datum"] == "gcj02"


def test_what_can_only_be_wgs84_is_refused_where_that_is_not_published() -> None:
    check_wgs84(Datum.WGS84, "OpenStreetMap")
    with pytest.raises(
        InputError, match="OpenStreetMap takes WGS-84 positions only, and this site publishes BD-09"
    ):
        check_wgs84(Datum.BD09, "OpenStreetMap")
