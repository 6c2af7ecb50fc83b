"""The one URL state, and what pages let one choose: needs, homes, what comes first."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from locator import Offer, Service
from locator._settings import Settings
from locator.question import PARAMETERS, Question, ask
from locator.store import Store
from locator.timeline import SHANGHAI
from locator.web import create_app
from locator.web.state import given, state_of, url_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

NOW = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI)
HERE = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-24T12:00"
HOMES = f"{HERE}&kind=housing,lodging,hotel"
# One value of each parameter that is not its default.
OTHERS = {
    "at": "2026-12-01T08:30", "lon": "121.5443", "lat": "31.2732", "datum": "gcj02", "kind": "housing,hotel",
    "needs_amenity": "charging,shower", "group": "rider,member", "needs": "rest,save", "open": "arrival", "stay": "20",
    "offer": "now", "mode": "walk", "max_minutes": "35", "max_m": "9000.5", "sort": "price", "limit": "25",
    "district": "310110", "rent_min": "600", "rent_max": "1250.5", "vacancies": "2",
    "words": "en",
}  # fmt: skip


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"(?s)<(script|svg).*?</\1>", "", page)))


def round_trip(app: Flask, query: dict[str, str]) -> tuple[Question, Question]:
    with app.test_request_context("/", query_string=query):
        before = ask(given(), NOW)
        again = url_of(state_of(before))
    with app.test_request_context(again):
        return before, ask(given(), NOW)


def test_every_parameter_of_the_contract_survives_in_a_url(app: Flask) -> None:
    assert set(PARAMETERS) <= set(OTHERS)
    before, after = round_trip(app, OTHERS)
    assert before == after
    default = Question(NOW)
    assert all(getattr(before, name) != getattr(default, name) for name in PARAMETERS)


@pytest.mark.parametrize("name", [name for name in OTHERS if name not in {"lon", "lat", "at"}])
def test_each_parameter_survives_by_itself(app: Flask, name: str) -> None:
    position = {"lon": "121.5443", "lat": "31.2732"}
    before, after = round_trip(app, {**position, name: OTHERS[name]})
    assert before == after
    assert getattr(before, name) != getattr(ask(position, NOW), name)


@pytest.mark.parametrize(
    "query", [{"sort": "distance", "open": "arrival"}, {"limit": "10"}, {"sort": "soonest"}]
)
def test_what_is_a_default_only_elsewhere_survives(app: Flask, query: dict[str, str]) -> None:
    for where in ({"lon": "121.5", "lat": "31.2"}, {"district": "310110"}):
        before, after = round_trip(app, {**where, **query})
        assert before == after


def test_without_any_bound_stays_without_any(app: Flask) -> None:
    with app.test_request_context("/"):
        free = url_of(state_of(Question(NOW, 121.5, 31.2, limit=10)))
    with app.test_request_context(free):
        assert ask(given(), NOW).reach_m > 20_037_508


def test_ticked_boxes_of_one_name_are_joined(app: Flask) -> None:
    with app.test_request_context(
        "/?needs_amenity=shower&needs_amenity=bed&needs_amenity=&kind=housing&from=x"
    ):
        assert given() == {"needs_amenity": "shower,bed", "kind": "housing"}


def test_needs_can_be_chosen_and_taken_back(client: FlaskClient) -> None:
    page = client.get(HERE).get_data(as_text=True)
    link = re.search(r'href="([^"]+)"[^>]*>苦有地方诉<', page)
    assert link
    assert parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)["needs"] == ["complain"]
    chosen = client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)
    assert "户外职工法律接待室" in chosen
    assert "福满佳" not in chosen
    back = re.search(r'href="([^"]+)" aria-current="true">(?:<svg.*?</svg>)?苦有地方诉<', chosen)
    assert back
    assert "needs=" not in back[1]


def test_grouped_by_needs_each_card_stands_under_its_own(client: FlaskClient) -> None:
    page = client.get(f"{HERE}&by=needs&needs=rest,complain,learn").get_data(as_text=True)
    sections = re.split(r'<h2 class="h"', page.partition('class="end"')[0])[1:]
    rest = next(s for s in sections if "累有地方歇" in s[:80])
    complain = next(s for s in sections if "苦有地方诉" in s[:80])
    assert "流动驿站小木屋" in rest
    assert "户外职工法律接待室" not in rest
    assert "户外职工法律接待室" in complain
    assert "列出的这些里没有：教有地方学" in text_of(page)


def test_the_form_of_homes_stands_only_where_homes_are_asked_for(client: FlaskClient) -> None:
    assert 'class="home-form"' not in client.get(HERE).get_data(as_text=True)
    assert 'class="home-form"' not in client.get(f"{HERE}&kind=housing,station").get_data(as_text=True)
    page = client.get(f"{HOMES}&rent_max=1000&vacancies=1&needs_amenity=smart-lock&group=rider").get_data(
        as_text=True
    )
    form = page.partition('class="home-form"')[2].partition("</form>")[0]
    assert "房租1000元以内，有空房，智能锁" in form
    assert (
        'name="rent_max" type="number" inputmode="numeric" min="0" max="100000" step="50" aria-label="房租到" placeholder="不限" value="1000"'
        in form
    )
    assert 'value="smart-lock" checked' in form
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert hidden == {
        "lon": "121.5443", "lat": "31.2732", "datum": "gcj02", "at": "2026-11-24T12:00", "group": "rider",
        "kind": "housing,lodging,hotel",
    }  # fmt: skip


def test_homes_say_rent_and_free_rooms_and_are_sorted_by_rent(client: FlaskClient) -> None:
    words = text_of(client.get(f"{HOMES}&sort=rent").get_data(as_text=True))
    assert "房租低的在前" in words
    cheap, dear = words.index("每月600–900元"), words.index("每月800–1,200元")
    assert cheap < dear
    assert "6间空房" in words
    assert "空房不清楚" in words
    near = text_of(client.get(f"{HOMES}&rent_max=700").get_data(as_text=True))
    assert "每月600–900元" in near
    assert "每月800–1,200元" not in near


def test_beside_unknown_hours_the_surest_place_is_named(client: FlaskClient) -> None:
    page = client.get(f"{HERE.replace('T12', 'T03')}&open=now&kind=station,canteen").get_data(as_text=True)
    apart = text_of(page.partition('class="apart"')[2])
    assert "拿不准就去这个：24小时开" in apart
    assert "户外职工爱心接力站" in apart
    assert "拿不准就去这个" not in client.get(HERE).get_data(as_text=True)


def test_what_is_on_this_week_is_linked_with_the_same_position(client: FlaskClient) -> None:
    page = client.get(f"{HERE}&kind=canteen&place=定海路").get_data(as_text=True)
    assert "这周附近有什么" in page
    link = re.search(r'href="(/events\?[^"]+)"', page)
    assert link
    query = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert query == {
        "lon": ["121.5443"], "lat": ["31.2732"], "datum": ["gcj02"], "at": ["2026-11-24T12:00"], "place": ["定海路"],
    }  # fmt: skip
    assert client.get(link[1].replace("&amp;", "&")).status_code == 200


def test_an_offer_says_how_often_it_holds(tmp_path: Path) -> None:
    offers = (
        Offer(title="减两元", minus_cny=2, per_day=1),
        Offer(title="八折", percent_off=20, per_day=2),
        Offer(title="九折", percent_off=10),
    )
    url = f"sqlite:///{tmp_path}/own.db"
    Store(url).create(
        [Service(id="a", kind="canteen", name="甲", lon=121.5, lat=31.2, offers=offers)], "tests"
    )
    own = create_app({"TESTING": True}, Settings(store=url, basemap="outline")).test_client()
    for path in ("/?lon=121.5&lat=31.2", "/s/a"):
        words = text_of(own.get(path).get_data(as_text=True))
        assert words.count("一天一次") == words.count("一天两次") >= 1
