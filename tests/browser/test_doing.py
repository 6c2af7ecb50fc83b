"""Every sentence that a courier can do on the page `/`, done with a thumb in Chromium."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_support import Watched
from playwright.sync_api import expect

from locator.datum import convert
from locator.store import Store
from locator.store.inspections import reports_of
from locator.store.needs import list_needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from locator import Service

RESULTS = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&group=rider"
NOTHING = (
    "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T23:20&open=arrival&kind=legal-aid&max_minutes=15"
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "zh-CN"}


@pytest.fixture
def own(tmp_path: Path, sample: list[Service], serve: Callable[..., str]) -> tuple[str, str]:
    """A server of one's own: what is written into its store is nobody else's."""
    url = f"sqlite:///{tmp_path}/own.db"
    Store(url).create(sample, "tests")
    return serve(url, basemap="outline"), url


@pytest.fixture
def located(browser: Browser) -> Iterator[Watched]:
    place = {"longitude": 121.53999, "latitude": 31.27535, "accuracy": 500}
    context = browser.new_context(**PHONE, permissions=["geolocation"], geolocation=place)
    yield Watched(context.new_page())
    context.close()


def query(page: Page) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def marked(page: Page) -> bool:
    """Leave a mark that only loading the page anew would wipe out."""
    return page.evaluate("window.__mark === true || (window.__mark = true, false)")


def test_typing_initials_suggests_places_by_keyboard(phone, site: str) -> None:
    page = phone.open(site + "/")
    box = page.get_by_role("combobox")
    box.press_sequentially("dhl", delay=30)
    first = page.get_by_role("option").first
    first.wait_for()
    assert "定海路街道" in first.inner_text()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    assert first.get_attribute("aria-selected") == "true"
    box.press("Escape")
    assert page.get_by_role("option").count() == 0
    box.press("Backspace")
    page.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_selector(".cards .card, .apart .card")
    assert "lon" in query(page)
    assert phone.console == []


def test_a_tap_on_a_suggestion_searches_from_there_and_keeps_the_filters(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    page.get_by_role("combobox").press_sequentially("wujiaochang", delay=20)
    page.get_by_role("option", name="五角场").first.click()
    page.wait_for_url("**place=**")
    assert query(page)["group"] == "rider"
    assert page.locator(".card").count() > 0


def test_chips_change_the_list_without_loading_the_page_and_back_and_forward_work(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    marked(page)
    before = page.locator(".card").count()
    page.get_by_role("link", name="到时能用").click()
    page.wait_for_url("**open=arrival**")
    page.locator(".pick summary", has_text="设施").click()
    page.get_by_role("link", name="微波炉", exact=True).click()
    page.wait_for_url("**needs_amenity=microwave**")
    page.locator(".pick summary", has_text="热饭").click()
    page.get_by_role("link", name="充电", exact=True).click()
    page.wait_for_url("**needs_amenity=microwave%2Ccharging**")
    assert page.locator(".pick summary", has_text="热饭等2样").count() == 1
    assert phone.shown() == page.locator("li[data-id]").count()
    page.get_by_role("link", name="24小时").click()
    page.wait_for_url("**stay=1440**")
    for _ in range(4):
        page.go_back()
    expect(page.locator(".card")).to_have_count(before)
    assert "open" not in query(page)
    page.go_forward()
    expect(page.locator(".said h2")).to_contain_text("能用")
    assert marked(page)
    assert phone.console == []


def test_minutes_and_stay_are_chips(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    page.locator(".pick summary", has_text="60分钟内").click()
    page.get_by_role("link", name="10分钟内", exact=True).click()
    page.wait_for_url("**max_minutes=10**")
    page.locator(".pick summary", has_text="待多久").click()
    page.get_by_role("link", name="60分钟以上", exact=True).click()
    page.wait_for_url("**stay=60**")
    assert query(page)["open"] == "arrival"


def test_with_the_server_away_the_last_list_stays_and_says_of_when_it_is(browser: Browser, site: str) -> None:
    context = browser.new_context(**PHONE)
    page = Watched(context.new_page()).open(site + RESULTS)
    before = page.locator(".card").count()
    context.set_offline(True)
    page.get_by_role("link", name="到时能用").click()
    page.locator(".away").wait_for()
    assert "暂时连不上，下面是11月23日13:05的结果" in page.locator(".away").inner_text()
    assert page.locator(".card").count() == before
    context.set_offline(False)
    page.get_by_role("button", name="再试一次").click()
    page.wait_for_url("**open=arrival**")
    assert page.locator(".away").count() == 0
    context.close()


def test_a_vague_position_says_so_and_can_be_corrected_by_dragging_and_by_tapping(
    located: Watched, site: str
) -> None:
    page = located.open(site + "/")
    page.locator(".big").click()
    page.wait_for_url("**lon=121.53999**")
    assert query(page)["vague"] == "500"
    page.wait_for_selector(".card")
    assert "位置可能差500米" in page.locator("[data-located]").inner_text()
    spot = located.still(".me")
    page.mouse.move(spot["x"] + 18, spot["y"] + 18)
    page.mouse.down()
    page.mouse.move(spot["x"] + 60, spot["y"] + 50, steps=6)
    page.mouse.up()
    page.wait_for_url(lambda url: "121.53999" not in url)
    assert "vague" not in query(page)
    moved = query(page)["lon"]
    located.still(".me")
    assert page.locator(".leaflet-popup").count() == 0
    page.locator(".folium-map").click(position={"x": 330, "y": 120})
    page.get_by_role("button", name="从这里找").click()
    page.wait_for_url(lambda url: moved not in url)
    assert located.console == []


def test_moving_the_map_offers_to_search_there(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    assert not page.locator("[data-again]").is_visible()
    page.mouse.move(100, 190)
    page.mouse.down()
    page.mouse.move(260, 120, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="搜这一带").click()
    page.wait_for_url("**place=**")
    assert query(page)["lon"] != "121.5443"
    assert query(page)["group"] == "rider"
    assert not page.locator("[data-again]").is_visible()


def test_the_map_app_used_last_comes_first_each_in_its_datum(phone, site: str, catalog) -> None:
    row = catalog.row_of("yp-canteen-001")
    place = catalog.place(catalog.places_of(row)[0])
    page = phone.open(site + "/s/yp-canteen-001")
    links = {
        a.get_attribute("data-app-name"): a.get_attribute("href")
        for a in page.locator("[data-app-name]").all()
    }
    blon, blat = convert(place.lon, place.lat, "wgs84", "bd09")
    glon, glat = convert(place.lon, place.lat, "wgs84", "gcj02")
    assert f"location={blat:.6f},{blon:.6f}" in links["baidu"]
    assert f"to={glon:.6f},{glat:.6f}" in links["amap"]
    assert f"coord:{glat:.6f},{glon:.6f}" in links["tencent"]
    assert f"daddr={glat:.6f},{glon:.6f}" in links["apple"]
    assert links["geo"] == f"geo:{place.lat:.6f},{place.lon:.6f}"
    assert page.locator("[data-app-name].main").get_attribute("data-app-name") == "amap"
    page.route("https://api.map.baidu.com/**", lambda route: route.fulfill(status=204))
    page.locator('[data-app-name="baidu"]').click()
    page = phone.open(site + "/s/yp-canteen-001")
    assert page.locator("[data-app-name].main").get_attribute("data-app-name") == "baidu"
    assert page.locator("[data-app-name]").first.inner_text() == "百度地图导航"
    page = phone.open(site + RESULTS)
    assert (
        page.locator(".card a[data-app]").first.get_attribute("href").startswith("https://api.map.baidu.com/")
    )


def test_sharing_copies_the_page_of_the_service_and_not_where_one_stands(browser: Browser, site: str) -> None:
    context = browser.new_context(**PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = Watched(context.new_page()).open(site + RESULTS)
    service_id = page.locator(".card").first.get_attribute("data-id")
    page.evaluate("delete Navigator.prototype.share")
    page.locator("[data-share]").first.click()
    page.get_by_text("复制好了").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/s/{service_id}"
    context.close()


def test_a_shut_door_is_reported_and_the_next_place_named(phone, own: tuple[str, str]) -> None:
    address, store = own
    page = phone.open(address + RESULTS)
    service_id = page.locator(".card").first.get_attribute("data-id")
    page.get_by_role("link", name="这里关着门？").first.click()
    page.wait_for_url("**/wrong")
    page.get_by_text("门关着", exact=True).click()
    page.get_by_role("button", name="报给管站点的人").click()
    page.get_by_text("谢谢，记下了").wait_for()
    (report,) = reports_of(Store(store))
    assert (report.service_id, report.what) == (service_id, "closed")
    assert phone.console == []
    assert page.context.cookies() == []


def test_without_scripts_one_can_report_and_ask_for_a_station(browser: Browser, own: tuple[str, str]) -> None:
    address, store = own
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/s/yp-canteen-001/wrong")
    page.get_by_role("button", name="报给管站点的人").click()
    assert "谢谢，记下了" in page.inner_text("main")
    page.goto(address + NOTHING)
    page.get_by_role("button", name="报一声").click()
    assert "谢谢，记下了" in page.inner_text("main")
    assert len(reports_of(Store(store))) == 1
    assert sum(need.times for need in list_needs(Store(store))) == 1
    context.close()


def test_when_nothing_fits_each_remedy_gives_what_it_says(phone, site: str) -> None:
    page = phone.open(site + NOTHING)
    assert "15分钟内没有合适的，改一项就有" in page.locator(".said h2").inner_text()
    assert "到时能用" in page.locator(".why").first.inner_text()
    rows = page.locator(".tries li", has_text="最近的")
    promises = [
        (row.locator("em").inner_text(), row.locator("a").get_attribute("href")) for row in rows.all()
    ]
    assert promises
    for count, href in promises:
        page = phone.open(site + href)
        cards = page.locator(".cards").first.locator("> .card").count()
        assert cards == int(count.strip("+ 处")), href


def test_at_night_it_says_what_can_be_used_and_what_opens_in_the_morning(phone, site: str) -> None:
    page = phone.open(site + RESULTS.replace("2026-11-23T13:05", "2026-11-24T02:10") + "&open=arrival")
    said = page.locator(".said h2").inner_text()
    assert said.startswith("夜里能用 2 处，另有 ")
    assert page.locator("#mo").inner_text() == "早上开的"
    count = int(said.split("另有 ")[1].split(" ")[0])
    assert page.locator("section[aria-labelledby=mo] .card").count() == count


def test_a_longer_way_adds_just_as_many_as_it_says(phone, site: str) -> None:
    page = phone.open(site + RESULTS + "&open=arrival&max_minutes=10")
    before = page.locator(".cards").first.locator("> .card").count()
    link = page.locator(".longer a")
    more = int(link.inner_text().split("再看")[1].strip(" 处"))
    link.click()
    page.wait_for_url(lambda url: "max_minutes=10&" not in url + "&")
    after = page.locator(".cards").first.locator("> .card").count()
    assert after == min(10, before + more)


def test_who_said_who_they_are_is_not_asked_again(phone, site: str) -> None:
    page = phone.open(site + "/")
    page.locator('[data-group="rider"]').click()
    page.wait_for_url("**group=rider**")
    page = phone.open(site + "/")
    assert page.locator('[data-group="rider"]').get_attribute("aria-current") == "true"
    page.locator(".near a:not([data-group])").first.click()
    page.wait_for_selector(".chips")
    assert query(page)["group"] == "rider"


def test_the_header_leaves_a_low_screen_to_the_answer(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, locale="zh-CN")
    page = Watched(context.new_page()).open(site + RESULTS + "&open=arrival")
    assert not page.locator(".top").is_visible()
    button = page.locator(".card .btn").first.bounding_box()
    assert button["y"] + button["height"] <= 700
    context.close()


def test_the_layer_button_is_ours_and_says_what_it_is(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    toggle = page.locator(".leaflet-control-layers-toggle")
    assert toggle.inner_text() == "图层"
    assert toggle.evaluate("e => getComputedStyle(e).backgroundImage") == "none"
    box = toggle.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.locator(".leaflet-control-layers-overlays label", has_text="吃饭").click()
    remaining = json.loads(page.locator("#map-data").text_content())["services"]
    assert phone.shown() == sum(s["family"] != "canteen" for s in remaining)


def test_after_a_swap_the_way_to_the_other_language_leads_to_the_list_that_is_shown(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    page.locator(".chips a", has_text="有优惠").click()
    page.wait_for_url("**offer=now**")
    page.locator(".top .tongue").click()
    page.wait_for_selector("html[lang=en]", state="attached")
    assert query(page)["offer"] == "now"
    assert query(page)["group"] == "rider"
    page.locator(".chips a", has_text="Discount now").click()
    page.wait_for_url(lambda url: "offer=now" not in url)
    assert query(page)["lang"] == "en"
    assert (
        "nearby" in page.locator(".said h2").inner_text() or "usable" in page.locator(".said h2").inner_text()
    )
