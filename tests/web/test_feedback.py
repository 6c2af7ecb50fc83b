"""Reports and needs: kept without a trace of who or where, taken only from our own pages, and not too often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h3
import pytest

from locator._errors import ConfigurationError
from locator._settings import Settings, proxy_count
from locator.datum import convert
from locator.store import Store
from locator.store.inspections import reports_of
from locator.store.needs import list_needs
from locator.web import create_app
from locator.web.limits import Limiter

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from locator import Service

OURS = {"Origin": "http://localhost"}
PLACE = "/s/yp-relay-001/wrong"
CELL = h3.latlng_to_cell(31.2732, 121.5443, 8)


@pytest.fixture
def fresh_url(tmp_path: Path, sample: list[Service]) -> str:
    url = f"sqlite:///{tmp_path}/fresh.db"
    Store(url).create(sample, "tests")
    return url


@pytest.fixture
def fresh(fresh_url: str) -> FlaskClient:
    settings = Settings(store=fresh_url, basemap="outline", rate_limit="3/hour")
    return create_app({"TESTING": True}, settings).test_client()


def test_a_report_reaches_the_queue_and_says_nothing_of_who_it_was(
    fresh: FlaskClient, fresh_url: str
) -> None:
    page = fresh.get(PLACE).text
    assert 'action="/s/yp-relay-001/wrong"' in page
    answer = fresh.post(PLACE, data={"what": "closed"}, headers=OURS, follow_redirects=True)
    assert answer.status_code == 200
    assert "谢谢，记下了" in answer.text
    (report,) = reports_of(Store(fresh_url))
    assert (report.service_id, report.what, report.status) == ("yp-relay-001", "closed", "new")
    assert set(report._fields) == {"number", "service_id", "what", "on_day", "hour", "status"}


def test_the_thanks_name_another_place_that_is_near(fresh: FlaskClient) -> None:
    page = fresh.get(PLACE + "?thanks=1").text
    assert "离它最近、现在能用的" in page or "工会热线" in page
    assert 'data-id="yp-relay-001"' not in page


def test_a_need_is_one_more_in_its_cell_and_hour(fresh: FlaskClient, fresh_url: str) -> None:
    for _ in range(2):
        answer = fresh.post("/need", data={"cell": CELL}, headers=OURS)
        assert answer.status_code == 303
    kept = list_needs(Store(fresh_url))
    assert {need.cell for need in kept} == {CELL}
    assert sum(need.times for need in kept) == 2


def test_a_page_that_finds_nothing_holds_a_cell_and_not_the_position(fresh: FlaskClient) -> None:
    page = fresh.get("/?lon=121.5443&lat=31.2732&max_minutes=15&kind=fair").text
    form = page.partition('action="/need"')[2].partition("</form>")[0]
    assert CELL in form
    assert "31.27" not in form
    lon, lat = convert(121.5443, 31.2732, "wgs84", "gcj02")
    assert CELL in fresh.get(f"/?lon={lon}&lat={lat}&datum=gcj02&max_minutes=15&kind=fair").text


@pytest.mark.parametrize("cell", ["", "x", "8", h3.latlng_to_cell(31.2, 121.5, 12), CELL.upper() + "0"])
def test_what_is_no_kilometre_cell_is_not_counted(fresh: FlaskClient, fresh_url: str, cell: str) -> None:
    assert fresh.post("/need", data={"cell": cell}, headers=OURS).status_code == 400
    assert list_needs(Store(fresh_url)) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/localhost"},
        {"Sec-Fetch-Site": "cross-site", **OURS},
        {"Sec-Fetch-Site": "same-site", **OURS},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_another_sites_page_cannot_report(
    fresh: FlaskClient, fresh_url: str, headers: dict[str, str]
) -> None:
    assert fresh.post(PLACE, data={"what": "closed"}, headers=headers).status_code == 403
    assert fresh.post("/need", data={"cell": CELL}, headers=headers).status_code == 403
    assert reports_of(Store(fresh_url)) == []


@pytest.mark.parametrize(
    "headers", [OURS, {"Referer": "http://localhost/s/x/wrong"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_our_own_page_can_in_every_browser(fresh: FlaskClient, headers: dict[str, str]) -> None:
    assert fresh.post(PLACE, data={"what": "moved"}, headers=headers).status_code == 303


def test_behind_a_proxy_the_public_address_is_ours(fresh_url: str) -> None:
    settings = Settings(store=fresh_url, basemap="outline", public_url="https://ditu.example")
    client = create_app({"TESTING": True}, settings).test_client()
    sent = client.post(PLACE, data={"what": "closed"}, headers={"Origin": "https://ditu.example"})
    assert sent.status_code == 303


def test_who_reports_too_often_has_to_wait(fresh: FlaskClient, fresh_url: str) -> None:
    for _ in range(3):
        assert fresh.post(PLACE, data={"what": "closed"}, headers=OURS).status_code == 303
    refused = fresh.post("/need", data={"cell": CELL}, headers=OURS)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"
    assert "过一会儿再来" in refused.text
    other = {"REMOTE_ADDR": "10.0.0.7"}
    assert fresh.post("/need", data={"cell": CELL}, headers=OURS, environ_base=other).status_code == 303
    assert len(reports_of(Store(fresh_url))) == 3


def test_of_what_proxies_forward_just_the_clients_address_counts(fresh_url: str) -> None:
    settings = Settings(store=fresh_url, basemap="outline", rate_limit="1/hour", proxies="1")
    client = create_app({"TESTING": True}, settings).test_client()

    def send(forwarded: str) -> int:
        headers = {**OURS, "X-Forwarded-For": forwarded}
        return client.post(PLACE, data={"what": "closed"}, headers=headers).status_code

    assert send("198.51.100.1") == 303
    assert send("198.51.100.2") == 303
    # What the client itself wrote in front does not make it another.
    assert send("203.0.113.9, 198.51.100.1") == 429


def test_without_proxies_nobody_can_pretend_to_be_another(fresh: FlaskClient) -> None:
    codes = [
        fresh.post(
            PLACE, data={"what": "closed"}, headers={**OURS, "X-Forwarded-For": f"10.0.0.{i}"}
        ).status_code
        for i in range(4)
    ]
    assert codes == [303, 303, 303, 429]


@pytest.mark.parametrize("what", ["", "burnt", "x" * 500])
def test_a_report_has_one_of_the_known_reasons(fresh: FlaskClient, fresh_url: str, what: str) -> None:
    assert fresh.post(PLACE, data={"what": what}, headers=OURS).status_code == 400
    assert reports_of(Store(fresh_url)) == []


def test_a_place_that_there_is_not_cannot_be_reported(fresh: FlaskClient) -> None:
    assert fresh.post("/s/none/wrong", data={"what": "closed"}, headers=OURS).status_code == 404


def test_the_limit_slides_and_one_household_counts_as_one() -> None:
    limiter = Limiter("2/minute")
    assert [limiter.allow("2001:db8::1", t) for t in (0.0, 30.0, 59.0)] == [True, True, False]
    assert not limiter.allow("2001:db8::ffff:2", 59.5)
    assert limiter.allow("2001:db8:0:1::1", 59.5)
    assert limiter.allow("2001:db8::1", 60.5)
    assert not limiter.allow("2001:db8::1", 61.0)
    assert limiter.allow("192.0.2.1", 61.0)
    assert limiter.allow("::ffff:192.0.2.1", 61.0)
    assert not limiter.allow("192.0.2.1", 61.0)


def test_the_limiter_keeps_no_address() -> None:
    limiter = Limiter("5/hour")
    limiter.allow("192.0.2.77", 1.0)
    assert all(b"192.0.2.77" not in key and len(key) == 8 for key in limiter._seen)
    assert list(Limiter("5/hour")._seen) == []
    other = Limiter("5/hour")
    other.allow("192.0.2.77", 1.0)
    assert set(other._seen) != set(limiter._seen)


@pytest.mark.parametrize("rate", ["", "20", "0/hour", "20/week", "x/hour", "-1/hour"])
def test_a_limit_that_makes_no_sense_is_told_at_the_start(rate: str) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_RATE_LIMIT"):
        Limiter(rate)


@pytest.mark.parametrize("said", ["-1", "x", "10", ""])
def test_proxies_are_a_small_number(said: str) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_PROXIES"):
        proxy_count(Settings(proxies=said))
