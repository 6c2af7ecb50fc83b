"""An application of one's own, and one that is really served: other people's clients open it over HTTP."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from ogc_support import Served, mobile, serving, unplaced, write_plan

from locator._settings import Settings
from locator.store import Store
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from locator import Service


@pytest.fixture(scope="session")
def own_app(tmp_path_factory: pytest.TempPathFactory, sample: list[Service]) -> Flask:
    """The sample with a mobile service, one that nobody has placed, and a saved plan."""
    folder = tmp_path_factory.mktemp("own")
    Store(f"sqlite:///{folder}/own.db").create([*sample, mobile(), unplaced()], "tests")
    app = create_app({"TESTING": True}, Settings(store=f"sqlite:///{folder}/own.db", basemap="outline"))
    write_plan(app.extensions["locator.plans"].folder)
    return app


@pytest.fixture
def ogc(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


@pytest.fixture
def held(sample: list[Service]) -> list[Service]:
    """What the application holds, in the order of the ids."""
    return sorted([*sample, mobile(), unplaced()], key=lambda service: service.id)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, sample: list[Service]) -> Iterator[Served]:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):  # of 127.0.0.1 no proxy knows
        os.environ.pop(name, None)
    with serving(tmp_path_factory.mktemp("served"), [*sample, mobile()]) as found:
        yield found
