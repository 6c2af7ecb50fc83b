"""A desk with somebody of each role, logged in, for tests that try doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from steward_support import desk_client, desk_store, log_in

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from locator.store import Store

PUBLIC = "https://ditu.example"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return desk_store(tmp_path)


@pytest.fixture
def desk(store: Store) -> FlaskClient:
    """Return a browser with an editor at the desk."""
    client = desk_client(store)
    log_in(client)
    return client


@pytest.fixture
def public(store: Store) -> FlaskClient:
    """Return a browser at a site that is reached by https."""
    client = desk_client(store, public_url=PUBLIC)
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a browser with an editor at the desk, for tests that leave it as it was."""
    client = desk_client(desk_store(tmp_path_factory.mktemp("seat")))
    log_in(client)
    return client
