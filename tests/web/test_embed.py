"""The map in other people's pages: /embed, the codes that carry it there, and oEmbed."""

from __future__ import annotations

import html
import io
import json
import random
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from conftest import HOSTILE

from locator._errors import ConfigurationError
from locator._settings import Settings
from locator.web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

AT = "2026-11-23T13:05"
# An answer with its time of day, so that all ways of asking mean the same moment.
STATE = {"district": "310110", "open": "arrival", "at": AT}


class Tags(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def page_of(client: FlaskClient, path: str, **state: object) -> str:
    answer = client.get(path, query_string=state or None)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    return answer.get_data(as_text=True)


def codes(page: str) -> dict[str, str]:
    """Return what the reader of the builder copies, by name."""
    found = re.findall(r'(?s)<pre id="code-([\w-]+)"[^>]*>(.*?)</pre>', page)
    return {name: html.unescape(text) for name, text in found}


def random_states(count: int) -> list[dict[str, str]]:
    rng = random.Random(6)
    states = []
    for _ in range(count):
        state = {"at": f"2026-11-{rng.randint(20, 28)}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"}
        if rng.random() < 0.4:
            state["district"] = rng.choice(["310110", "杨浦区"])
        else:
            state |= {"lon": f"{rng.uniform(121.48, 121.58):.5f}", "lat": f"{rng.uniform(31.24, 31.34):.5f}"}
            state["datum"] = rng.choice(["wgs84", "gcj02", "bd09"])
        for name, values in {
            "open": ["any", "now", "arrival"],
            "kind": ["canteen", "station,canteen", "housing,lodging"],
            "group": ["rider", "sanitation,member"],
            "sort": ["distance", "soonest", "price"],
            "limit": ["3", "25"],
            "mode": ["walk", "drive"],
        }.items():
            if rng.random() < 0.4:
                state[name] = rng.choice(values)
        states.append(state)
    return states


@pytest.mark.parametrize("state", random_states(50))
def test_page_embed_picture_and_json_name_the_same_services_in_the_same_order(
    client: FlaskClient, state: dict[str, str]
) -> None:
    answer = json.loads(client.get("/api/v1/nearest", query_string=state).data)
    expected = [f["properties"]["id"] for f in answer["features"]]
    doubtful = [f["properties"]["id"] for f in answer["unknown"]]
    for path in ("/", "/embed"):
        page = page_of(client, path, **state)
        assert re.findall(r'<li class="card[^"]*" data-id="([^"]+)"', page) == expected + doubtful, path
    embed = page_of(client, "/embed", **state)
    assert re.search(r'data-at="([^"]+)"', embed)[1] == answer["asked"]["at"]
    assert re.search(r'data-catalog="([^"]+)"', embed)[1] == str(answer["catalog"]["version"])
    picture = client.get("/map.svg", query_string=state).get_data(as_text=True)
    about = json.loads(html.unescape(re.search(r"<metadata>(.*?)</metadata>", picture)[1]))
    assert (about["ids"], about["unknown"], about["at"]) == (expected, doubtful, answer["asked"]["at"])


def test_without_a_time_an_embed_stands_for_the_whole_minute(client: FlaskClient) -> None:
    page = page_of(client, "/embed", district="310110")
    assert re.search(r'data-at="[\d-]+T\d\d:\d\d:00\+08:00"', page)


def test_the_embed_has_no_chrome_and_its_links_leave_the_frame(client: FlaskClient) -> None:
    page = page_of(client, "/embed", **STATE, title="天冷了", theme="dark")
    assert '<base target="_top">' in page
    assert 'data-theme="dark"' in page
    assert "<h1>天冷了</h1>" in page
    assert 'class="top"' not in page
    assert 'class="find"' not in page
    assert Tags(page).all("details") != []
    assert Tags(page_of(client, "/embed", **STATE, list=1)).all("details") == []


def test_one_service_can_be_embedded(client: FlaskClient) -> None:
    page = page_of(client, "/embed", service="yp-relay-001")
    assert re.findall(r'<li class="card[^"]*" data-id="([^"]+)"', page) == ["yp-relay-001"]
    assert client.get("/embed?service=nope").status_code == 404


@pytest.mark.parametrize("query", ["", "district=310110&theme=pink", "lon=31&lat=121", "district=nowhere"])
def test_a_faulty_state_says_what_is_wrong_and_may_be_framed_too(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/embed?{query}")
    assert answer.status_code == 400
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        ("", "'self'"),
        ("self", "'self'"),
        ("https://union.example", "'self' https://union.example"),
        ("https://a.example, https://*.b.example:8443", "'self' https://a.example https://*.b.example:8443"),
        ("*", "*"),
    ],
)
def test_only_named_origins_may_frame_the_embed_and_none_the_rest(
    store_url: str, origins: str, expected: str
) -> None:
    settings = Settings(store=store_url, basemap="outline", embed_origins=origins)
    client = create_app({"TESTING": True}, settings).test_client()
    policies = {
        path: client.get(path).headers["Content-Security-Policy"].rpartition("frame-ancestors ")[2]
        for path in ("/embed?district=310110", "/", "/embed/new", "/s/yp-relay-001", "/y/310110")
    }
    assert policies.pop("/embed?district=310110") == expected
    assert set(policies.values()) == {"'self'"}


