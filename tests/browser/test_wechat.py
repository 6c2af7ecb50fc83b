"""In WeChat's browser: WeChat locates, its map opens, its cards are filled; with WeChat away, words.

The SDK is a stand-in that checks a signature as WeChat does: against the address in force on Android,
and against the one the page was opened with on iOS.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browser_support import Watched
from wechat_fake import fake_wechat

from locator.datum import convert
from locator.store import Store
from locator.wechat import SDK_URL, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext
    from wechat_fake import FakeWeChat

    from locator import Service

DOCS = Path(__file__).parents[2] / "docs"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "locale": "zh-CN",
}
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0.50"
)
HERE = {"longitude": 121.5443, "latitude": 31.2732, "accuracy": 30}
STAND_IN = """(() => {
  const landing = location.href.split("#")[0];
  const plan = JSON.parse(localStorage.getItem("plan") || "{}");
  let state = 0, waiting = [], failing = () => {}, verified = false;
  const answer = (name, options) => {
    window.told(name, JSON.parse(JSON.stringify(options)));
    const deed = plan[name] || {};
    if (!verified) options.fail({ errMsg: `${name}:the permission value is offline verifying` });
    else if (deed.cancel) options.cancel({ errMsg: `${name}:cancel` });
    else if (deed.fail) options.fail({ errMsg: `${name}:fail ${deed.fail}` });
    else options.success(deed.success || {});
  };
  window.wx = {
    config: async (given) => {
      verified = false;
      const page = plan.ios ? landing : location.href.split("#")[0];
      window.told("config", { ...given, page });
      const good = await window.verify(given, page);
      await new Promise((done) => setTimeout(done, state ? plan.slow || 0 : 0));
      if (!good) failing({ errMsg: "config:invalid signature" });
      verified = good;
      state = 1;
      for (const each of waiting.splice(0)) each();
    },
    ready: (then) => { if (state) then(); else waiting.push(then); },
    error: (then) => { failing = then; },
    miniProgram: {
      getEnv: (then) => then({ miniprogram: window.__wxjs_environment === "miniprogram" }),
      postMessage: (message) => window.told("postMessage", message),
      navigateTo: (options) => { window.told("navigateTo", { url: options.url }); if (plan.foreign) options.fail({}); else options.success({}); },
    },
  };
  for (const name of ["getLocation", "openLocation", "updateAppMessageShareData", "updateTimelineShareData"]) {
    window.wx[name] = (options) => answer(name, options);
  }
})();"""


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeWeChat]:
    with fake_wechat() as server:
        yield server


@pytest.fixture(scope="module")
def account_site(serve: Callable[..., str], fake: FakeWeChat, sample: list[Service], tmp_path_factory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('wechat')}/own.db"
    Store(url).create(sample, "tests")
    return serve(
        url, basemap="outline", wechat_appid=fake.appid, wechat_secret=fake.secret, wechat_api=fake.address
    )


class InWeChat(Watched):
    """A page in WeChat's browser, with what it told the app."""

    def __init__(self, context: BrowserContext, fake: FakeWeChat) -> None:
        super().__init__(context.new_page())
        self.told: list[tuple[str, dict]] = []
        self._fake = fake
        self.page.expose_function("told", lambda name, given: self.told.append((name, given)))
        self.page.expose_function("verify", self._verify)
        self.page.route(SDK_URL, lambda route: route.fulfill(body=STAND_IN, content_type="text/javascript"))

    def _verify(self, given: dict, page: str) -> bool:
        expected = signature(self._fake.last_ticket, given["nonceStr"], given["timestamp"], page)
        return given["signature"] == expected and given["appId"] == self._fake.appid

    def plan(self, plan: dict) -> None:
        self.page.add_init_script(f"localStorage.setItem('plan', {json.dumps(json.dumps(plan))})")

    def of(self, name: str) -> list[dict]:
        return [given for told, given in self.told if told == name]

    def wait_for(self, name: str, times: int = 1) -> dict:
        for _ in range(100):
            if len(self.of(name)) >= times:
                return self.of(name)[times - 1]
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{name} was not told {times} times: {self.told} {self.console}")


@pytest.fixture
def wechat(browser: Browser, fake: FakeWeChat) -> Iterator[Callable[..., InWeChat]]:
    contexts = []

    def make(plan: dict | None = None, agent: str = ANDROID, **more: object) -> InWeChat:
        contexts.append(browser.new_context(**PHONE, user_agent=agent, **more))
        opened = InWeChat(contexts[-1], fake)
        opened.plan({"getLocation": {"success": HERE}, "ios": "iPhone" in agent, **(plan or {})})
        return opened

    yield make
    for context in contexts:
        context.close()


