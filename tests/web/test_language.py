"""Pages in Chinese and in English: every word of the house has its counterpart, and the choice is kept."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment, FileSystemLoader

from locator._bundled import bundled
from locator.districts import city_name, district_name
from locator.web.language import catalog, script_url
from locator.web.wording import CHINESE, Wording, script_in, script_messages, template_messages, whole

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from locator import Service

AT = "at=2026-11-23T13:05"
HERE = f"lon=121.5443&lat=31.2732&datum=gcj02&{AT}"
PAGES = [
    "/?", "/?q=街道", "/?q=zzz", f"/?{HERE}", f"/?{HERE}&open=arrival&group=rider", f"/?{HERE}&open=now&mode=walk&sort=price",
    f"/?{HERE}&offer=now&group=sanitation", f"/?{HERE}&kind=recuperation", f"/?{HERE}&kind=housing,lodging,hotel&rent_max=900&vacancies=1",
    f"/?{HERE}&by=needs&place=定海路", "/?lon=87&lat=43", "/?lon=121.5443&lat=31.2732&open=arrival&at=2026-11-23T03:10",
    f"/?district=310110&{AT}", f"/?district=310110&open=arrival&{AT}&sort=rent&kind=housing", "/?lon=31&lat=121", "/s/nope?",
    "/events?", f"/events?{HERE}", "/events?district=310110&days=30&topic=film", "/events?topic=repair&days=1",
    "/along?", f"/along?p=定海路街道&p=大桥街道&{AT}", f"/along?p=121.5443,31.2732&p=zzz&{AT}", "/along?p=121.54,31.27&p=121.50,31.30&mode=walk",
    f"/embed?{HERE}&list=1", f"/embed?district=310110&open=arrival&{AT}", "/embed?", "/embed?service=yp-relay-001",
    f"/?{HERE}&open=arrival&needs_amenity=microwave,toilet&stay=30&needs=rest", f"/?{HERE}&open=arrival&max_minutes=1&stay=1440&group=rider,courier",
    f"/?{HERE}&open=arrival&limit=3", f"/?{HERE}&max_minutes=10&vague=800", "/?lon=121.5443&lat=31.2732&open=now&at=2026-11-23T22:30&max_minutes=10",
    "/?lon=121.5443&lat=31.2732&open=arrival&offer=now&kind=canteen&mode=walk&at=2026-11-23T03:10", "/need?", "/s/yp-relay-001/wrong?", "/s/yp-relay-001/wrong?thanks=1",
    "/embed/new?", "/embed/new?where=site", "/embed/new?where=miniprogram", f"/embed/new?where=group&{HERE}",
]  # fmt: skip
# Files for printing or sending, which are made in Chinese. So is the steward's desk (templates/steward/, steward.js),
# which nobody has translated yet: see `test_the_desk_is_chinese_whatever_the_browser_prefers`.
_FILES = {"check.html", "standalone.html"}


def data_of(sample: list[Service]) -> list[str]:
    """Return every text that records hold, the longest first: names and addresses stay as they are."""
    found: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            for each in value.values():
                collect(each)
        elif isinstance(value, list):
            for each in value:
                collect(each)

    for service in sample:
        collect(service.model_dump(mode="json"))
        for name in (district_name(service.district), city_name(service.district or "")):
            collect(name)
    found |= {text.removesuffix("街道") for text in found if text.endswith("街道")}
    return sorted((text for text in found if CHINESE.search(text)), key=len, reverse=True)


def spoken(page: str) -> str:
    """Return what a page says: texts, and attributes that are read out; without what is marked as Chinese."""
    page = re.sub(r"<wbr>", "", page)
    page = re.sub(r'<input[^>]* lang="zh-CN"[^>]*>', "", page)
    page = re.sub(r'(?s)<(\w+)(?=[^>]* lang="zh-CN")[^>]*>.*?</\1>', "", page)
    said = re.findall(r'(?:aria-label|placeholder|alt|title|content)="([^"]*)"', page)
    data = re.search(r'(?s)<script type="application/json" id="map-data">(.*?)</script>', page)
    if data:
        shown = json.loads(data[1])
        said += [str(text) for each in shown["services"] for text in each.values()]
        said += [part for each in shown["services"] for part in each["deals"]] + [shown["note"]]
    page = re.sub(r"(?s)<script.*?</script>", " ", page)
    return html.unescape(" ¦ ".join([re.sub(r"<[^>]+>", " ¦ ", page), *said]))


def left_over(page: str, data: list[str], *own: str) -> list[str]:
    text = spoken(page)
    for known in [*own, *data]:
        text = text.replace(known, "")
    return [part.strip() for part in text.split("¦") if CHINESE.search(part)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_english_says_nothing_in_chinese_but_data(
    client: FlaskClient, sample: list[Service], path: str
) -> None:
    page = client.get(f"{path}&lang=en").get_data(as_text=True)
    assert '<html lang="en"' in page
    assert left_over(page, data_of(sample), "区界示意图，不作划界依据", "“街道”") == []


def test_every_service_reads_in_english(client: FlaskClient, sample: list[Service]) -> None:
    data = data_of(sample)
    for service in sample:
        page = client.get(f"/s/{service.id}?lang=en&{AT}").get_data(as_text=True)
        assert left_over(page, data, "区界示意图，不作划界依据") == [], service.id


def test_every_message_of_templates_and_scripts_is_translated() -> None:
    english = catalog("en")
    environment = Environment(loader=FileSystemLoader(bundled("templates")), autoescape=True)
    environment.add_extension(Wording)
    missing: list[tuple[str, str]] = []

    def look(name: str, messages: list[str]) -> None:
        missing.extend((name, message) for message in messages if english.gettext(message) == message)

    for path in sorted(bundled("templates").glob("*.html")):
        if path.name not in _FILES:
            look(path.name, template_messages(environment, path.read_text(encoding="utf-8")))
    for path in sorted(bundled("static").glob("*.js")):
        # The first speaks the language of the page that it is put into, the others that of the desks.
        if path.name not in {"embed.js", "steward.js", "plan.js", "plan-map.js"}:
            look(path.name, script_messages(path.read_text(encoding="utf-8")))
    assert missing == []


def test_a_translation_keeps_the_holes_of_its_message() -> None:
    holes = re.compile(r"\$\{[^}]*\}+|\{\d+\}|%[a-z]|<[^>]+>")
    for message, said in catalog("en")._catalog.items():
        if message and isinstance(message, str):
            assert set(holes.findall(said)) <= set(holes.findall(message)), message
            filled = re.compile(r"\{\d+\}|%[a-z]")
            dropped = set(filled.findall(message)) - set(filled.findall(said))
            assert not dropped, message
            assert not CHINESE.search(re.sub("定海路(街道)?", "", said)), said


def test_chinese_pages_are_as_they_were_written(client: FlaskClient) -> None:
    page = client.get(f"/?{HERE}&open=arrival").get_data(as_text=True)
    assert '<html lang="zh-CN"' in page
    assert "时间不清楚的，单独列出" in page
    assert "_whole" not in page


@pytest.mark.parametrize(
    ("accepted", "query", "expected"),
    [
        ("", "", "zh-CN"), ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh-CN"), ("en-US,en;q=0.9", "", "en"), ("fr", "", "zh-CN"),
        ("en", "lang=zh", "zh-CN"), ("zh", "lang=en", "en"), ("zh", "lang=xx", "zh-CN"), ("zh", "lang=en-GB", "en"),
    ],
)  # fmt: skip
def test_the_address_chooses_before_the_browser(
    client: FlaskClient, accepted: str, query: str, expected: str
) -> None:
    answer = client.get(f"/?{query}", headers={"Accept-Language": accepted} if accepted else {})
    assert f'<html lang="{expected}"' in answer.get_data(as_text=True)
    assert "Accept-Language" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        f"/?{HERE}&open=arrival&group=rider",
        "/?",
        "/events?",
        "/s/yp-relay-001?",
        f"/along?p=定海路街道&p=大桥街道&{AT}",
    ],
)
def test_links_and_forms_keep_the_language_that_was_chosen(client: FlaskClient, path: str) -> None:
    page = client.get(f"{path}&lang=en").get_data(as_text=True)
    inside = [html.unescape(url) for url in re.findall(r'<a[^>]* href="(/[^"]*)"', page)]
    inside = [url for url in inside if not url.startswith(("/static", "/assets"))]
    assert inside
    kept = [url for url in inside if "lang=zh" not in url]
    assert [url for url in kept if "lang=en" not in url] == []
    assert [url for url in kept if url.count("?") > 1 or url.count("lang=en") > 1] == []
    for form in re.findall(r"(?s)<form.*?</form>", page):
        assert ('method="post"' in form and "?lang=en" in form) or 'name="lang" value="en"' in form
    plain = client.get(path).get_data(as_text=True)
    assert plain.count("lang=en") == plain.count('hreflang="en"')


def test_the_desk_is_chinese_whatever_the_browser_prefers(client: FlaskClient) -> None:
    plain = client.get("/steward/login", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    asked = client.get("/steward/login?lang=en", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="zh-CN">' in asked
    assert re.sub(r"\w[\w.\-]{20,}", "", spoken(asked)) == re.sub(r"\w[\w.\-]{20,}", "", spoken(plain))


def test_suggestions_note_their_places_in_the_language_of_the_address(client: FlaskClient) -> None:
    found = {
        named: client.get(f"/api/v1/suggest?q=杨浦&lang={named}").get_json()["suggestions"][0]
        for named in ("zh", "en")
    }
    assert re.fullmatch(r"\S+ \d+ 处", found["zh"]["note"])
    assert re.fullmatch(r"\S+: \d+", found["en"]["note"])
    assert found["en"]["url"] == found["zh"]["url"].replace("lang=zh", "lang=en")


def test_a_refused_form_offers_the_other_language_of_a_page_that_claims_nothing(client: FlaskClient) -> None:
    told = client.post("/need?lang=en", data={"cell": "nope"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert told.status_code == 400
    page = told.get_data(as_text=True)
    assert 'href="/?lang=zh"' in page
    assert "/need?lang=zh" not in page


def test_errors_are_told_in_the_language_of_the_address(client: FlaskClient) -> None:
    assert "swapped" in client.get("/?lon=31&lat=121&lang=en").get_data(as_text=True)
    told = client.get("/api/v1/nearest?lon=31&lat=121", headers={"Accept-Language": "en"})
    assert "swapped" in told.get_data(as_text=True)


def render(source: str, translations: dict[str, str], **values: object) -> str:
    environment = Environment(autoescape=True, extensions=[Wording])
    translate = lambda text: translations.get(text, text)  # noqa: E731
    environment.globals.update(_whole=lambda m, *h: whole(translate, m, *h), _constant=translate)
    environment.filters["said"] = lambda text: text.en
    return environment.from_string(source).render(**values)


def test_values_inside_a_sentence_stay_escaped_and_may_change_places() -> None:
    source = '<p title="去{{ a }}的路">{{ a }}有 <b>{{ b }}</b> 处</p>'
    said = {"去{1}的路": "way to {1}", "{1}有 <b>{2}</b> 处": "<b>{2}</b> in {1}"}
    hostile = '"><script>{1}{2}'
    page = render(source, said, a=hostile, b="{1}")
    safe = "&#34;&gt;&lt;script&gt;{1}{2}"
    assert page == f'<p title="way to {safe}"><b>{{1}}</b> in {safe}</p>'
    assert render(source, {}, a="甲", b=3) == '<p title="去甲的路">甲有 <b>3</b> 处</p>'


@pytest.mark.parametrize("path", sorted(bundled("templates").glob("*.html")), ids=lambda path: path.name)
def test_without_translations_a_template_is_unchanged(path: Path) -> None:
    """What the extension cuts up, it puts together again: nothing of a template is lost or moved."""
    source = path.read_text(encoding="utf-8")
    environment = Environment(autoescape=True, extensions=[Wording])
    stream = list(environment._tokenize(source, None))
    plain = list(Environment(autoescape=True)._tokenize(source, None))

    def texts(tokens: list) -> Counter[str]:
        kept = (t.value for t in tokens if t.type in {"data", "string"})
        return Counter(re.sub(r"\{\d+\}|\s", "", "".join(kept)))

    assert texts(stream) == texts(plain)


def test_scripts_are_served_in_english_with_nothing_else_changed(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context("/?lang=en"):
        url = script_url("page.js")
    source = (bundled("static") / "page.js").read_text(encoding="utf-8")
    with client.get(url) as sent:
        said = sent.get_data(as_text=True)
    assert not any(CHINESE.search(line) for line in re.sub(r"/\*.*?\*/|//.*", "", said).splitlines())
    assert said.count("\n") == source.count("\n")
    assert client.get(url.replace("page.js", "nope.js")).status_code == 404
    assert script_in(lambda text: f"<{text}>", "a = '甲'; // '乙'\nb = `丙${x}`; /* \"丁\" */ c = \"x\"") == (
        "a = '<甲>'; // '乙'\nb = `<丙${x}>`; /* \"丁\" */ c = \"x\""
    )
