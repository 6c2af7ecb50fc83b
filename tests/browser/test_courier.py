"""What a courier sees and does, on a phone's screen, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from playwright.sync_api import Browser

RESULTS = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&group=rider"


def test_the_page_paints_map_and_list_and_a_tap_tells_name_distance_and_status(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    assert page.locator(".cards > .card").count() == 10
    assert phone.shown() == 10
    page.wait_for_selector("path.district", state="attached")  # outlines come after the markers
    assert page.locator("path.district").count() >= 10
    said = phone.tap("定海路街道睦邻社区长者食堂（福满佳）")
    assert "定海路街道睦邻社区长者食堂（福满佳）" in said
    assert "离你460米" in said
    assert "时间不清楚" in said
    assert phone.console == []


def test_with_the_outline_not_one_request_leaves_the_host(phone, site: str) -> None:
    for path in ("/", RESULTS, "/s/yp-relay-001", "/?district=310110", "/?q=zzz"):
        phone.open(site + path)
        phone.page.wait_for_load_state("load")
        phone.page.wait_for_timeout(300)
    assert phone.requests
    assert phone.foreign(site) == []
    assert phone.console == []


def test_the_first_answer_lies_on_the_first_screen_with_its_button(phone, site: str) -> None:
    page = phone.open(site + RESULTS + "&open=arrival")
    button = page.locator(".card .btn").first.bounding_box()
    assert button["y"] + button["height"] <= 844


@pytest.mark.parametrize("width", [320, 360, 390])
def test_no_page_scrolls_sideways(browser: Browser, site: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 700}, locale="zh-CN")
    page = context.new_page()
    for path in (
        "/",
        RESULTS,
        RESULTS + "&open=arrival",
        "/s/demo-housing-001",
        "/s/yp-canteen-001",
        "/?lon=x&lat=1",
    ):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_everything_that_can_be_touched_is_44_pixels(phone, site: str) -> None:
    small = """() => [...document.querySelectorAll('a, button, summary, input')]
        .filter(e => e.offsetParent && !e.closest('h3, h1, .src, .leaflet-control-attribution'))
        .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
        .filter(([, r]) => r.width && (r.height < 43.5 || r.width < 43.5)).map(([html]) => html)"""
    for path in ("/", RESULTS, "/s/demo-housing-001"):
        page = phone.open(site + path)
        assert page.evaluate(small) == [], path


def test_locate_finds_what_is_near_the_phone(browser: Browser, site: str) -> None:
    from browser_support import Watched

    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        permissions=["geolocation"],
        geolocation={"longitude": 121.53999, "latitude": 31.27535},
        locale="zh-CN",
    )
    phone = Watched(context.new_page())
    page = phone.open(site + "/")
    page.locator(".big").click()
    page.wait_for_url("**lon=121.53999**")
    assert "open=arrival" in page.url
    page.wait_for_selector(".card")
    assert (
        "流动驿站" in page.locator(".cards, .apart").first.inner_text() or page.locator(".card").count() > 0
    )
    assert phone.console == []
    context.close()


def test_refusing_to_be_located_says_what_to_do_next(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", permissions=[])
    page = context.new_page()
    page.goto(site + "/")
    page.wait_for_selector(".folium-map[data-ready=true]")
    page.locator(".big").click()
    page.locator("[data-located]", has_text="选个地方").wait_for()
    assert page.locator(".near a").first.is_visible()
    context.close()


def test_who_you_are_is_kept_on_the_phone_only(phone, site: str) -> None:
    page = phone.open(site + "/")
    page.locator('[data-group="sanitation"]').click()
    page.wait_for_url("**group=sanitation**")
    assert page.evaluate("localStorage.getItem('locator.group')") == "sanitation"
    assert page.context.cookies() == []


def test_without_scripts_the_list_is_whole(browser: Browser, site: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    page.goto(site + RESULTS)
    assert page.locator(".card").count() == 10
    assert "下面的列表一样全" in page.locator(".nomap").inner_text()
    page.locator('input[name="q"]').fill("定海路街道")
    page.locator(".find .go").click()
    assert page.locator(".card").count() == 10
    context.close()


def test_filters_lead_from_state_to_state_and_back(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    page.get_by_role("link", name="到时能用").click()
    page.wait_for_url("**open=arrival**")
    assert "能用" in page.locator(".said h2").inner_text()
    page.locator(".pick summary").nth(1).click()
    page.get_by_role("link", name="法律援助", exact=True).click()
    page.wait_for_url("**kind=legal-aid**")
    assert "open=arrival" in page.url
    page.go_back()
    page.wait_for_url(lambda url: "kind=" not in url)
    assert page.locator(".card").count() > 1


def test_when_no_tile_can_be_had_the_outline_is_shown(
    browser: Browser, serve: Callable[..., str], store_url: str
) -> None:
    from browser_support import Watched

    address = serve(store_url, basemap="http://127.0.0.1:9/{z}/{x}/{y}.png", basemap_datum="wgs84")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = Watched(context.new_page())
    page = phone.open(address + RESULTS)
    page.wait_for_selector("path.district.land", state="attached")
    assert "只显示区界" in page.locator(".credit").inner_text()
    context.close()


def test_hostile_names_are_shown_as_text_and_no_dialog_opens(
    phone, serve: Callable[..., str], hostile_url: str
) -> None:
    address = serve(hostile_url, basemap="outline")
    page = phone.open(address + RESULTS)
    names = [h.inner_text().replace("\n", "") for h in page.locator(".card h3").all()]
    assert set(names) == set(HOSTILE.values())
    for service_id, name in HOSTILE.items():
        page = phone.open(f"{address}/s/{service_id}")
        assert name in page.locator("h1").inner_text().replace("\n", "")
        page.locator(".pin").click()
        popup = page.locator(".leaflet-popup-content h3")
        popup.wait_for()
        assert popup.inner_text() == name
    assert phone.dialogs == []
    assert phone.console == []


def test_the_file_of_a_map_opens_with_no_network(
    phone, hostile_url: str, tmp_path: Path, monday: datetime
) -> None:
    from locator import Catalog, nearest
    from locator._settings import Settings
    from locator.maps import basemap_of, standalone_page

    found = nearest(Catalog.open(hostile_url), 121.5443, 31.2732, datum="gcj02", at=monday)
    out = tmp_path / "map.html"
    out.write_text(standalone_page(found, basemap_of(Settings(basemap="outline")), "食堂"), encoding="utf-8")
    phone.page.context.set_offline(True)
    page = phone.open(out.as_uri())
    assert {h.inner_text().replace("\n", "") for h in page.locator(".card h3").all()} == set(HOSTILE.values())
    assert phone.shown() == len(HOSTILE)
    page.wait_for_selector("path.district", state="attached")  # outlines come after the markers
    assert page.locator("path.district").count() >= 10
    assert HOSTILE["evil-jinja"] in phone.tap(HOSTILE["evil-jinja"])
    assert phone.requests == [out.as_uri()]
    assert phone.dialogs == []
    assert phone.console == []
