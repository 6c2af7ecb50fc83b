"""axe-core finds nothing (WCAG 2.2 AA and best practice), fingers and large type find room, both themes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from axe_support import violations, violations_in_both_themes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RESULTS = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&group=rider"
PAGES = {
    "first": "/",
    "found names": "/?q=mulin",
    "no such name": "/?q=vvv",
    "results": RESULTS + "&open=arrival",
    "all": RESULTS + "&limit=20",
    "district": "/?district=310110",
    "empty": RESULTS.replace("13:05", "23:20") + "&open=arrival&kind=legal-aid&max_minutes=15",
    "night": RESULTS.replace("23T13:05", "24T02:10") + "&open=arrival&vague=500",
    "service": "/s/yp-relay-001",
    "home": "/s/demo-housing-001",
    "wrong": "/s/yp-relay-001/wrong",
    "thanks": "/s/yp-relay-001/wrong?thanks=1",
    "need": "/need",
    "events": "/events",
    "along": "/along?p=定海路街道&p=大桥街道",
    "problem": "/?lon=x&lat=1",
}
SMALL = """() => [...document.querySelectorAll('a, button, summary, input, [role=option]')]
    .filter(e => e.offsetParent && !e.closest('h3, h1, .src, .note, .leaflet-control-attribution') && e.type !== 'radio' && e.type !== 'checkbox')
    .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.height < 43.5 || r.width < 43.5)).map(([html]) => html)"""


def test_axe_finds_nothing_on_any_page_in_either_theme(phone, site: str) -> None:
    found = {}
    for name, path in PAGES.items():
        phone.page.goto(site + path)
        phone.page.wait_for_timeout(300)
        if broken := violations_in_both_themes(phone.page):
            found[name] = broken
    assert found == {}
    assert phone.foreign(site) == []


def test_axe_finds_nothing_while_one_types_and_reads_a_popup(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    page.locator(".pin:not(:has(.many))").first.click()
    page.locator(".leaflet-popup-content h3").wait_for()
    assert violations(page) == []
    page = phone.open(site + "/")
    page.get_by_role("combobox").press_sequentially("dhl", delay=20)
    page.get_by_role("option").first.wait_for()
    assert violations(page) == []


def test_no_page_scrolls_sideways_even_in_large_type(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, locale="zh-CN")
    page = context.new_page()
    wide = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        for width, root in itertools.product((390, 360, 320), ("16px", "20px")):
            page.set_viewport_size({"width": width, "height": 700})
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", root)
            over = page.evaluate("document.documentElement.scrollWidth") - width
            if over > 0:
                wide[name, width, root] = over
    assert wide == {}
    context.close()


def test_fingers_find_44_pixels_everywhere(phone, site: str) -> None:
    small = {}
    for name, path in PAGES.items():
        phone.page.goto(site + path)
        found = phone.page.evaluate(SMALL)
        if found:
            small[name] = found
    assert small == {}


def test_the_theme_follows_the_phone(browser: Browser, site: str) -> None:
    seen = {}
    for theme in ("light", "dark"):
        context = browser.new_context(color_scheme=theme)
        page = context.new_page()
        page.goto(site + RESULTS)
        seen[theme] = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
        context.close()
    assert seen["light"] == "rgb(255, 255, 255)"
    assert seen["dark"] != seen["light"]
