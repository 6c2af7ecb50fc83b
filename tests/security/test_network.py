"""No address that somebody sends is ever fetched; hosts, redirects and paths lead nowhere but to ourselves."""

from __future__ import annotations

import io
import json
import socket
import threading
import warnings
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from steward_support import PASSWORD, log_in, send, token, upload
from walk_support import addresses

from locator._bundled import bundled
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from locator.store import Store

INSIDE = (
    "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "http://[::1]:1/", "//evil.example/x", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x", "/vsicurl/http://169.254.169.254/x", "ftp://evil.example/x", "http://evil.example@127.0.0.1:1/",
)  # fmt: skip
NAMES = ("url", "next", "source_url", "apply_url", "place", "q", "path", "src", "href", "callback", "redirect", "host", "network",
         "boundary", "demand", "title", "service", "file", "datum", "lang", "theme", "at")  # fmt: skip


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note every name that is looked up and every place that is connected to, and let none of it happen."""
    tried: list[Any] = []

    def refuse(*asked: object, **_: object) -> None:
        tried.append(asked)
        raise OSError("no network in this test")

    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    return tried


@pytest.fixture
def trap() -> Iterator[tuple[int, list[bytes]]]:
    """A server that notes who asks it: what compiled code does passes by Python's sockets."""
    heard: list[bytes] = []
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def listen() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(1)
                heard.append(line.recv(1000) or b"connected")

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield listener.getsockname()[1], heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)


def test_no_address_in_any_parameter_of_any_page_is_fetched(desk: FlaskClient, reached: list[Any]) -> None:
    token_ = token(desk.get("/steward/records"))
    for at in addresses(desk.application):
        if at.endpoint in {"steward.people.log_out", "steward.people.log_in", "plan.ask", "plan.state"}:
            continue
        for address in INSIDE[:3] if "/steward" in at.rule else INSIDE:
            query = dict.fromkeys(NAMES, address)
            assert desk.get(at.path.partition("?")[0], query_string=query, buffered=True).status_code < 500, (
                at.rule
            )
        if "POST" in at.methods:
            form = dict.fromkeys((*NAMES, "name", "offers", "stops"), INSIDE[0]) | {"csrf_token": token_}
            assert desk.post(at.path, data=form, buffered=True).status_code < 500, at.rule
    assert reached == []


def test_a_record_full_of_addresses_is_shown_without_asking_any(
    desk: FlaskClient, store: Store, reached: list[Any]
) -> None:
    form = {"name": "http://169.254.169.254/", "kind": "station", "status": "active", "version": "1", "apply_url": INSIDE[0], "source_url": INSIDE[1]}  # fmt: skip
    send(desk, "/steward/records/st-1", **form)
    assert store.get("st-1").apply_url == INSIDE[0]
    for path in (
        "/s/st-1",
        "/s/st-1/qr.svg",
        "/s/st-1/poster.pdf",
        "/map.svg?service=st-1",
        "/embed?service=st-1",
        "/api/v1/services/st-1",
    ):
        assert desk.get(path).status_code < 500
    assert reached == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:alert(1)"]
)
def test_a_link_that_would_run_is_no_link(desk: FlaskClient, url: str) -> None:
    form = {
        "name": "一号",
        "kind": "station",
        "status": "active",
        "version": "1",
        "apply_url": url,
        "source_url": url,
    }
    send(desk, "/steward/records/st-1", **form)
    assert f'href="{url.strip()}' not in desk.get("/s/st-1").text
    assert f'href="{url.strip()}' not in desk.get("/steward/records/st-1").text


