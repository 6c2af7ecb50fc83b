"""A desk to test: people, forms with their tokens, and a street office's list."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import insert

from locator import Service
from locator._settings import Settings
from locator.datum import convert
from locator.store import Store
from locator.store.passwords import hashed
from locator.store.tables import users
from locator.web import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
COLUMNS = ["编号", "名称", "类型", "地址", "区县", "经度", "纬度", "坐标系", "开放时间", "服务设施"]


def station(number: int, **changes: object) -> Service:
    lon, lat = convert(121.54 + number * 0.001, 31.27, "wgs84", "gcj02")
    fields: dict[str, object] = {
        "id": f"st-{number}", "kind": "station", "name": f"第{number}驿站", "district": "310110",
        "address": f"某路{number}号", "source_lon": round(lon, 6), "source_lat": round(lat, 6),
        "source_datum": "gcj02",
    }  # fmt: skip
    return Service.model_validate(fields | changes).placed()


def desk_store(folder: Path) -> Store:
    """Return a store with three stations and somebody of each role, by the role's name."""
    store = Store(f"sqlite:///{folder}/desk.db")
    store.create([station(n) for n in (1, 2, 3)], "tests")
    with store.writing() as connection:
        connection.execute(
            insert(users),
            [
                {"name": role, "password_hash": _kept(), "role": role, "active": True}
                for role in ("reader", "editor", "admin")
            ],
        )
    return store


@cache
def _kept() -> str:
    """Return what is kept of the password; a fifth of a second that need not be spent for every desk."""
    return hashed(PASSWORD, "somebody")


def desk_client(store: Store, **settings: str) -> FlaskClient:
    return create_app(
        {"TESTING": True}, Settings(store=store.url, basemap="outline", **settings)
    ).test_client()


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text[:500]
    return found[1]


def log_in(client: FlaskClient, name: str = "editor", password: str = PASSWORD) -> TestResponse:
    given = {"name": name, "password": password, "csrf_token": token(client.get("/steward/login"))}
    return client.post("/steward/login", data=given)


def send(client: FlaskClient, path: str, page: str = "/steward/records", **form: object) -> TestResponse:
    """Send a form with the token that a page of the desk handed out."""
    return client.post(path, data=form | {"csrf_token": token(client.get(page))})


def upload(client: FlaskClient, content: bytes, name: str = "表.csv") -> TestResponse:
    """Send a file; the answer leads to its preview."""
    return send(client, "/steward/imports", file=(io.BytesIO(content), name))


def sheet(rows: list[list[str]], encoding: str = "gb18030") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    return text.getvalue().encode(encoding)


def list_row(number: int, **changes: str) -> list[str]:
    lon, lat = convert(121.54 + number * 0.001, 31.271, "wgs84", "gcj02")
    cells = {
        "编号": f"new-{number}", "名称": f"新驿站{number}", "类型": "驿站", "地址": f"新路{number}号", "区县": "杨浦区",
        "经度": f"{lon:.6f}", "纬度": f"{lat:.6f}", "坐标系": "gcj02", "开放时间": "周一至周日 8:00-20:00",
        "服务设施": "空调、饮水机",
    }  # fmt: skip
    return [(cells | changes)[name] for name in COLUMNS]


def three_bad_rows() -> bytes:
    """Return ten rows in GB18030 of which the 2nd, 5th and 8th cannot be taken."""
    bad = {
        2: {"名称": ""},
        5: {"经度": "121度30", "纬度": ""},
        8: {"坐标系": "火星坐标之外"},
    }
    bad[8] = {"类型": "", "名称": "不知道是什么"}
    return sheet([list_row(n, **bad.get(n, {})) for n in range(1, 11)])
