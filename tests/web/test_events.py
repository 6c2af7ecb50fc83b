"""What is on, as JSON and as a page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from locator.cli import main

if TYPE_CHECKING:
    from flask.testing import FlaskClient

# A Tuesday: what is on at Dinghai Road in the week after.
ASKED = "lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-24T12:00"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|svg).*?</\1>", "", page)))


def test_the_week_of_dinghai_road(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1/events?{ASKED}")
    assert answer.content_type == "application/geo+json"
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.get_json()
    told = [(f["properties"]["topic"], f["properties"]["start"][:16]) for f in found["features"]]
    assert told == sorted(told, key=lambda one: one[1])
    assert ("duty", "2026-11-24T18:00") in told
    assert ("lawyer", "2026-11-26T13:30") in told
    assert ("film", "2026-11-27T19:00") in told
    assert ("fair", "2026-11-29T09:00") in told
    assert found["numberMatched"] == found["numberReturned"] == len(told)
    assert found["asked"]["until"] == "2026-12-01T00:00:00+08:00"
    first = found["features"][0]["properties"]
    assert first["starts_in_min"] == 360
    assert first["service"]["id"] == "demo-counsel-001"
    assert first["demo"] is True
    # In the datum of the question: the shift from WGS-84 is some hundred metres there.
    assert found["features"][0]["geometry"]["coordinates"] == pytest.approx([121.5543, 31.2681], abs=2e-3)


def test_one_topic_and_one_day(client: FlaskClient) -> None:
    films = client.get(f"/api/v1/events?{ASKED}&topic=film&days=30").get_json()["features"]
    assert {f["properties"]["topic"] for f in films} == {"film"}
    assert client.get(f"/api/v1/events?{ASKED}&days=1&topic=film").get_json()["features"] == []


def test_faults_are_named(client: FlaskClient) -> None:
    answer = client.get("/api/v1/events?lon=1&days=x&topic=opera")
    assert answer.status_code == 400
    assert {e["field"] for e in answer.get_json()["errors"]} == {"lat", "days", "topic"}


def test_the_page_says_the_days_in_words(client: FlaskClient) -> None:
    words = text_of(client.get(f"/events?{ASKED}").get_data(as_text=True))
    for said in (
        "附近 这周有",
        "今天",
        "明天",
        "周四",
        "周五",
        "心理咨询值班",
        "18:00–20:30",
        "露天电影 示例",
        "80个位子",
        "骑行",
    ):
        assert said.replace(" ", "") in words.replace(" ", ""), said


def test_the_page_tells_what_is_running(client: FlaskClient) -> None:
    at = ASKED.replace("2026-11-24T12:00", "2026-11-25T12:45")
    words = text_of(client.get(f"/events?{at}").get_data(as_text=True))
    assert "12:30–15:00 正在办 免费剪头发" in words


def test_the_page_of_an_empty_week_offers_the_next_step(client: FlaskClient) -> None:
    page = client.get("/events?lon=87&lat=43&at=2026-11-24T12:00&topic=film").get_data(as_text=True)
    assert "没有登记的活动" in page
    assert "看三十天里的" in page
    assert "看各地的" in page


def test_everywhere_without_a_position_and_strangers_parameters_are_ignored(client: FlaskClient) -> None:
    words = text_of(client.get("/events?at=2026-11-24T12:00&from=singlemessage").get_data(as_text=True))
    assert "各地" in words
    assert "安新法律援助点" in words


def test_a_chip_keeps_the_rest_of_the_question(client: FlaskClient) -> None:
    page = client.get(f"/events?{ASKED}&max_minutes=90&place=定海路&topic=film").get_data(as_text=True)
    link = re.search(r'href="(/events\?[^"]+)"[^>]*>今天<', page)
    assert link
    for kept in ("lon=121.5443", "datum=gcj02", "max_minutes=90", "topic=film", "days=1", "at=2026-11-24"):
        assert kept in link[1]


def test_the_command_line_says_the_same(store_url: str) -> None:
    command = [
        "events",
        "121.5443",
        "31.2732",
        "--datum",
        "gcj02",
        "--at",
        "2026-11-24T12:00",
        "--store",
        store_url,
    ]
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 0
    assert "今天 11月24日" in said.output
    assert "18:00–20:30  心理咨询值班（示例）" in said.output
    printed = json.loads(CliRunner().invoke(main, [*command, "--json", "--topic", "lawyer"]).output)
    assert [f["properties"]["topic"] for f in printed["features"]] == ["lawyer"]
    assert CliRunner().invoke(main, [*command, "--days", "0"]).exit_code == 2
    assert CliRunner().invoke(main, ["events", "121.5", "--store", store_url]).exit_code == 2