def test_no_upload_makes_us_ask_another_server(
    desk: FlaskClient, reached: list[Any], trap: tuple[int, list[bytes]]
) -> None:
    port, heard = trap
    away = f"http://127.0.0.1:{port}/x"
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="l"><SrcDataSource>/vsicurl/{away}.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    feature = {"type": "Feature", "properties": {"name": away}, "geometry": away}
    files = {
        "a.geojson": json.dumps(away).encode(),
        "b.geojson": json.dumps({"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": away}}, "features": [feature]}).encode(),
        "c.csv": f"名称,地址,经度,纬度\n一号,/vsicurl/{away},121.5,31.2\n".encode(),
        "d.zip": zipped({"a.vrt": vrt}),
        "e.zip": zipped({"a.shp": vrt}),
        "f.zip": zipped({f"vsicurl/{away}.shp": b"\x00\x00\x27\x0a", "a.prj": away}),
        "g.shp": vrt.encode(),
        "h.gpkg": vrt.encode(),
        "i.xlsx": zipped({"xl/workbook.xml": f'<!DOCTYPE x SYSTEM "{away}"><workbook/>', "[Content_Types].xml": f'<!DOCTYPE x [<!ENTITY e SYSTEM "{away}">]><Types>&e;</Types>'}),
        "j.ods": zipped({"content.xml": f'<!DOCTYPE x SYSTEM "{away}"><office:document-content xmlns:office="x"/>', "mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
    }  # fmt: skip
    for name, content in files.items():
        assert upload(desk, content, name).status_code in {302, 400}, name
    assert reached == []
    assert heard == []


def zipped(files: dict[str, bytes | str]) -> bytes:
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_the_trap_is_one(trap: tuple[int, list[bytes]]) -> None:
    """What the test before would have seen, had anybody asked."""
    import pyogrio

    port, heard = trap
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(pyogrio.errors.DataSourceError):
            pyogrio.read_info(f"/vsicurl/http://127.0.0.1:{port}/x.geojson")
    assert heard


def test_the_host_that_a_request_names_stands_in_no_answer(public: FlaskClient) -> None:
    looked_at = 0
    for at in addresses(public.application):
        if "GET" not in at.methods or at.rule.startswith(("/plan", "/static", "/favicon")):
            continue
        answer = public.get(
            at.path,
            base_url="https://evil.example",
            headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
            buffered=True,
        )
        text = answer.data + str(answer.headers).encode()
        assert b"evil.example" not in text, at.rule
        looked_at += answer.status_code == 200
    assert looked_at > 20


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/steward/\\evil.example", "\\\\evil.example", "/steward//..//evil", "javascript:alert(1)",
     "https:evil.example", "/steward/@evil.example", "/steward/\r\nSet-Cookie: a=b", "http://localhost@evil.example/steward/", "/stewardevil"],
)  # fmt: skip
def test_no_redirect_leaves_the_site(seat: FlaskClient, target: str) -> None:
    client = seat.application.test_client()
    form = {
        "name": "editor",
        "password": PASSWORD,
        "next": target,
        "csrf_token": token(client.get("/steward/login")),
    }
    answer = client.post("/steward/login", data=form)
    assert answer.status_code == 302
    location = answer.headers["Location"]
    assert urlsplit(location).netloc in {"", "localhost"}
    assert location.startswith("/steward/")
    assert "\n" not in location
    assert "Set-Cookie: a=b" not in str(answer.headers).replace("%0D%0A", "")
    for path in ("/", "/embed", "/events", "/along", "/offline", "/y/310110", "/s/st-1/wrong"):
        found = client.get(
            path, query_string={"next": target, "url": target, "redirect": target, "lang": "en"}
        )
        assert urlsplit(found.headers.get("Location", "/")).netloc in {"", "localhost"}


@pytest.mark.parametrize(
    "path",
    ["/static/../setup.cfg", "/static/..%2fsetup.cfg", "/static/....//setup.cfg", "/static//etc/passwd", "/static/%00", "/static/app.css%00.png",
     "/assets/{tag}/../../setup.cfg", "/assets/{tag}//etc/passwd", "/scripts/{tag}/en/..%2f..%2fsetup.cfg", "/scripts/{tag}/../app.js", "/outline/../a.json",
     "/outline/..%2f..%2f.json", "/MP_verify_..%2f..%2fx.txt", "/..%2fsetup.txt", "/icon-1.png", "/s/..%2f..%2fetc%2fpasswd", "/api/v1/services/..%2fx",
     "/plan/..%2fkey/plan.json", "/steward/imports/..%2f..%2fkey", "/api/v1/district/..%2f..%2fx/offline.json"],
)  # fmt: skip
def test_a_path_leads_to_no_file_that_is_not_served(seat: FlaskClient, path: str) -> None:
    from locator.maps.assets import static_tag

    asked = path.format(tag=static_tag())
    answer = seat.get("/", environ_overrides={"PATH_INFO": asked.replace("%2f", "/").replace("%00", "\0")})
    plain = seat.get(asked)
    for found in (answer, plain):
        assert found.status_code in {308, 404}, path
        assert b"[metadata]" not in found.data
        assert b"root:" not in found.data


def test_static_files_are_only_those_that_pages_need() -> None:
    kinds = {path.suffix for path in bundled("static").rglob("*") if path.is_file()}
    assert kinds <= {".css", ".js", ".svg", ".png", ".json", ".webmanifest", ".woff2", ".html"}


def test_a_server_s_debugger_is_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from locator._settings import Settings

    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app(settings=Settings(store=store.url, basemap="outline"))
    app.debug = False  # as `locator serve` runs it: granian never asks for a debugger
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> str:
        raise RuntimeError("secret words of a stack")

    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert "Traceback" not in answer.text
    assert "werkzeug" not in answer.text.lower()
    client = app.test_client()
    log_in(client)
    assert client.get("/console").status_code == 404
