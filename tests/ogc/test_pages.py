"""The same addresses as pages: by Accept or by f=, in both languages, with nothing that the policy forbids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import validate

from locator._settings import Settings
from locator.web import create_app
from locator.web.ogc.description import paths, schemas

if TYPE_CHECKING:
    from flask.testing import FlaskClient

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PATHS = [
    "", "/conformance", "/api", "/collections", "/collections/gaps", "/collections/offers/queryables", "/collections/events/schema",
    "/collections/services/schema/feature", "/collections/services/items", "/collections/services/items/bus-1", "/collections/gaps/items",
    "/collections/districts/items/310110", "/collections/events/items/bus-1~1", "/collections/stops/items?service=none",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_gets_a_page_and_a_program_gets_json(ogc: FlaskClient, path: str) -> None:
    page = ogc.get(f"/ogc{path}", headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Accept" in page.headers["Vary"]
    assert "ETag" not in page.headers  # its nonce is for once
    for accept in ("*/*", "application/json", "application/geo+json, application/json"):
        assert "json" in ogc.get(f"/ogc{path}", headers={"Accept": accept}).mimetype
    joint = "&" if "?" in path else "?"
    assert ogc.get(f"/ogc{path}{joint}f=html").mimetype == "text/html"
    assert "json" in ogc.get(f"/ogc{path}{joint}f=json", headers={"Accept": BROWSER}).mimetype


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_speak_both_languages_and_load_nothing_foreign(
    ogc: FlaskClient, path: str, language: str
) -> None:
    page = ogc.get(f"/ogc{path}", headers={"Accept": BROWSER, "Accept-Language": language})
    text, policy = page.get_data(as_text=True), page.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    for tag in re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", text):
        assert nonce[1] in tag or "application/json" in tag
    assert "style=" not in text.partition("<main")[2]
    heading = re.search(r"<h2>([^<]+)</h2>", text)
    assert heading
    if path in {"", "/collections", "/conformance"}:
        assert bool(re.search("[\u4e00-\u9fff]", heading[1])) == (language == "zh")


def test_every_address_of_a_page_leads_somewhere(ogc: FlaskClient) -> None:
    waiting, seen = ["/ogc?f=html"], set()
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 120:
            continue
        seen.add(path)
        answer = ogc.get(path, headers={"Accept": BROWSER})
        assert answer.status_code == 200, path
        if answer.mimetype == "text/html" and path.startswith("/ogc"):
            main = answer.get_data(as_text=True).partition("<main")[2]
            found = [
                href.replace("&amp;", "&") for href in re.findall(r'href="http://localhost([^"]+)"', main)
            ]
            waiting += [href for href in found if href not in seen]
    assert len(seen) > 60


def test_what_is_invented_is_marked_and_conditions_stay_in_the_form(ogc: FlaskClient) -> None:
    page = ogc.get("/ogc/collections/services/items?f=html&filter=demo%20%3D%20TRUE&limit=2").get_data(
        as_text=True
    )
    assert page.count('<span class="demo">') == 2
    assert 'value="demo = TRUE"' in page
    assert "after=" in page
    assert "filter=demo%20%3D%20TRUE" in page


def test_names_that_would_be_markup_are_shown_as_text(hostile_url: str) -> None:
    client = create_app({"TESTING": True}, Settings(store=hostile_url, basemap="outline")).test_client()
    page = client.get("/ogc/collections/services/items?f=html").get_data(as_text=True)
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"<b>([^<]+)</b>", page)


def test_other_sites_may_read_what_is_public(ogc: FlaskClient) -> None:
    answer = ogc.get("/ogc/collections/services/items?limit=1", headers={"Origin": "https://map.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_description_is_valid_and_names_every_address(ogc: FlaskClient, language: str) -> None:
    described = ogc.get("/ogc/api?f=json", headers={"Accept-Language": language}).get_json(force=True)
    validate(described)
    joined = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths(language)}
    validate({**joined, "components": {"schemas": schemas(language)}})
    rules = {r.rule for r in ogc.application.url_map.iter_rules() if r.endpoint.startswith("ogc.")}
    templates = {
        re.sub(r"/collections/[a-z]+(?=/|$)", "/collections/<name>", path) for path in paths(language)
    }
    assert {rule.replace("<feature_id>", "{featureId}") for rule in rules} == templates


def test_parameters_that_are_described_are_those_that_are_taken(ogc: FlaskClient) -> None:
    for path, operation in paths().items():
        for parameter in operation["get"]["parameters"]:
            if parameter["in"] == "query" and "{" not in path:
                empty = ogc.get(path, query_string={parameter["name"]: ""})
                assert "没有" not in empty.text or empty.status_code == 200, (path, parameter["name"])
