"""The documentation's screenshots: `make pictures` writes one of each page to docs/pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser_support import Watched
from steward_support import PASSWORD, desk_store, three_bad_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

RESULTS = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&group=rider"
PHONE = {
    "courier-first": "/",
    "courier": RESULTS,
    "courier-arrival": RESULTS + "&open=arrival",
    "courier-english": RESULTS + "&open=arrival&lang=en",
    "courier-night": RESULTS.replace("23T13:05", "24T02:10") + "&open=arrival&vague=500",
    "courier-nothing": RESULTS.replace("13:05", "23:20") + "&open=arrival&kind=legal-aid&max_minutes=15",
    "names": "/?q=mulin",
    "district": "/?district=310110",
    "service": "/s/yp-canteen-001?at=2026-11-23T13:05&group=rider",
    "home": "/s/demo-housing-001?at=2026-11-23T13:05",
    "wrong": "/s/yp-relay-001/wrong",
    "need": "/need",
    "events": "/events?at=2026-11-23T13:05",
    "along": "/along?p=定海路街道&p=大桥街道&at=2026-11-23T13:05",
    "offline": "/offline",
    "embed": "/embed?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&list=1",
    "problem": "/?lon=x&lat=1",
}
WIDE = {
    "courier-wide": RESULTS + "&open=arrival",
    "embed-builder": "/embed/new?district=310110&open=arrival&kind=station&at=2026-11-23T13:38",
}
# Nothing but a blank page is smaller.
_SMALLEST = 8_000


def take(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert len(page.screenshot(path=path)) > _SMALLEST, address


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_of_the_pages_on_a_phone(browser: Browser, site: str, pictures: Path, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, locale="zh-CN", color_scheme=theme
    )
    page = context.new_page()
    pages = PHONE if theme == "light" else {"courier-dark": PHONE["courier-arrival"]}
    for name, path in pages.items():
        take(page, site + path, pictures / f"{name}.png")
    context.close()


def test_pictures_of_the_pages_on_a_desk(browser: Browser, site: str, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    for name, path in WIDE.items():
        take(page, site + path, pictures / f"{name}.png")
    page.goto(f"{site}/plan?boundary=310110&week=2026-11-23")
    page.wait_for_selector(".folium-map[data-ready=true]", timeout=90_000)
    take(page, page.url, pictures / "planner.png")
    context.close()


def test_pictures_of_the_stewards_desk(
    browser: Browser, serve: Callable[..., str], tmp_path: Path, pictures: Path
) -> None:
    site = serve(desk_store(tmp_path).url, basemap="outline")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = Watched(context.new_page()).page
    take(page, f"{site}/steward/", pictures / "steward-login.png")
    page.get_by_label("名字").fill("editor")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="导入一份表").wait_for()
    file = tmp_path / "街道报来的.csv"
    file.write_bytes(three_bad_rows())
    page.get_by_label("文件").set_input_files(file)
    page.get_by_role("button", name="传上来看看").click()
    page.locator(".verdict").wait_for()
    page.screenshot(path=pictures / "steward-import.png")
    for name, path in {
        "records": "records",
        "record": "records/st-1",
        "check": "check",
        "recheck": "recheck",
    }.items():
        take(page, f"{site}/steward/{path}", pictures / f"steward-{name}.png")
    context.close()
