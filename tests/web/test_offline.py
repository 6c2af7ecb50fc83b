"""What stays on a phone: hours that agree with the timelines, a manifest, a worker that keeps no page."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from locator import Catalog, Service
from locator.offline import offline_copy
from locator.service import Stop
from locator.timeline import SHANGHAI, timeline

if TYPE_CHECKING:
    from flask.testing import FlaskClient

# Before the national holidays: an ordinary week, make-up days, and days off within the horizon.
STARTS = [datetime(2026, 9, 24, 13, 7, tzinfo=SHANGHAI), datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)]
HOURS = [
    "Mo-Fr 09:00-17:00; PH off",
    "22:00-02:00",
    "24/7",
    "Sa,Su 10:00-12:00 unknown",
    None,
    "PH 10:00-12:00",
]


def told(place: dict, minute: int) -> str:
    """Return what the phone makes of a minute."""
    for status in ("open", "unknown"):
        if any(start <= minute < end for start, end in place[status]):
            return status
    return "closed"


@pytest.mark.parametrize("at", STARTS)
def test_the_stored_hours_say_what_the_timeline_says_for_two_weeks(at: datetime) -> None:
    services = [
        Service(id=f"s{i}", kind="station", name="站", lon=121.5, lat=31.2, hours=h)
        for i, h in enumerate(HOURS)
    ]
    catalog = Catalog.from_rows(1, "now", [(s.id, s.model_dump_json().encode()) for s in services])
    kept = offline_copy(catalog, catalog.rows(), at)
    assert kept["until"] - kept["from"] == 14 * 24 * 60
    for service, stored in zip(services, kept["services"], strict=True):
        for minute in range(kept["from"], kept["until"], 17):
            expected = timeline(service.hours).status(datetime.fromtimestamp(minute * 60, SHANGHAI))
            assert told(stored["places"][0], minute) == expected, (service.hours, minute)


def test_a_stop_is_there_only_between_its_dates() -> None:
    at = STARTS[1]
    stops = (
        Stop(
            name="甲",
            lon=121.5,
            lat=31.2,
            hours="24/7",
            valid_from=at.date() + timedelta(days=2),
            valid_to=at.date() + timedelta(days=3),
        ),
    )
    service = Service(id="bus", kind="station", name="车", stops=stops)
    catalog = Catalog.from_rows(1, "now", [("bus", service.model_dump_json().encode())])
    (place,) = offline_copy(catalog, catalog.rows(), at)["services"][0]["places"]
    (span,) = place["open"]
    days = [datetime.fromtimestamp(60 * m, SHANGHAI).isoformat()[:16] for m in span]
    assert days == ["2026-11-25T00:00", "2026-11-27T00:00"]


def test_a_district_is_whole_and_small(client: FlaskClient, sample: list[Service]) -> None:
    answer = client.get("/api/v1/district/310110/offline.json")
    kept = answer.get_json()
    assert kept["name"] == "杨浦区"
    expected = {s.id for s in sample if s.district == "310110" and s.status == "active"}
    assert {s["id"] for s in kept["services"]} == expected
    assert kept["version"] == client.get("/healthz").get_json()["version"]
    assert len(answer.data) < 100_000
    assert client.get("/api/v1/district/999999/offline.json").status_code == 404


def test_the_services_of_an_answer_are_asked_for_without_a_position(client: FlaskClient) -> None:
    kept = client.get("/api/v1/offline.json?ids=yp-relay-001,yp-canteen-001").get_json()
    assert [s["id"] for s in kept["services"]] == ["yp-relay-001", "yp-canteen-001"]
    assert client.get("/api/v1/offline.json?ids=nope").status_code == 404
    assert client.get("/api/v1/offline.json").get_json()["services"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_manifest_is_complete_and_its_icons_are_what_they_say(client: FlaskClient, lang: str) -> None:
    from PIL import Image

    answer = client.get(f"/manifest.webmanifest?lang={lang}")
    assert answer.mimetype == "application/manifest+json"
    found = json.loads(answer.data)
    assert found["display"] == "standalone"
    assert client.get(found["start_url"]).status_code == 200
    assert found["name"] == {"zh": "工会驿站地图", "en": "Union station map"}[lang]
    sizes = set()
    for each in found["icons"]:
        picture = Image.open(io.BytesIO(client.get(each["src"]).data))
        assert each["sizes"] == f"{picture.width}x{picture.height}"
        sizes.add(picture.width)
    assert {192, 512} <= sizes
    assert client.get("/icon-77.png").status_code == 404


def test_the_worker_keeps_files_that_exist_and_no_page_that_could_hold_a_position(
    client: FlaskClient,
) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    shell = json.loads(re.search(r"const shell = (\{.*?\});", answer.get_data(as_text=True))[1])
    assert [f for f in shell["files"] if f.startswith("/offline")] == ["/offline?lang=zh", "/offline?lang=en"]
    for path in shell["files"]:
        with client.get(path) as sent:
            assert sent.status_code == 200, path


def test_every_file_that_the_offline_page_needs_is_in_the_shell(client: FlaskClient) -> None:
    shell = json.loads(re.search(r"const shell = (\{.*?\});", client.get("/sw.js").get_data(as_text=True))[1])
    for lang in ("zh", "en"):
        page = client.get(f"/offline?lang={lang}").get_data(as_text=True)
        needed = re.findall(
            r'<(?:script[^>]*src|link rel="stylesheet"[^>]*href|link rel="icon"[^>]*href)="([^"]+)"', page
        )
        assert len(needed) >= 5
        assert set(needed) <= set(shell["files"])
