"""What all tests share: the sample, a store and an application of one's own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from locator import Catalog, Service
from locator._settings import Settings
from locator.store import Store, sample_services
from locator.timeline import SHANGHAI
from locator.web import create_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

HOSTILE = {
    "evil-img": "<img src=x onerror=alert(1)>",
    "evil-template": "${alert(1)}",
    "evil-backtick": "`);alert(1);//",
    "evil-script": "</script><script>alert(1)</script>",
    "evil-jinja": "{{ 7*7 }}{% raw %}",
    "evil-long": "长" * 200,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="write the documentation's screenshots there")


def hostile_services() -> list[Service]:
    return [
        Service(
            id=service_id,
            kind="canteen",
            name=name,
            address=name[:100],
            district="310110",
            town=name[:60],
            source_lon=121.5443 + i * 0.002,
            source_lat=31.2732,
            source_datum="gcj02",
        ).placed()
        for i, (service_id, name) in enumerate(HOSTILE.items())
    ]


@pytest.fixture(scope="session")
def sample() -> list[Service]:
    return list(sample_services())


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory, sample: list[Service]) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/sample.db"
    Store(url).create(sample, "tests")
    return url


@pytest.fixture(scope="session")
def catalog(store_url: str) -> Catalog:
    return Catalog.open(store_url)


@pytest.fixture
def monday() -> datetime:
    """13:05 on Monday 2026-11-23, in the riders' hour."""
    return datetime(2026, 11, 23, 13, 5, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def app(store_url: str) -> Flask:
    return create_app({"TESTING": True}, Settings(store=store_url, basemap="outline"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile')}/hostile.db"
    Store(url).create(hostile_services(), "tests")
    return url
