"""What every answer carries, walked over every address that there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from steward_support import desk_client, log_in
from walk_support import addresses

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from locator.store import Store

# Flask-Compress leaves the file behind an answer to the collector, which then grumbles here.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
FOR_OTHERS = {
    "/embed",
    "/embed.js",
    "/map.png",
    "/map.svg",
    "/s/<service_id>/qr.svg",
    "/static/<path:filename>",
}


def every_answer(client: FlaskClient) -> dict[str, TestResponse]:
    return {
        f"{method} {at.rule}": client.open(at.path, method=method, buffered=True)
        for at in addresses(client.application)
        for method in ("GET", "POST")
        if method in at.methods
    }


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TestResponse]:
    """Return what every address answers, on a site reached by https, to an editor."""
    from steward_support import desk_store

    client = desk_client(desk_store(tmp_path_factory.mktemp("walk")), public_url="https://ditu.example")
    client.environ_base |= {"wsgi.url_scheme": "https", "HTTP_REFERER": "https://localhost/"}
    log_in(client)
    return every_answer(client)


def test_the_walk_meets_pages_data_files_and_refusals(answers: dict[str, TestResponse]) -> None:
    assert len(answers) > 60
    assert {200, 302, 400, 401, 404} <= {answer.status_code for answer in answers.values()}
    assert not [where for where, answer in answers.items() if answer.status_code == 500]


def test_every_answer_says_how_it_may_be_used(answers: dict[str, TestResponse]) -> None:
    for where, answer in answers.items():
        rule = where.partition(" ")[2]
        assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"], where
        assert answer.headers.getlist("Referrer-Policy") == ["same-origin"], where
        own = "cross-origin" if rule in FOR_OTHERS else "same-origin"
        assert answer.headers.getlist("Cross-Origin-Resource-Policy") == [own], where
        assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=31536000"], where
        assert len(answer.headers.getlist("Content-Security-Policy")) == 1, where


def test_no_policy_allows_inline_or_evaluated_code_or_a_host_that_is_not_named(
    answers: dict[str, TestResponse],
) -> None:
    for where, answer in answers.items():
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] in {"'none'", "'self'"}, where
        assert "frame-ancestors" in policy or where == "GET /sw.js", where
        for directive, sources in policy.items():
            assert not re.search(r"unsafe|\*|data:|http:", sources) or directive == "img-src", (
                where,
                directive,
            )
            assert "unsafe" not in sources, where
        if answer.mimetype == "text/html":
            assert re.fullmatch(r"'nonce-[\w-]{22}'", policy["script-src"]), where
            assert policy["base-uri"] == "'none'", where
            assert policy["form-action"] == "'self'", where


def test_pages_stand_alone_and_only_the_embed_could_be_framed_by_strangers(
    answers: dict[str, TestResponse],
) -> None:
    for where, answer in answers.items():
        if answer.mimetype == "text/html":
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
            assert "camera=()" in answer.headers["Permissions-Policy"], where
        assert (
            re.search(r"frame-ancestors '(self|none)'", answer.headers["Content-Security-Policy"])
            or where == "GET /sw.js"
        )


def test_every_answer_says_what_it_is_in_which_characters(answers: dict[str, TestResponse]) -> None:
    for where, answer in answers.items():
        assert answer.content_type, where
        if answer.mimetype.startswith("text/"):
            assert answer.mimetype_params["charset"] == "utf-8", where


def test_nothing_of_the_desk_is_kept_by_a_browser_or_a_proxy(answers: dict[str, TestResponse]) -> None:
    desk = {where: answer for where, answer in answers.items() if " /steward" in where}
    assert len(desk) > 20
    for where, answer in desk.items():
        assert answer.headers["Cache-Control"] == "no-store", where


def test_nothing_that_is_kept_publicly_sets_a_cookie(answers: dict[str, TestResponse]) -> None:
    for where, answer in answers.items():
        if "/steward" not in where:
            assert "Set-Cookie" not in answer.headers, where


def test_no_answer_tells_what_it_runs_on(answers: dict[str, TestResponse]) -> None:
    for where, answer in answers.items():
        assert not {"Server", "X-Powered-By", "X-AspNet-Version"} & set(answer.headers.keys()), where


def test_without_https_nothing_is_promised_that_would_lock_people_out(store: Store) -> None:
    for url in ("http://ditu.example", ""):
        client = desk_client(store, **({"public_url": url} if url else {}))
        for path in ("/", "/api/v1/nearest?lon=121.5&lat=31.2", "/healthz"):
            assert "Strict-Transport-Security" not in client.get(path, buffered=True).headers


def test_the_hot_lane_carries_what_the_framework_does(public: FlaskClient) -> None:
    path = "/api/v1/nearest?lon=121.54&lat=31.27"
    lane, framework = public.get(path), public.get(path + "&at=2026-11-23T13:05")
    assert lane.status_code == framework.status_code == 200
    named = ("X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Strict-Transport-Security")  # fmt: skip
    assert [lane.headers[name] for name in named] == [framework.headers[name] for name in named]


def test_no_template_or_script_writes_markup_or_evaluates_text() -> None:
    from locator._bundled import bundled

    looked_at = 0
    for folder, pattern in (("static", "*.js"), ("templates", "**/*.html")):
        for path in bundled(folder).glob(pattern):
            looked_at += 1
            text = path.read_text(encoding="utf-8")
            bad = re.findall(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\son\w+=\"|javascript:|\|\s*safe\b",
                text,
            )
            assert not bad, (path.name, bad)
    assert looked_at > 20