def said(phone: InWeChat, words: str) -> str:
    phone.page.wait_for_function(
        "words => document.querySelector('[data-located]').textContent.includes(words)", arg=words
    )
    return phone.page.locator("[data-located]").inner_text()


@pytest.mark.parametrize("agent", [ANDROID, IPHONE])
def test_locate_asks_wechat_in_gcj02_and_lands_on_what_is_near(wechat, account_site: str, agent: str) -> None:
    phone = wechat(agent=agent)
    page = phone.open(account_site + "/")
    page.locator(".big").click()
    page.wait_for_url("**lon=121.54430**")
    assert phone.of("getLocation")[0]["type"] == "gcj02"
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert query == {"lon": "121.54430", "lat": "31.27320", "datum": "gcj02", "open": "arrival"}
    page.wait_for_selector(".card")
    assert phone.console == []
    assert set(phone.foreign(account_site)) == {SDK_URL}


def test_the_list_is_that_of_the_same_place_in_wgs84(wechat, account_site: str) -> None:
    phone = wechat()
    lon, lat = convert(121.5443, 31.2732, "gcj02", "wgs84")
    at = "&at=2026-11-23T13:05"
    ids = "[...document.querySelectorAll('[data-id]')].map(e => e.dataset.id)"
    first = phone.open(f"{account_site}/?lon=121.5443&lat=31.2732&datum=gcj02{at}").evaluate(ids)
    assert len(first) == 10
    assert phone.open(f"{account_site}/?lon={lon:.7f}&lat={lat:.7f}{at}").evaluate(ids) == first


@pytest.mark.parametrize("path", ["/?lon=121.5443&lat=31.2732&datum=gcj02", "/s/yp-canteen-001"])
def test_navigation_opens_wechats_map_at_the_service_in_gcj02(
    wechat, account_site: str, sample: list[Service], path: str
) -> None:
    phone = wechat()
    page = phone.open(account_site + path)
    button = page.locator("[data-open-location]").first
    name = button.get_attribute("data-name")
    button.click()
    opened = phone.wait_for("openLocation")
    service = next(s for s in sample if s.name == name)
    lon, lat = convert(service.lon, service.lat, "wgs84", "gcj02")
    assert opened["longitude"] == pytest.approx(lon, abs=2e-6)
    assert opened["latitude"] == pytest.approx(lat, abs=2e-6)
    assert abs(opened["longitude"] - service.lon) > 0.001  # not the WGS-84 one
    assert (opened["name"], opened["address"]) == (service.name, service.address or "")
    assert 1 <= opened["scale"] <= 28
    assert page.url == account_site + path
    assert phone.console == []


def test_where_wechats_map_does_not_open_the_link_does(wechat, account_site: str) -> None:
    phone = wechat({"openLocation": {"fail": "not supported"}})
    phone.page.route("https://uri.amap.com/**", lambda route: route.fulfill(body="amap"))
    page = phone.open(account_site + "/s/yp-canteen-001")
    page.locator("[data-open-location]").click()
    page.wait_for_url("https://uri.amap.com/navigation**")


@pytest.mark.parametrize("agent", [ANDROID, IPHONE])
def test_after_push_state_the_address_in_force_is_signed_again(wechat, account_site: str, agent: str) -> None:
    phone = wechat(agent=agent)
    page = phone.open(account_site + "/")
    phone.wait_for("updateTimelineShareData")
    assert [c["page"] for c in phone.of("config")] == [account_site + "/"]
    page.evaluate("history.pushState(null, '', '/?district=310110#list')")
    phone.wait_for("updateTimelineShareData", 2)
    in_force = account_site + ("/" if agent == IPHONE else "/?district=310110")
    assert phone.of("config")[-1]["page"] == in_force
    assert phone.of("updateAppMessageShareData")[-1]["link"] == account_site + "/?district=310110"
    page.locator("[data-locate]").first.click()
    page.wait_for_url("**lon=121.54430**")


@pytest.mark.parametrize("slow", [0, 900])
def test_an_iphone_that_goes_by_the_address_in_force_is_served_too(
    wechat, account_site: str, slow: int
) -> None:
    phone = wechat({"ios": False, "slow": slow}, agent=IPHONE)
    page = phone.open(account_site + "/")
    phone.wait_for("updateTimelineShareData")
    page.evaluate("history.pushState(null, '', '/?district=310110')")
    page.locator("[data-locate]").first.click()
    page.wait_for_url("**lon=121.54430**")


