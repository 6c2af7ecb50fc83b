"""The JSON that programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

AT = "at=2026-11-23T13:05"
NEAREST = f"/api/v1/nearest?lon=121.5443&lat=31.2732&datum=gcj02&{AT}"
PROPERTIES = [
    "id",
    "name",
    "kind",
    "address",
    "distance_m",
    "travel_s",
    "arrive_at",
    "status",
    "usable_from",
    "usable_until",
    "usable_min",
    "next_change",
    "offers",
    "has",
    "lacks",
    "stars",
    "capacity",
    "phone",
    "verified_on",
    "position_quality",
    "demo",
    "links",
]


def test_nearest_answers_in_the_shape_of_the_contract(client: FlaskClient) -> None:
    answer = client.get(f"{NEAREST}&kind=canteen&limit=5")
    assert answer.status_code == 200
    body = answer.get_json(force=True)
    assert body["type"] == "FeatureCollection"
    assert body["numberReturned"] == len(body["features"]) == 5
    assert body["asked"]["at"] == "2026-11-23T13:05:00+08:00"
    assert body["catalog"]["version"] > 0
    for feature in body["features"]:
        assert set(PROPERTIES) <= set(feature["properties"])
    metres = [f["properties"]["distance_m"] for f in body["features"]]
    assert metres == sorted(metres)


def test_an_offer_says_its_price_in_chinese(client: FlaskClient) -> None:
    offer = client.get(f"{NEAREST}&kind=canteen&limit=1").get_json(force=True)["features"][0]["properties"][
        "offers"
    ][0]
    assert offer["price_text"] == "七折"
    assert offer["rule"] == {"percent_off": 30.0, "hours": "13:00-14:00"}
    assert offer["until"] == "2026-11-23T14:00:00+08:00"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("lat=121&lon=31", "lat"),
        ("lon=abc&lat=31", "lon"),
        ("lon=121", "lat"),
        ("lat=31", "lon"),
        ("", "lon"),
        ("lon=nan&lat=31", "lon"),
        ("lon=inf&lat=31", "lon"),
        ("lon=1e999&lat=31", "lon"),
        ("lon=121&lat=31&limit=0", "limit"),
        ("lon=121&lat=31&limit=51", "limit"),
        ("lon=121&lat=31&limit=1.5", "limit"),
        ("lon=121&lat=31&at=yesterday", "at"),
        ("lon=121&lat=31&at=9999-12-31T23:59", "at"),
        ("lon=121&lat=31&at=0001-01-01", "at"),
        ("lon=121&lat=31&datum=mars", "datum"),
        ("lon=121&lat=31&kind=palace", "kind"),
        ("lon=121&lat=31&needs_amenity=sauna", "needs_amenity"),
        ("lon=121&lat=31&group=kings", "group"),
        ("lon=121&lat=31&open=maybe", "open"),
        ("lon=121&lat=31&mode=fly", "mode"),
        ("lon=121&lat=31&stay=-1", "stay"),
        ("lon=121&lat=31&max_m=0", "max_m"),
        ("lon=121&lat=31&max_minutes=nan", "max_minutes"),
        ("lon=121&lat=31&sort=beauty", "sort"),
        ("lon=121&lat=31&kinds=canteen", "kinds"),
        ("district=atlantis", "district"),
        ("lon=%00&lat=31", "lon"),
        ("lon=121&lat=31&district=" + "x" * 5000, "district"),
    ],
)
def test_a_faulty_parameter_is_a_400_that_names_the_field(
    client: FlaskClient, query: str, field: str
) -> None:
    answer = client.get(f"/api/v1/nearest?{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json(force=True)
    assert problem["status"] == 400
    assert field in [e["field"] for e in problem["errors"]]


def test_swapped_axes_are_named_as_the_likely_mistake(client: FlaskClient) -> None:
    query = "/api/v1/nearest?lat=121&lon=31"
    english = client.get(query, headers={"Accept-Language": "en-GB,en"}).get_json(force=True)
    chinese = client.get(query, headers={"Accept-Language": "zh-CN,zh"}).get_json(force=True)
    assert "swapped" in english["errors"][0]["message"]
    assert "写反" in chinese["errors"][0]["message"]


def test_an_unescaped_plus_in_the_time_is_understood(client: FlaskClient) -> None:
    body = client.get("/api/v1/nearest?lon=121.5&lat=31.2&at=2026-11-23T05:05+00:00").get_json(force=True)
    assert body["asked"]["at"] == "2026-11-23T13:05:00+08:00"


def test_one_record_is_whole_and_its_unknowns_are_null(client: FlaskClient) -> None:
    record = client.get("/api/v1/services/yp-canteen-001").get_json()
    assert record["source_lon"] == 121.54429
    assert record["source_datum"] == "gcj02"
    assert record["hours"] is None
    assert record["has"] == []


@pytest.mark.parametrize(
    "path", ["/api/v1/services/nope", "/api/v1/services/" + "x" * 3000, "/api/v1/nothing"]
)
def test_what_is_not_there_is_a_404_problem(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_healthz_says_the_version(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json()["status"] == "ok"


@pytest.mark.parametrize("no_instant", ["", "&at=", "&at=%20"])
def test_an_answer_about_here_and_now_is_never_kept(client: FlaskClient, no_instant: str) -> None:
    here = client.get(f"/api/v1/nearest?lon=121.5443&lat=31.2732{no_instant}")
    assert here.headers["Cache-Control"] == "no-store"
    assert "ETag" not in here.headers


def test_an_answer_about_a_given_instant_can_be_asked_for_again(client: FlaskClient) -> None:
    first = client.get(NEAREST)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(NEAREST, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    other = client.get(NEAREST + "&limit=3", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_a_record_can_be_asked_for_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/services/yp-canteen-001")
    again = client.get("/api/v1/services/yp-canteen-001", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/api/v1/services/yp-canteen-002", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("path", [NEAREST, "/", "/outline/3101.json"])
def test_answers_come_compressed_where_the_client_takes_it(
    client: FlaskClient, coding: str, path: str
) -> None:
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2


def test_a_district_answers_without_a_position(client: FlaskClient) -> None:
    body = client.get(f"/api/v1/nearest?district=310110&kind=canteen&{AT}").get_json(force=True)
    assert body["numberReturned"] == 47
    assert sum(f["geometry"] is None for f in body["features"]) == 4
    assert {f["properties"]["distance_m"] for f in body["features"]} == {None}


def test_the_lane_and_the_framework_give_the_same_answer(app: Flask) -> None:
    """The hot address is answered by a layer of its own; what it leaves to Flask must not differ."""
    lane = app.wsgi_app.below
    framework = lane._after
    for query in (
        "",
        "&open=arrival&stay=10",
        "&offer=now&group=rider",
        "&datum=gcj02&kind=canteen",
        "&district=310110",
    ):
        path = f"/api/v1/nearest?lon=121.5443&lat=31.2732{query}"
        answers = []
        for application in (lane, framework):
            answer = Client(application).get(path)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-store"
            body = answer.get_json(force=True)
            answers.append(
                {
                    **body,
                    "asked": {**body["asked"], "at": ""},
                    "features": [f["id"] for f in body["features"]],
                    "unknown": [f["id"] for f in body["unknown"]],
                    "fallback": body["fallback"] and body["fallback"]["id"],
                }
            )
        assert answers[0] == answers[1]
