"""A run of drop-offs over HTTP: the JSON, the words of its errors, and the page with its form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

AT = "at=2026-11-23T13:05"
RUN = f"/api/v1/along?path=121.54,31.27;121.55,31.28;121.53,31.26&{AT}"
PAGE = f"/along?p=定海路街道&p=大桥街道&{AT}"


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"(?s)<(script|svg).*?</\1>", "", page))


def test_a_run_answers_in_the_shape_of_nearest_with_what_the_visit_adds(client: FlaskClient) -> None:
    answer = client.get(f"{RUN}&open=arrival&group=rider&stay=10")
    assert answer.content_type == "application/geo+json"
    body = answer.get_json(force=True)
    near = client.get(f"/api/v1/nearest?lon=121.54&lat=31.27&{AT}").get_json(force=True)
    assert set(body) == set(near) - {"fallback"}
    assert body["asked"]["path"] == [[121.54, 31.27], [121.55, 31.28], [121.53, 31.26]]
    assert body["features"]
    assert body["unknown"]
    added = [f["properties"]["detour_min"] for f in body["features"]]
    assert added == sorted(added)
    more = {"detour_min", "detour_m", "leg", "after"}
    for feature in [*body["features"], *body["unknown"]]:
        assert set(feature["properties"]) == set(near["features"][0]["properties"]) | more
        assert feature["properties"]["after"] == feature["properties"]["leg"] in {0, 1}
        assert feature["properties"]["detour_min"] >= 0
    assert {f["properties"]["status"] for f in body["features"]} == {"open"}
    assert all(
        f["properties"]["usable_min"] is None or f["properties"]["usable_min"] >= 10 for f in body["features"]
    )


def test_the_same_place_comes_back_in_the_datum_of_the_run(client: FlaskClient) -> None:
    shifted = RUN.replace("121.54,31.27;121.55,31.28", "121.5443,31.2680;121.5543,31.2780")
    body = client.get(f"{shifted}&datum=gcj02&limit=1&kind=canteen").get_json(force=True)
    found = body["features"][0]
    own = client.get(f"/api/v1/services/{found['id']}").get_json(force=True)
    assert found["geometry"]["coordinates"][0] - own["lon"] == pytest.approx(0.0044, abs=0.0005)


def test_a_run_at_an_instant_may_be_kept_and_one_of_now_may_not(client: FlaskClient) -> None:
    kept = client.get(RUN)
    again = client.get(RUN, headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(RUN.replace(f"&{AT}", "")).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "number"),
    [("121.5,31.2;31.2,121.5", 2), ("x,31;121.5,31.2", 1), ("121.5,31.2;121.6,31.2;121", 3)],
)
def test_a_faulty_drop_off_is_named_by_its_number(client: FlaskClient, path: str, number: int) -> None:
    answer = client.get(f"/api/v1/along?path={path}", headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    (error,) = answer.get_json(force=True)["errors"]
    assert error["field"] == "path"
    assert f"point {number}" in error["message"]


@pytest.mark.parametrize("path", ["", "121.5,31.2", ";".join(["121.5,31.2"] * 21)])
def test_a_run_of_no_one_or_too_many_drop_offs_is_refused(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/along?path={path}")
    assert answer.status_code == 400
    assert "2–20 个点" in answer.get_json(force=True)["detail"]


def test_the_bare_page_asks_for_drop_offs_and_loads_no_map(client: FlaskClient) -> None:
    page = client.get("/along").get_data(as_text=True)
    assert "要跑哪几个点" in text_of(page)
    assert page.count('name="p"') == 3
    assert "leaflet" not in page


def test_named_drop_offs_give_cards_with_the_minutes_in_words(client: FlaskClient) -> None:
    page = client.get(PAGE).get_data(as_text=True)
    words = text_of(page)
    assert re.search(r"顺路能用 \d+ 处", words)
    assert re.search(r"多花\d+分钟|顺路，不多花时间", words)
    assert "从定海路街道去大桥街道的路上" in words
    assert "时间不清楚的，单独列出" in words
    assert re.search(r'value="定海路街道 121\.\d+,31\.\d+"', page)


def test_a_name_with_several_meanings_offers_them_and_an_unknown_one_says_so(client: FlaskClient) -> None:
    page = client.get("/along?p=大桥街道&p=睦邻&p=vvv").get_data(as_text=True)
    assert "“睦邻”是哪一个？" in text_of(page)
    assert "“vvv”没找到" in text_of(page)
    choice = re.search(r'class="chip" href="(/along\?[^"]+)"', page)
    assert choice
    chosen = client.get(choice[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "是哪一个" not in text_of(chosen)


def test_one_more_drop_off_is_asked_for_without_scripts(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}&p=江浦路街道&more=1").get_data(as_text=True)
    assert page.count('name="p"') == 4
    assert 'class="cards"' not in page


def test_a_position_off_the_map_is_marked_in_the_form(client: FlaskClient) -> None:
    answer = client.get("/along?p=121.5,31.2&p=31.2,121.5")
    assert answer.status_code == 200
    assert "写反" in text_of(answer.get_data(as_text=True))


def test_what_is_typed_stays_text(client: FlaskClient) -> None:
    page = client.get('/along?p="><script>alert(1)</script>&p=大桥街道').get_data(as_text=True)
    assert "<script>alert" not in page


def test_the_results_page_leads_to_a_run_from_here(client: FlaskClient) -> None:
    page = client.get(f"/?lon=121.5443&lat=31.2732&datum=gcj02&{AT}").get_data(as_text=True)
    link = re.search(r'href="(/along\?[^"]+)"', page)
    assert link
    form = client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    assert 'value="我的位置 121.5443,31.2732"' in form
    assert 'name="datum" value="gcj02"' in form
