"""The pages as they leave the server: words, headers, and what hostile names become."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from conftest import HOSTILE

from locator._settings import Settings
from locator.store import Store
from locator.web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from locator import Service

AT = "at=2026-11-23T13:05"
RESULTS = f"/?lon=121.5443&lat=31.2732&datum=gcj02&{AT}"


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"(?s)<(script|svg).*?</\1>", "", page))


@pytest.mark.parametrize(
    "path", ["/", RESULTS, "/?q=zzz", "/s/demo-housing-001", "/?lon=87&lat=43", "/s/nope", "/?lon=x&lat=1"]
)
def test_every_page_has_a_strict_policy_and_no_inline_style(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    page = answer.get_data(as_text=True)
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert nonce
    assert (
        re.findall(
            r"<script(?! type=\"(?:application/json|text/plain)\")(?![^>]*nonce=\""
            + re.escape(nonce[1])
            + ")",
            page,
        )
        == []
    )
    assert " style=" not in page
    assert not re.search(r"\son[a-z]+=", re.sub(r"(?s)<script.*?</script>", "", page))


def test_two_pages_never_share_a_nonce(client: FlaskClient) -> None:
    policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_the_first_visit_offers_to_locate_and_names_places(client: FlaskClient) -> None:
    page = text_of(client.get("/").get_data(as_text=True))
    assert "定位，找最近的" in page
    assert "位置只用来算这一次，不保存" in page
    assert "定海路街道" in page


def test_results_say_minutes_status_and_the_offer(client: FlaskClient) -> None:
    page = text_of(client.get(f"{RESULTS}&group=rider").get_data(as_text=True))
    assert "附近 10 处，最近的在前" in page
    assert "骑手七折" in page
    assert "时间不清楚" in page
    assert "到时还剩" in page


def test_a_canteen_of_unknown_hours_nowhere_reads_open_or_closed(client: FlaskClient) -> None:
    page = client.get("/s/yp-canteen-001?" + AT).get_data(as_text=True)
    words = text_of(page.partition("<main")[2])
    assert "时间不清楚" in words
    assert not re.search("开着(?!接单)|关着(?!门？)|休息|营业", words)


def test_the_list_works_without_scripts(client: FlaskClient) -> None:
    page = client.get(RESULTS).get_data(as_text=True)
    assert page.count('<li class="card') == 10
    assert "<noscript>" in page


@pytest.mark.parametrize(
    ("text", "expected"), [("定海路", 302), ("杨浦区", 302), ("隆昌路521号", 302), ("街道", 200)]
)
def test_a_place_is_found_by_its_name(client: FlaskClient, text: str, expected: int) -> None:
    answer = client.get("/", query_string={"q": text})
    assert answer.status_code == expected


def test_nothing_within_reach_offers_a_change_that_really_helps(client: FlaskClient) -> None:
    page = text_of(client.get(f"/?lon=121.5443&lat=31.2732&kind=recuperation&{AT}").get_data(as_text=True))
    assert "不限种类" in page
    assert re.search(r"有 10\+ 处", page)


def test_faulty_parameters_make_a_page_that_says_what_is_wrong(client: FlaskClient) -> None:
    answer = client.get("/?lon=31&lat=121")
    assert answer.status_code == 400
    assert "写反" in answer.get_data(as_text=True)


def test_parameters_that_wechat_adds_do_not_matter(client: FlaskClient) -> None:
    assert client.get(f"{RESULTS}&from=singlemessage&isappinstalled=0").status_code == 200


@pytest.mark.parametrize("service_id", HOSTILE)
def test_hostile_names_stay_text(hostile_url: str, service_id: str) -> None:
    client = create_app({"TESTING": True}, Settings(store=hostile_url, basemap="outline")).test_client()
    for path in (RESULTS, f"/s/{service_id}?{AT}", "/?district=310110"):
        page = client.get(path).get_data(as_text=True)
        assert "<img src=x" not in page
        data = re.search(r'(?s)<script type="application/json" id="map-data">(.*?)</script>', page)
        assert data
        assert service_id in {s["id"] for s in json.loads(data[1])["services"]}
        for script in re.findall(r"(?s)<script nonce[^>]*>(.*?)</script>", page):
            assert "alert" not in script


def test_every_service_of_the_sample_has_a_page(client: FlaskClient, sample: list[Service]) -> None:
    for service in sample:
        answer = client.get(f"/s/{service.id}")
        assert answer.status_code == 200
        assert ("示例数据，不是真地方" in answer.get_data(as_text=True)) == service.demo


def test_leaflet_comes_from_us_and_can_be_kept(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    for url in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/assets/other/leaflet.js").status_code == 404
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!uri\.amap)', page)


def test_an_edit_in_the_store_reaches_the_page(tmp_path: object, sample: list[Service]) -> None:
    import time

    url = f"sqlite:///{tmp_path}/live.db"
    store = Store(url)
    store.create(sample, "tests")
    client = create_app({"TESTING": True}, Settings(store=url, basemap="outline")).test_client()
    changed = store.get("yp-canteen-001").model_copy(update={"name": "改了名的食堂"})
    assert store.save([changed], who="tests", why="rename").updated == ("yp-canteen-001",)
    time.sleep(0.6)
    assert "改了名的食堂" in client.get("/s/yp-canteen-001").get_data(as_text=True)


def test_outlines_are_served_by_city(client: FlaskClient) -> None:
    names = {
        f["properties"]["name"] for f in client.get("/outline/3101.json").get_json(force=True)["features"]
    }
    assert {"杨浦区", "静安区"} <= names
    assert client.get("/outline/9999.json").status_code == 404
    assert client.get("/outline/..%2f..%2fetc.json").status_code == 404