@pytest.mark.parametrize(
    "origins", ["union.example", "https://a.example/path", "https://a;script-src *", "'none'"]
)
def test_an_origin_that_is_none_is_refused_at_the_start(store_url: str, origins: str) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_EMBED_ORIGINS"):
        create_app({}, Settings(store=store_url, basemap="outline", embed_origins=origins))


def test_the_builder_writes_five_codes_that_lead_to_the_same_state(client: FlaskClient) -> None:
    found = codes(page_of(client, "/embed/new", district="310110", kind="canteen", open="now"))
    assert set(found) == {"image", "text", "web-view", "iframe", "script"}
    frame = Tags(found["iframe"]).all("iframe")[0]
    script = Tags(found["script"]).all("script")[0]
    view = Tags(found["web-view"]).all("web-view")[0]
    asked = [urlsplit(frame["src"]).query, script["data-state"], urlsplit(view["src"]).query]
    asked.append(urlsplit(found["image"]).query)
    for query in asked:
        state = parse_qs(query)
        assert (state["district"], state["kind"], state["open"]) == (["310110"], ["canteen"], ["now"])
    for address in (frame["src"], found["image"], view["src"], script["src"]):
        with client.get(address) as sent:
            assert sent.status_code == 200
    assert found["text"].startswith("杨浦区有")
    assert client.get(found["text"].rpartition("：")[2]).status_code == 200


def test_the_short_text_has_a_short_address_and_the_true_number(client: FlaskClient, sample: list) -> None:
    text = codes(page_of(client, "/embed/new", district="310110"))["text"]
    there = [s for s in sample if s.district == "310110" and s.status == "active"]
    assert f"杨浦区有{len(there)}处" in text
    assert f"{sum(bool(s.stops) for s in there)}处是流动的" in text
    assert text.endswith("/y/310110")
    assert client.get("/y/310110").headers["Location"] == "/?district=310110&open=arrival"
    assert client.get("/y/999999").status_code == 404


@pytest.mark.parametrize(
    "title", [*HOSTILE.values(), '"><script>alert(1)</script>', "a'b\"c&amp;<b>", "${x}"]
)
def test_codes_survive_a_hostile_title(client: FlaskClient, title: str) -> None:
    page = page_of(client, "/embed/new", district="310110", title=title, where="site")
    nonces = set(re.findall(r'<script[^>]*nonce="([^"]+)"', page))
    assert len(nonces) == 1
    assert [s for s in Tags(page).all("script") if "nonce" not in s] == []
    found = codes(page)
    shown = re.search(r'<input id="b-title"[^>]*value="([^"]*)"', page)
    kept = html.unescape(shown[1])
    assert kept == title.strip()[:40]
    # Pasted into a page, each code is the one element it should be, whatever the title holds.
    for name, tag in (("iframe", "iframe"), ("script", "script"), ("web-view", "web-view")):
        tags = Tags(found[name]).found
        assert [each for each, _ in tags] == [tag], name
    assert Tags(found["iframe"]).all("iframe")[0]["title"] == kept
    script = Tags(found["script"]).all("script")[0]
    assert parse_qs(script["data-state"])["title"] == [kept]
    assert set(script) == {"async", "src", "data-state", "data-title"}


@pytest.mark.parametrize("where", ["article", "miniprogram", "site", "group", "nonsense"])
def test_what_works_where_stands_apart(client: FlaskClient, where: str) -> None:
    page = page_of(client, "/embed/new", district="310110", where=where)
    works, elsewhere = page.partition('<p class="grp">')[::2]
    scripted = 'id="code-script"'
    assert (scripted in works) == (where == "site")
    assert (scripted in elsewhere) == (where != "site")