def test_a_shared_card_names_the_page_and_not_where_the_sharer_stands(wechat, account_site: str) -> None:
    phone = wechat()
    page = phone.open(f"{account_site}/?lon=121.54432&lat=31.27321&datum=gcj02&group=rider")
    card = phone.wait_for("updateAppMessageShareData")
    assert card["title"] == page.title()
    query = parse_qs(urlsplit(card["link"]).query)
    assert (query["lon"], query["lat"], query["group"]) == (["121.54"], ["31.27"], ["rider"])
    assert "121.5443" not in str(phone.wait_for("updateTimelineShareData"))
    phone.told.clear()
    phone.open(account_site + "/s/yp-canteen-001")
    card = phone.wait_for("updateAppMessageShareData")
    assert card["title"].startswith("定海路街道隆昌路睦邻社区长者食堂")
    assert card["link"] == account_site + "/s/yp-canteen-001"
    picture = page.request.get(card["imgUrl"])
    assert picture.headers["content-type"] == "image/png"
    assert "canteen" in card["imgUrl"]


def test_the_sdks_report_of_the_pages_address_does_not_leave(wechat, account_site: str) -> None:
    phone = wechat()
    page = phone.open(f"{account_site}/?lon=121.54432&lat=31.27321")
    phone.wait_for("updateTimelineShareData")
    failed, left = [], []
    page.on("requestfailed", lambda request: failed.append(request.failure))
    page.route("https://open.weixin.qq.com/**", lambda route: (left.append(route), route.abort()))
    blocked = page.evaluate("""() => new Promise((done) => {
      document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
      new Image().src = "https://open.weixin.qq.com/sdk/report?u=" + encodeURIComponent(location.href);
    })""")
    assert blocked == "img-src"
    page.wait_for_timeout(200)
    assert (failed, left) == (["csp"], [])


def test_a_place_that_was_chosen_is_shared_as_it_is(wechat, account_site: str) -> None:
    phone = wechat()
    phone.open(f"{account_site}/?lon=121.54432&lat=31.27321&place=x")
    assert "lon=121.54432" in phone.wait_for("updateAppMessageShareData")["link"]


def test_refusing_wechat_says_what_to_do_and_asks_nobody_else(wechat, account_site: str) -> None:
    phone = wechat(
        {"getLocation": {"cancel": True}},
        permissions=["geolocation"],
        geolocation={"longitude": 121.5, "latitude": 31.2},
    )
    page = phone.open(account_site + "/")
    page.locator(".big").click()
    assert "在微信里允许定位" in said(phone, "没拿到位置")
    page.wait_for_timeout(300)
    assert page.url == account_site + "/"
    assert page.locator(".big").is_enabled()


def test_with_wechat_away_the_page_works_and_says_why(
    wechat, serve: Callable[..., str], sample: list[Service], tmp_path_factory
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('away')}/own.db"
    Store(url).create(sample, "tests")
    address = serve(
        url, basemap="outline", wechat_appid="wx1", wechat_secret="s", wechat_api="http://127.0.0.1:9"
    )
    phone = wechat()
    phone.page.route(SDK_URL, lambda route: route.abort())
    page = phone.open(address + "/")
    assert said(phone, "微信定位暂时用不了") == "微信定位暂时用不了：连不上微信的服务器。先选地方。"
    page.locator(".big").click()
    said(phone, "微信定位暂时用不了")
    assert page.locator(".big").is_enabled()
    page.locator(".near a").first.click()
    page.wait_for_selector(".card")
    page.wait_for_selector(".pin")
    assert page.locator(".pin").count() > 0
    allowed = wechat(permissions=["geolocation"], geolocation={"longitude": 121.53999, "latitude": 31.27535})
    page = allowed.open(address + "/")
    page.locator(".big").click()
    page.wait_for_url("**lon=121.53999**")
    assert "datum" not in page.url


def test_without_wechats_script_the_page_says_so(wechat, account_site: str) -> None:
    phone = wechat()
    phone.page.route(SDK_URL, lambda route: route.abort())
    phone.open(account_site + "/")
    assert "微信的脚本没取到" in said(phone, "微信定位暂时用不了")


