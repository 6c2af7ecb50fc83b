"""No marker and no label lies unread under another, and every service can be reached."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from browser_support import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RESULTS = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&group=rider"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "zh-CN"}
# What is drawn of each marker: its symbol without the shadow, and its label.
OVERLAPS = """() => {
  const parts = [...document.querySelectorAll('.pin, .me')].flatMap((pin, owner) =>
    [...(pin.matches('.me') ? [pin] : pin.querySelectorAll('.mk, .minutes'))].map(e => [owner, e.getBoundingClientRect(), e.textContent]));
  const bad = [];
  parts.forEach(([a, p, x], i) => parts.slice(i + 1).forEach(([b, q, y]) => {
    if (a !== b && p.left + 1 < q.right && q.left + 1 < p.right && p.top + 1 < q.bottom && q.top + 1 < p.bottom) bad.push([x, y]);
  }));
  return bad;
}"""
# Many random crowds: every service under one marker, no two symbols in one place, labels free.
CROWDS = """(seed) => {
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  for (let round = 0; round < 60; round += 1) {
    const count = 1 + Math.floor(random() * 120);
    const size = 40 + random() * 900;
    const services = [...Array(count).keys()].map((id) => ({ id, minutes: random() < .8 ? `${Math.ceil(random() * 70)}分` : '' }));
    const points = services.map(() => ({ x: random() * size, y: random() * size }));
    const asker = random() < .7 ? { x: random() * size, y: random() * size } : null;
    const shown = locatorPlacing.place(services, points, asker);
    const ids = shown.flatMap((m) => m.services.map((s) => s.id)).sort((a, b) => a - b);
    if (ids.join() !== services.map((s) => s.id).join()) return `round ${round}: some are lost or doubled`;
    if (shown.some((m) => m.services.some((s, i) => i && s.id < m.services[i - 1].id))) return `round ${round}: the best does not lead`;
    const boxes = shown.map((m) => { const [x, y] = [m.x + m.shift[0], m.y + m.shift[1]]; return [x - 17, y - 17, x + 17, y + 17]; });
    for (let i = 0; i < boxes.length; i += 1) for (let j = 0; j < i; j += 1) if (meet(boxes[i], boxes[j])) return `round ${round}: symbols overlap`;
    const me = asker && [asker.x - 17, asker.y - 17, asker.x + 17, asker.y + 17];
    if (me && boxes.some((box) => meet(box, me))) return `round ${round}: one stands on the asker`;
    if (shown.length && !shown[0].side && shown[0].services[0].minutes && shown.length === 1) return `round ${round}: a lone label is hidden`;
  }
  return "";
}"""


def test_in_random_crowds_no_symbol_covers_another_and_none_is_lost(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    for seed in range(1, 30):
        assert page.evaluate(CROWDS, seed) == ""


@pytest.mark.parametrize("height", [700, 844])
@pytest.mark.parametrize("state", ["", "&open=arrival", "&limit=50", "&open=arrival&limit=50&kind=canteen"])
def test_nothing_drawn_overlaps_at_any_zoom(browser: Browser, site: str, state: str, height: int) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": height}, has_touch=True, locale="zh-CN", reduced_motion="reduce"
    )
    phone = Watched(context.new_page())
    page = phone.open(site + RESULTS + state)
    map_box = page.locator(".folium-map").bounding_box()
    page.mouse.move(map_box["x"] + 190, map_box["y"] + 150)
    for turn in (0, -240, -240, 480, 240, 240):
        if turn:
            page.mouse.wheel(0, turn)
            page.wait_for_timeout(500)
        assert page.evaluate(OVERLAPS) == []
    assert phone.console == []
    context.close()


def test_every_service_of_the_list_can_be_reached_on_the_map(phone, site: str) -> None:
    page = phone.open(site + RESULTS + "&limit=20")
    services = json.loads(page.locator("#map-data").text_content())["services"]
    assert phone.shown() == len(services) == 20
    for service in services[::4]:
        page = phone.open(site + RESULTS + "&limit=20")
        assert service["name"] in phone.tap(service["name"])


def test_a_status_is_told_by_line_and_shape_before_colour(phone, site: str) -> None:
    page = phone.open(site + RESULTS + "&limit=50")
    style = """state => { const e = document.querySelector(`.pin .mk.st-${state}`); if (!e) return null;
        const c = getComputedStyle(e); return [c.strokeDasharray, c.fill === c.stroke || c.fill, Boolean(e.querySelector('.slash'))]; }"""
    unknown, closed, opened = (page.evaluate(style, s) for s in ("unknown", "closed", "open"))
    assert unknown is not None
    assert unknown[0] != "none"
    if closed is not None:
        assert closed[2]
    if opened is not None:
        assert opened[0] == "none"
        assert not opened[2]


def test_markers_are_reached_and_opened_by_keyboard(phone, site: str) -> None:
    page = phone.open(site + RESULTS)
    alone = page.locator(".leaflet-marker-icon[role=button]:not(:has(.many))").first
    alone.focus()
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup-content h3").wait_for()
    assert alone.get_attribute("aria-label").startswith(
        page.locator(".leaflet-popup-content h3").inner_text()
    )
