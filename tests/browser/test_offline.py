"""The site on a phone whose network has gone, in Chromium."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from axe_support import violations
from browser_support import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

HERE = "/?lon=121.5443&lat=31.2732&datum=gcj02&open=arrival"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="zh-CN")
    yield context
    context.close()


def prepared(context: BrowserContext, address: str) -> Page:
    """Return a page whose answer, shell and district the phone has kept."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-worker=ready][data-kept=last]", state="attached")
    page.click("[data-keep] button")
    page.wait_for_selector('[data-keep] p:has-text("kB")')
    return page


def test_without_a_network_the_last_answer_and_the_district_are_read_with_their_age(
    context: BrowserContext, site: str, pictures: Path
) -> None:
    page = prepared(context, site + HERE)
    ids = page.evaluate("[...document.querySelectorAll('li.card')].map(c => c.dataset.id)")
    assert "54" in page.inner_text("[data-keep] p")
    # 42 minutes pass.
    page.evaluate(
        """() => { const kept = JSON.parse(localStorage['locator.last']);
        kept.asked_at -= 42 * 60000; localStorage['locator.last'] = JSON.stringify(kept); }"""
    )
    context.set_offline(True)
    watched = Watched(page)
    page.goto(site + HERE)
    assert page.inner_text("[data-age]") == "没有网络，这是42分钟前的"
    shown = page.evaluate("[...document.querySelectorAll('[data-last] .card')].map(c => c.dataset.id)")
    assert set(shown) == set(ids)
    doors = set(page.locator("[data-last] .door").all_inner_texts())
    assert doors <= {"应该开着", "应该快关门", "这时候关了", "时间不清楚"}
    assert "应该开着" in doors  # there are some that never close
    assert "骑行" in page.inner_text("[data-last]")
    assert page.locator("[data-stored] .card").count() == 54
    assert page.inner_text("[data-stored] h2").startswith("手机里还存着杨浦区 54 处")
    page.fill("[data-find]", "隆昌路")
    found = page.locator("[data-stored] .card:visible")
    assert 0 < found.count() < 54
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator('[data-last] button:has-text("复制地址")').first.click()
    page.wait_for_selector('button:has-text("已复制")')
    assert "上海" in page.evaluate("navigator.clipboard.readText()") or page.evaluate(
        "navigator.clipboard.readText()"
    )
    assert [line for line in watched.console if "pageerror" in line or "Security" in line] == []
    page.fill("[data-find]", "")
    page.screenshot(path=pictures / "offline.png")
    with page.expect_navigation():
        page.click("[data-retry]")
    page.wait_for_selector("[data-last] .card")  # still none
    context.set_offline(False)  # which the page notices by itself
    page.wait_for_selector(".folium-map")


def test_doors_are_worked_out_anew_from_stored_hours(context: BrowserContext, site: str) -> None:
    page = prepared(context, site + HERE)
    page.evaluate(
        """() => { const kept = JSON.parse(localStorage['locator.last']); const now = Math.floor(Date.now() / 60000);
        const [a, b, c, d] = kept.services; for (const s of [a, b, c, d]) s.places = [{...s.places[0], wgs84: undefined, gcj02: undefined, open: [], unknown: []}];
        a.places[0].open = [[now - 600, now - 5], [now + 600, now + 700]];  // closed meanwhile
        b.places[0].open = [[now - 5, now + 120]];
        c.places[0].unknown = [[now - 5, now + 120]];
        d.places[0].open = [[now - 5, now + 10]];
        kept.services = [a, b, c, d]; kept.asked_at -= 42 * 60000; localStorage['locator.last'] = JSON.stringify(kept);
        window.sessionStorage.ids = JSON.stringify([a.id, b.id, c.id, d.id]); }"""
    )
    ids = json.loads(page.evaluate("sessionStorage.ids"))
    context.set_offline(True)
    page.goto(site + "/?district=310110")
    doors = {i: page.inner_text(f'[data-last] [data-id="{i}"] .door') for i in ids}
    assert list(doors.values()) == ["这时候关了", "应该开着", "时间不清楚", "应该快关门"]
    assert "还开着" in page.inner_text(f'[data-last] [data-id="{ids[0]}"]')
    assert "能待2小时0分" in page.inner_text(f'[data-last] [data-id="{ids[1]}"]')
    assert page.inner_text("[data-heading]") == "上次的结果：应该能用 2 处"
    # Past the stored weeks nobody knows.
    page.evaluate(
        """() => { const kept = JSON.parse(localStorage['locator.last']); kept.until = 1; localStorage['locator.last'] = JSON.stringify(kept); }"""
    )
    page.goto(site + "/")
    assert page.inner_text(f'[data-last] [data-id="{ids[0]}"] .door') == "时间不清楚"


def test_the_position_never_leaves_the_phone_when_an_answer_is_kept(
    context: BrowserContext, site: str
) -> None:
    page = context.new_page()
    watched = Watched(page)
    page.goto(f"{site}/?lon=121.54437&lat=31.27321")
    page.wait_for_selector("html[data-kept=last][data-worker=ready]", state="attached")
    asked = [url for url in watched.requests if "offline.json" in url]
    assert len(asked) == 1
    assert "121.54437" not in asked[0]
    assert "31.27321" not in asked[0]
    keys = page.evaluate(
        "(async () => { const found = []; for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) found.push(r.url); return found; })()"
    )
    assert keys
    assert not any("121.54437" in key for key in keys)
    assert context.cookies() == []


def test_a_first_visit_without_anything_kept_says_what_to_do(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/?lang=en")
    page.wait_for_selector("html[data-worker=ready]", state="attached")
    context.set_offline(True)
    page.goto(f"{site}/events?lang=en")
    assert page.get_attribute("html", "lang") == "en"
    assert page.is_visible("[data-none]")


def test_the_language_is_remembered_on_the_phone(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(site)
    page.click("[data-language=en]")
    page.wait_for_selector("html[lang=en]", state="attached")
    page.goto(site)
    page.wait_for_selector("html[lang=en]", state="attached")
    page.click("[data-language=zh]")
    page.wait_for_selector("html[lang=zh-CN]", state="attached")
    page.goto(f"{site}/events")
    page.wait_for_timeout(300)
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_offline_page_is_accessible(browser: Browser, site: str, scheme: str, language: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, locale=language
    )
    page = prepared(context, site + HERE)
    context.set_offline(True)
    page.goto(site + "/")
    assert page.locator("[data-last] .card").count() > 0
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if language == "en":
        said = page.inner_text(".said, .stale") + page.inner_text(".end")
        assert not any("\u4e00" <= c <= "\u9fff" for c in said)
    context.close()