def test_a_page_that_wechat_does_not_accept_says_so(wechat, account_site: str, fake: FakeWeChat) -> None:
    phone = wechat()
    ticket, fake.last_ticket = fake.last_ticket, "another"
    try:
        phone.open(account_site + "/")
        assert "invalid signature" in said(phone, "微信定位暂时用不了")
    finally:
        fake.last_ticket = ticket


def test_in_a_mini_program_the_native_page_locates(wechat, account_site: str) -> None:
    phone = wechat()
    phone.page.add_init_script("window.__wxjs_environment = 'miniprogram'")
    page = phone.open(account_site + "/?group=rider")
    assert phone.wait_for("postMessage")["data"]["link"] == account_site + "/?group=rider"
    page.locator(".big").click()
    assert phone.wait_for("navigateTo")["url"] == "/pages/index/index?locate=1&to=%2F%3Fgroup%3Drider"
    assert phone.of("getLocation") == []


def test_in_anothers_mini_program_wechat_locates(wechat, account_site: str) -> None:
    phone = wechat({"foreign": True})
    phone.page.add_init_script("window.__wxjs_environment = 'miniprogram'")
    page = phone.open(account_site + "/")
    page.locator(".big").click()
    page.wait_for_url("**datum=gcj02**")


def test_the_sample_mini_program_opens_our_page_at_the_phones_place(browser: Browser) -> None:
    script = (DOCS / "miniprogram/pages/index/index.js").read_text(encoding="utf-8")
    page = browser.new_page()
    run = """([script, options, refuse, card]) => {
      const wx = { getLocation: (o) => { wx.asked = o.type; refuse ? o.fail({}) : o.success({ longitude: 121.5443, latitude: 31.2732 }); } };
      let made;
      new Function("getApp", "Page", "wx", script)(() => ({ site: "https://map.example.org" }), (p) => { made = p; }, wx);
      made.setData = (data) => Object.assign(made.data, data);
      made.onLoad(options);
      if (card) made.shared({ detail: { data: [{ link: "x" }, card] } });
      return [wx.asked || "", made.data.src, made.onShareAppMessage({ webViewUrl: made.data.src }).path];
    }"""
    home = "https://map.example.org/"

    def ran(options: dict, *, refuse: bool = False, card: dict | None = None) -> list[str]:
        return page.evaluate(run, [script, options, refuse, card])

    asked, first, shared = ran({})
    assert (asked, first) == ("gcj02", home + "?open=arrival&lon=121.54430&lat=31.27320&datum=gcj02")
    assert shared == "/pages/index/index?to=%2F"
    again = {"locate": "1", "to": quote("/?kind=canteen&lon=1&lat=2&open=now", safe="")}
    assert ran(again)[1] == home + "?kind=canteen&open=now&lon=121.54430&lat=31.27320&datum=gcj02"
    assert ran({}, refuse=True)[1] == home
    assert ran({"to": quote("/s/yp-canteen-001", safe="")})[:2] == ["", home + "s/yp-canteen-001"]
    for evil in (
        "//evil.example",
        "https://evil.example",
        ".evil.example",
        "@evil.example",
        "/\\evil.example",
    ):
        assert ran({"to": quote(evil, safe="")})[1] == home
    card = {"link": home + "s/a?group=rider", "title": "t", "imgUrl": "i"}
    assert ran({}, card=card)[2] == "/pages/index/index?to=" + quote("/s/a?group=rider", safe="")
    for name in ("app.json", "project.config.json", "sitemap.json", "pages/index/index.json"):
        assert json.loads((DOCS / "miniprogram" / name).read_text(encoding="utf-8"))
    page.close()


def test_outside_wechat_nothing_of_it_is_loaded(phone: Watched, account_site: str) -> None:
    page = phone.open(account_site + "/")
    assert page.locator("script[data-sdk]").count() == 0
    assert phone.foreign(account_site) == []


def test_the_script_leaves_no_globals_and_is_small(wechat, account_site: str) -> None:
    from locator._bundled import bundled

    assert (bundled("static") / "wechat.js").stat().st_size < 8192
    names = "Object.getOwnPropertyNames(window)"
    inside, outside = wechat(), wechat(agent="Mozilla/5.0 (Linux; Android 14) Chrome/126.0")
    ours = set(inside.open(account_site + "/").evaluate(names))
    inside.wait_for("config")
    theirs = set(outside.open(account_site + "/").evaluate(names))
    assert set(inside.page.evaluate(names)) | ours == theirs | {"wx"}
