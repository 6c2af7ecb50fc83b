"""The page of the API: all of the description, in both languages, with nothing from elsewhere."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from openapi_support import operations

from locator.web.openapi import document
from locator.web.openapi.page import kind_of, marked
from locator.web.wording import CHINESE

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def page(client: FlaskClient, language: str) -> str:
    sent = client.get(f"/docs?lang={language}")
    assert sent.status_code == 200
    assert "'unsafe-inline'" not in sent.headers["Content-Security-Policy"]
    return sent.get_data(as_text=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_operation_parameter_and_schema_stands_on_the_page(client: FlaskClient, language: str) -> None:
    text = page(client, language)
    for one in operations(language):
        (part,) = re.findall(rf'(?s)<section class="box op" id="{one.id}".*?</section>', text)
        assert one.path in part
        assert html.escape(one.shape["summary"], quote=False) in html.unescape(part).replace("&", "&amp;")
        for parameter in one.shape.get("parameters", ()):
            assert f"<code>{parameter['name']}</code>" in part
        for status in one.shape["responses"]:
            assert f">{status}</b>" in part
    for name in document(language)["components"]["schemas"]:
        assert f'id="schema-{name}"' in text


def test_every_link_within_the_page_leads_somewhere_and_nothing_comes_from_elsewhere(
    client: FlaskClient,
) -> None:
    text = page(client, "en")
    anchors = set(re.findall(r' id="([^"]+)"', text))
    targets = re.findall(r'href="#([^"]+)"', text)
    assert len(targets) > 200
    assert set(targets) <= anchors
    loaded = re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"', text)
    assert [url for url in loaded if not url.startswith("/")] == []


def test_the_page_in_english_says_nothing_in_chinese_but_examples(client: FlaskClient) -> None:
    text = re.sub(r'(?s)<pre[^>]* lang="zh-CN">.*?</pre>', "", page(client, "en"))
    text = re.sub(r'(?s)<(\w+)(?=[^>]* lang="zh-CN")[^>]*>.*?</\1>', "", text)
    # Examples of what to type are as they are typed.
    text = re.sub(r'(?s)<span class="usual">.*?</span>', "", text)
    body = text[text.index("<main") :]
    assert [line for line in body.splitlines() if CHINESE.search(line)] == []


def test_a_curl_line_of_the_page_can_be_asked(client: FlaskClient) -> None:
    lines = [html.unescape(line) for line in re.findall(r"curl &#39;(http[^<]*?)&#39;", page(client, "en"))]
    assert len(lines) > 40
    asked = [line for line in lines if "/wechat/" not in line and "{" not in line]
    for line in asked:
        assert client.get(line.removeprefix("http://localhost")).status_code in {200, 404}, line
    assert sum(client.get(line.removeprefix("http://localhost")).status_code == 404 for line in asked) <= 1


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 9}, "number > 0"),
        ({"type": ["integer", "null"], "minimum": 0}, "whole number ≥ 0 or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Kind"}}, "list of Kind"),
        ({"anyOf": [{"$ref": "#/components/schemas/Mode"}, {"type": "null"}]}, "Mode or null"),
        ({"type": "string", "enum": ["a", "b"]}, "a | b"),
        ({"type": "string", "const": "Point"}, "Point"),
        ({"enum": ["Point"]}, "Point"),
        ({"type": "string", "format": "date-time"}, "text (time)"),
        ({}, ""),
    ],
)
def test_a_schema_is_told_in_words(shape: dict[str, object], words: str) -> None:
    assert kind_of(shape, "en").words == words


def test_code_is_marked_and_everything_else_escaped() -> None:
    assert marked("`a<b` & <i>") == "<code>a&lt;b</code> &amp; &lt;i&gt;"
