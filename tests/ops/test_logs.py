"""Log lines: what they hold, and what never stands in them."""

from __future__ import annotations

import json
import logging
import logging.config
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from ops_support import fetch

from locator import Service
from locator._settings import Settings
from locator.store import Store
from locator.web import create_app
from locator.web.operations.logs import configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from ops_support import Watched

# What people send, in every place it can be sent in; each must be nowhere in the log.
LON, LAT = "121.5443219", "31.2754876"
PLACE, TOKEN, ADDRESS, NAME = "geheimort", "geheimtoken-0123456789", "203.0.113.77", "geheimname"
SECRET = (LON, LAT, PLACE, TOKEN, ADDRESS, NAME, "12154", "127.0.0.1")
ASKED = (
    f"/api/v1/nearest?lon={LON}&lat={LAT}",
    f"/api/v1/nearest?lon={LON}&lat={LAT}&at=2026-11-23T13:05",
    f"/api/v1/nearest?lon={LON}&lat={LAT}&kind={PLACE}",
    f"/?lon={LON}&lat={LAT}&place={PLACE}",
    f"/api/v1/services?q={PLACE}",
    f"/api/v1/services/{NAME}",
    f"/s/{NAME}",
    f"/{NAME}?token={TOKEN}",
    f"/api/v1/along?path={LON},{LAT};{LAT},{LON}",
    f"/oembed?url=https://x.example/?lon={LON}",
    f"/map.svg?lon={LON}&lat={LAT}",
)
ONE = Service(id="a-1", kind="station", name="一号", lon=121.54, lat=31.27)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """Let the process log as a server would, into a file; give the lines."""
    path = tmp_path / "lines"
    root = logging.getLogger()
    # Not pytest's: they listen in for their own ends.
    before, kept = root.handlers[:], root.level

    def begin(form: str) -> list[str]:
        options = configuration(form)
        options["handlers"]["stderr"] = {
            "class": "logging.FileHandler", "filename": str(path), "formatter": "ours",
        }  # fmt: skip
        logging.config.dictConfig(options)
        return []

    def read(form: str = "") -> list[str]:
        return begin(form) if form else path.read_text(encoding="utf-8").splitlines()

    yield read
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:], root.level = before, kept
    logging.getLogger("locator.requests").setLevel(logging.NOTSET)
    logging.getLogger("_granian").setLevel(logging.NOTSET)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    store = Store(f"sqlite:///{tmp_path}/own.db")
    store.create([ONE], "tests")
    return create_app({}, Settings(store=store.url, basemap="outline", log_requests="on"))


def ask_everything(app: Flask) -> None:
    client = app.test_client()
    headers = {
        "X-Forwarded-For": ADDRESS, "Authorization": f"Bearer {TOKEN}", "Cookie": f"session={TOKEN}",
        "User-Agent": NAME, "Referer": f"https://x.example/?lon={LON}", "X-Request-Id": NAME,
    }  # fmt: skip
    for path in ASKED:
        client.get(path, headers=headers, environ_overrides={"REMOTE_ADDR": ADDRESS})
    client.post("/api/v1/imports", data={"why": PLACE}, headers=headers)
    client.open(f"/?q={PLACE}", method=NAME.upper(), headers=headers)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_position_name_token_or_address_is_ever_logged(
    app: Flask, lines: Callable[[str], list[str]], form: str
) -> None:
    lines(form)
    ask_everything(app)
    said = lines("")
    assert len(said) >= len(ASKED) + 2  # each was logged
    for word in SECRET:
        assert not [line for line in said if word.lower() in line.lower()], word


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_failure_that_nobody_foresaw_is_told_without_the_words_that_repeat_the_question(
    app: Flask, lines: Callable[[str], list[str]], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines(form)

    def broken(*_: object, **__: object) -> None:
        try:
            float(f"{LON}N")  # whose message holds what was sent
        except ValueError as error:
            raise RuntimeError(f"cannot read {LON} of {ADDRESS} with {TOKEN}") from error

    monkeypatch.setattr("locator.web.api.answer_run", broken)
    answer = app.test_client().get(f"/api/v1/along?path={LON},{LAT};{LON},{LAT}")
    assert answer.status_code == 500
    said = "\n".join(lines(""))
    assert "RuntimeError" in said
    assert "ValueError" in said
    assert "test_logs.py" in said  # where it broke
    assert "/api/v1/along" in said
    for word in SECRET:
        assert word not in said


def test_a_json_line_has_what_a_request_was(app: Flask, lines: Callable[[str], list[str]]) -> None:
    lines("json")
    client = app.test_client()
    lane = client.get("/api/v1/nearest?lon=121.54&lat=31.27")
    client.get("/api/v1/services/nobody", headers={"X-Request-Id": "0" * 31 + "f"})
    client.open("/", method="GEHEIM")
    first, second, third = map(json.loads, lines("")[-3:])
    assert first | {"time": 0, "duration_ms": 0} == {
        "time": 0, "level": "info", "logger": "locator.requests", "message": first["message"], "method": "GET",
        "route": "lane", "status": 200, "duration_ms": 0, "bytes": len(lane.data),
        "request_id": lane.headers["X-Request-Id"],
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    assert 0 < first["duration_ms"] < 5000
    assert (second["route"], second["status"]) == ("/api/v1/services/<service_id>", 404)
    assert second["request_id"] == "0" * 31 + "f"  # the proxy's, to find both lines by
    assert (third["method"], third["route"]) == ("other", "unmatched")


def test_without_the_setting_requests_are_not_logged(
    tmp_path: Path, lines: Callable[[str], list[str]]
) -> None:
    store = Store(f"sqlite:///{tmp_path}/quiet.db")
    store.create([ONE], "tests")
    app = create_app({}, Settings(store=store.url, basemap="outline"))
    lines("json")
    answer = app.test_client().get("/healthz")
    assert lines("") == []
    assert "X-Request-Id" not in answer.headers


def test_a_server_logs_json_only_and_nothing_of_whom_it_serves(serve: Callable[..., Watched]) -> None:
    served = serve(workers=2, LOCATOR_LOG_FORMAT="json", LOCATOR_LOG_REQUESTS="on")
    for path in ASKED:
        fetch(served.port, path, X_Forwarded_For=ADDRESS, Authorization=f"Bearer {TOKEN}")
    assert served.stop() == 0
    said = [json.loads(line) for line in served.said().splitlines()]
    requests = [line for line in said if line["logger"] == "locator.requests"]
    # Those that a worker asks itself to be warm are logged, too.
    assert len([line for line in requests if line["route"] == "lane"]) >= 1
    assert any(line["logger"].startswith("_granian") for line in said)
    text = json.dumps([line for line in said if "Listening" not in line["message"]])
    for word in SECRET:
        assert word not in text, word


def test_serve_refuses_a_format_it_does_not_know(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "locator", "serve", "--port", "8999"]
    done = subprocess.run(
        command, env={**os.environ, "LANG": "en", "LOCATOR_LOG_FORMAT": "xml"}, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "LOCATOR_LOG_FORMAT must be one of text, json" in done.stderr
