"""The map inside another site's page, and the builder of its code, in Chromium."""

from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING

import pytest
from axe_support import violations_in_both_themes
from browser_support import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

STATE = "district=310110&open=arrival&at=2026-11-23T13:05"
ARTICLE = """<!doctype html><html lang="zh-CN"><title>别家的网页</title>
<style>body {{ background: {ground}; margin: 20px }}</style><h1>别家的网页</h1>{code}"""


class Site:
    """Another site: an origin of its own that serves whatever a test puts on it."""

    def __init__(self) -> None:
        self.page = ""
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, code: str, ground: str = "#fff") -> None:
        self.page = ARTICLE.format(code=code, ground=ground)


@pytest.fixture(scope="module")
def other() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture(scope="module")
def open_site(serve: Callable[..., str], store_url: str, other: Site) -> str:
    """Return our site, which the other may frame."""
    return serve(store_url, basemap="outline", embed_origins=other.address)


@pytest.fixture
def desk(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    yield Watched(context.new_page())
    context.close()


def framed(page: Page):
    """Return the map's frame once it is drawn."""
    page.wait_for_selector("iframe")
    frame = page.query_selector("iframe").content_frame()
    frame.wait_for_selector(".folium-map[data-ready=true]")
    return frame


def test_the_script_puts_the_map_in_and_gives_it_its_height(desk, open_site: str, other: Site) -> None:
    other.show(
        f'<script async src="{open_site}/embed.js" data-state="{STATE}&amp;list=1&amp;kind=station,housing"></script>'
    )
    desk.page.goto(other.address)
    frame = framed(desk.page)
    desk.page.wait_for_function("() => document.querySelector('iframe').height > 1000")
    height = int(desk.page.get_attribute("iframe", "height"))
    # What the map says is what it needs: nothing scrolls inside, nothing is empty below.
    assert frame.evaluate("document.documentElement.scrollHeight") == height
    assert desk.page.evaluate("Object.keys(window).filter(k => /locator|embed/i.test(k))") == []
    assert desk.page.get_attribute("iframe", "title") == "工会驿站地图"
    assert frame.evaluate("document.documentElement.dataset.theme") == "light"
    assert [line for line in desk.console if "error" in line] == []


def test_a_folded_list_grows_the_frame_when_it_is_opened(desk, open_site: str, other: Site) -> None:
    other.show(f'<script async src="{open_site}/embed.js" data-state="{STATE}"></script>', ground="#10151c")
    desk.page.goto(other.address)
    frame = framed(desk.page)
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    assert desk.page.get_attribute("iframe", "height") == "480"
    frame.click("summary")
    desk.page.wait_for_function("() => document.querySelector('iframe').height > 800")
    frame.click("summary")
    desk.page.wait_for_function("() => document.querySelector('iframe').height === '480'")


def test_nobody_but_the_frame_itself_can_change_the_height(desk, open_site: str, other: Site) -> None:
    other.show(f'<script async src="{open_site}/embed.js" data-state="{STATE}"></script>')
    desk.page.goto(other.address)
    framed(desk.page)
    desk.page.evaluate("window.postMessage({type: 'locator:height', height: 3000}, '*')")
    desk.page.evaluate(
        """() => { const other = document.createElement('iframe');
        other.srcdoc = `<script>parent.postMessage({type: 'locator:height', height: 3000}, '*')</` + `script>`;
        document.body.append(other); return new Promise(done => { other.onload = done; }); }"""
    )
    desk.page.wait_for_timeout(300)
    assert desk.page.get_attribute("iframe", "height") == "480"


def test_the_height_goes_to_the_parent_and_not_to_whoever_is_above(desk, site: str) -> None:
    desk.page.goto(f"{site}/embed/new")  # a page of ours: it may frame ours
    heard = desk.page.evaluate(
        """async (src) => { const heard = [];
        addEventListener('message', e => heard.push([e.data, e.origin]));
        const frame = document.createElement('iframe'); frame.src = src; document.body.append(frame);
        await new Promise(done => { frame.onload = done; }); await new Promise(r => setTimeout(r, 500));
        return heard.filter(([data]) => data.type); }""",
        f"{site}/embed?{STATE}",
    )
    assert {data["type"] for data, _ in heard} == {"locator:height"}
    assert {tuple(sorted(data)) for data, _ in heard} == {("height", "type")}


def test_a_site_that_is_not_named_is_refused(desk, site: str, other: Site) -> None:
    other.show(f'<iframe src="{site}/embed?{STATE}" width="600" height="480"></iframe>')
    desk.page.goto(other.address)
    desk.page.wait_for_timeout(800)
    frame = desk.page.query_selector("iframe").content_frame()
    assert frame.query_selector(".embed") is None
    assert any("frame-ancestors" in line for line in desk.console)


def test_a_named_site_may_frame_the_map_and_no_other_page(desk, open_site: str, other: Site) -> None:
    other.show(f'<iframe src="{open_site}/embed?{STATE}" width="600" height="480"></iframe>')
    desk.page.goto(other.address)
    assert framed(desk.page).query_selector(".embed") is not None
    other.show(f'<iframe src="{open_site}/?district=310110" width="600" height="480"></iframe>')
    desk.page.goto(other.address)
    desk.page.wait_for_timeout(800)
    assert desk.page.query_selector("iframe").content_frame().query_selector(".map") is None


def test_links_in_the_frame_open_in_the_whole_window(desk, open_site: str, other: Site) -> None:
    other.show(f'<iframe src="{open_site}/embed?{STATE}" width="600" height="480"></iframe>')
    desk.page.goto(other.address)
    framed(desk.page).click(".whole a")
    desk.page.wait_for_url(f"{open_site}/?**")
    assert "district=310110" in desk.page.url


def test_the_map_fills_its_frame(desk, site: str) -> None:
    for height in (400, 480, 900):
        desk.page.set_viewport_size({"width": 600, "height": height})
        desk.open(f"{site}/embed?{STATE}")
        assert desk.page.evaluate("document.documentElement.scrollHeight") == height
    assert desk.console == []


def test_the_builder_shows_at_once_what_is_chosen(desk, site: str) -> None:
    page = desk.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/embed/new")
    assert page.is_hidden("[data-plain]")
    page.wait_for_function("() => /kB/.test(document.querySelector('[data-size]').textContent)")
    page.check('input[value="site"]')
    frame = framed(page)
    assert frame.query_selector(".embed")
    with page.expect_response(lambda r: "kind=canteen" in r.url and "/embed/new" in r.url):
        page.check('input[name="kind"][value="canteen"]', force=True)
    page.wait_for_function(
        "() => document.querySelector('#code-script').textContent.includes('kind=canteen')"
    )
    with page.expect_response(lambda r: "/embed/new" in r.url):
        page.fill("#b-title", '"><b>冬天</b>')
    page.wait_for_function("() => document.querySelector('#code-iframe').textContent.includes('冬天')")
    page.click('[data-copy="code-iframe"]')
    page.wait_for_function("() => document.querySelector('[data-copied]').textContent === '已复制'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.text_content("#code-iframe")
    assert 'title="&quot;&gt;&lt;b&gt;冬天&lt;/b&gt;"' in copied
    page.reload()  # what was chosen is in the address
    assert page.is_checked('input[value="site"]')
    assert page.input_value("#b-title") == '"><b>冬天</b>'
    assert desk.console == []


def test_the_picture_of_an_article_can_be_downloaded(desk, site: str) -> None:
    desk.page.goto(f"{site}/embed/new")
    with desk.page.expect_download() as download:
        desk.page.click(".code.best .btn.main")
    assert download.value.suggested_filename.endswith(".png")
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"


def test_the_builder_works_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/embed/new")
    page.check('input[value="group"]')
    page.select_option("#b-open", "now")
    page.click("[data-plain]")
    assert "open=now" in page.url
    assert "发一张图" in page.inner_text(".say")
    assert page.query_selector_all("[data-copy]:visible") == []
    context.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_embed_and_builder_are_accessible_in_either_theme(browser: Browser, site: str, language: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    page = context.new_page()
    for path in (
        f"/embed?{STATE}",
        f"/embed?{STATE}&list=1",
        *(f"/embed/new?where={w}" for w in ("article", "site")),
    ):
        page.goto(site + path)
        page.wait_for_timeout(400)
        assert violations_in_both_themes(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()