def test_a_point_on_the_map_can_be_embedded(client: FlaskClient) -> None:
    found = codes(page_of(client, "/embed/new", lon="121.5443", lat="31.2732", datum="gcj02", place="定海路"))
    state = parse_qs(urlsplit(Tags(found["iframe"]).all("iframe")[0]["src"]).query)
    assert state["lon"] == ["121.5443"]
    assert state["datum"] == ["gcj02"]
    assert state["place"] == ["定海路"]


def test_the_operators_address_stands_in_the_codes(store_url: str) -> None:
    settings = Settings(store=store_url, basemap="outline", public_url="https://ditu.example/map")
    client = create_app({"TESTING": True}, settings).test_client()
    found = codes(page_of(client, "/embed/new", district="310110"))
    assert all("https://ditu.example/map/" in text for text in found.values())


OURS = "http://localhost"


def oembed(client: FlaskClient, url: str, **more: object) -> dict:
    answer = client.get("/oembed", query_string={"url": url, **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/json"
    return json.loads(answer.data)


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_oembed_frames_the_state_of_a_page(client: FlaskClient, path: str) -> None:
    found = oembed(client, f"{OURS}{path}?{urlencode(STATE)}", maxwidth=500, maxheight=2000)
    assert (found["version"], found["type"], found["width"], found["height"]) == ("1.0", "rich", 500, 480)
    frame = Tags(found["html"]).all("iframe")[0]
    assert (frame["width"], frame["height"]) == ("500", "480")
    assert parse_qs(urlsplit(frame["src"]).query) == {name: [text] for name, text in STATE.items()}
    assert client.get(frame["src"]).status_code == 200


def test_the_thumbnail_is_as_large_as_it_says(client: FlaskClient) -> None:
    pytest.importorskip("PIL")
    from PIL import Image

    found = oembed(client, f"{OURS}/?{urlencode(STATE)}")
    picture = Image.open(io.BytesIO(client.get(found["thumbnail_url"]).data))
    assert picture.size == (found["thumbnail_width"], found["thumbnail_height"])
    service = oembed(client, f"{OURS}/s/yp-relay-001")
    with client.get(service["thumbnail_url"]) as sent:
        picture = Image.open(io.BytesIO(sent.data))
    assert picture.size == (service["thumbnail_width"], service["thumbnail_height"])
    assert "thumbnail_url" not in oembed(client, f"{OURS}/?{urlencode(STATE)}", maxwidth=200)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://evil.example/?district=310110",
        "http://localhost.evil.example/?district=310110",
        "http://localhost@evil.example/?district=310110",
        "http://evil.example/http://localhost/?district=310110",
        "javascript:alert(1)",
        "//localhost/?district=310110",
        "http://[::1/",
        f"{OURS}/",
        f"{OURS}/events?district=310110",
        f"{OURS}/s/nope",
        f"{OURS}/s/a/b",
    ],
)
def test_oembed_knows_no_address_but_ours(client: FlaskClient, url: str) -> None:
    answer = client.get("/oembed", query_string={"url": url})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_oembed_refuses_other_formats_and_sizes(client: FlaskClient) -> None:
    url = f"{OURS}/?district=310110"
    assert client.get("/oembed", query_string={"url": url, "format": "xml"}).status_code == 501
    for size in ("0", "-1", "x", "999999"):
        assert client.get("/oembed", query_string={"url": url, "maxwidth": size}).status_code == 400


@pytest.mark.parametrize("path", ["/?district=310110", "/embed?district=310110", "/s/yp-relay-001"])
def test_pages_that_can_be_embedded_say_how(client: FlaskClient, path: str) -> None:
    links = [a for a in Tags(page_of(client, path)).all("link") if a.get("type") == "application/json+oembed"]
    assert len(links) == 1
    found = client.get(links[0]["href"])
    assert found.status_code == 200
    assert found.get_json()["type"] == "rich"
    assert quote("=", safe="") in links[0]["href"] or "/s/" in path


def test_pages_that_cannot_be_embedded_say_nothing(client: FlaskClient) -> None:
    for path in ("/", "/events", "/embed/new"):
        assert "json+oembed" not in page_of(client, path)
