"""Requests that are too large, too long, too many or not what they say: refused, and nobody else waits."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING

from steward_support import token
from walk_support import addresses

if TYPE_CHECKING:
    from flask.testing import FlaskClient

OURS = {"Sec-Fetch-Site": "same-origin"}


def test_a_form_of_a_couriers_is_small(desk: FlaskClient) -> None:
    for path in ("/need", "/s/st-1/wrong", "/plan/0123456789abcdef/cancel"):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = desk.post(path, data=b"what=closed&x=" + b"y" * 200_000, content_type=kind, headers=OURS)
            assert answer.status_code in {404, 413}, path
            assert answer.status_code == 413 or "plan" in path


def test_a_form_of_very_many_fields_is_refused(desk: FlaskClient) -> None:
    secret = token(desk.get("/steward/records"))
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n1\r\n' for n in range(5000))
    body = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{secret}\r\n{parts}--x--\r\n'.encode()
    answer = desk.post("/steward/new", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_a_form_of_the_desk_has_two_megabytes_at_most(desk: FlaskClient) -> None:
    answer = desk.post(
        "/steward/new", data={"csrf_token": token(desk.get("/steward/new")), "offers": "x" * 3_000_000}
    )
    assert answer.status_code == 413


def test_json_in_a_field_may_be_nested_as_deep_as_it_likes(desk: FlaskClient) -> None:
    secret = token(desk.get("/steward/new"))
    for depth in (500, 990, 5000, 200_000):
        form = {"csrf_token": secret, "name": "一号", "kind": "station", "offers": "[" * depth + "]" * depth}
        assert desk.post("/steward/new", data=form).status_code == 400


def test_a_packed_request_is_not_unpacked(desk: FlaskClient) -> None:
    """A bomb in `Content-Encoding: gzip` stays what it is: bytes that are no form."""
    packed = gzip.compress(b"what=closed&x=" + b"0" * 30_000_000)
    assert len(packed) < 64 * 1024
    began = time.process_time()
    headers = {**OURS, "Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}
    assert desk.post("/s/st-1/wrong", data=packed, headers=headers).status_code == 400
    assert time.process_time() - began < 2


def test_a_very_long_question_costs_no_more_than_a_short_one(desk: FlaskClient) -> None:
    for path, name in (("/api/v1/nearest", "kind"), ("/api/v1/suggest", "q"), ("/api/v1/along", "path"), ("/steward/hours", "text"),
                       ("/steward/records", "q"), ("/", "place"), ("/embed", "title"), ("/map.svg", "title"), ("/oembed", "url")):  # fmt: skip
        for text in ("a" * 60_000, "1,2;" * 15_000, "周一至周五" * 10_000, "(" * 60_000):
            began = time.process_time()
            answer = desk.get(path, query_string={"lon": "121.5", "lat": "31.2", name: text})
            assert answer.status_code < 500, (path, text[:5])
            assert time.process_time() - began < 3, (path, text[:5])
            assert len(answer.data) < 600_000, (path, text[:5])


def test_very_many_parameters_and_very_long_headers_are_no_mistake_of_ours(desk: FlaskClient) -> None:
    many = "&".join(f"x{n}={n}" for n in range(20_000))
    for path in ("/", "/api/v1/nearest", "/plan/0123456789abcdef"):
        assert desk.get(f"{path}?lon=121.5&lat=31.2&{many}").status_code == 414
    long = {"Accept-Language": "zh," * 20_000, "Accept-Encoding": "br," * 20_000, "Cookie": "a=b;" * 10_000,
            "If-None-Match": '"x",' * 10_000, "User-Agent": "x" * 60_000,
            "X-Forwarded-For": "1.2.3.4," * 9000, "Authorization": "Bearer " + "x" * 60_000}  # fmt: skip
    for name, value in long.items():
        began = time.process_time()
        for path in ("/", "/api/v1/nearest?lon=121.5&lat=31.2", "/embed.js"):
            assert desk.get(path, headers={name: value}).status_code < 500, name
        assert desk.post("/api/v1/imports", headers={name: value}).status_code in {401, 413}
        assert time.process_time() - began < 6, name


def test_what_is_asked_for_twice_is_one_answer(desk: FlaskClient) -> None:
    """A parameter given twice is read the same by what checks it and by what uses it."""
    lane = desk.get("/api/v1/nearest?lon=121.5&lat=31.2&limit=2&limit=bad")
    assert lane.status_code == 400
    framework = desk.get("/api/v1/nearest?lon=121.5&lat=31.2&at=2026-11-23T13:05&limit=2&limit=bad")
    assert framework.status_code == lane.status_code


def test_data_is_never_taken_from_a_type_that_a_strangers_form_can_send(desk: FlaskClient) -> None:
    for kind in ("text/plain", "application/json", "application/xml"):
        answer = desk.post("/need", data=b'cell=8830e0c491fffff&x={"a":1}', content_type=kind, headers=OURS)
        assert answer.status_code == 400


def test_no_address_answers_to_a_callback_or_shares_credentials(desk: FlaskClient) -> None:
    looked_at = 0
    for at in addresses(desk.application):
        if "GET" not in at.methods or at.endpoint in {"plan.ask", "static", "files.favicon"}:
            continue
        answer = desk.get(
            at.path + ("&" if "?" in at.path else "?") + "callback=evil&jsonp=evil",
            headers={"Origin": "https://evil.example"},
            buffered=True,
        )
        assert "Access-Control-Allow-Credentials" not in answer.headers, at.rule
        assert answer.headers.get("Access-Control-Allow-Origin", "*") == "*", at.rule
        if "/steward" in at.rule or "/plan" in at.rule:
            assert "Access-Control-Allow-Origin" not in answer.headers, at.rule
        assert not answer.data.startswith(b"evil("), at.rule
        looked_at += 1
    assert looked_at > 40
