"""A store of an older format becomes one of today's and loses nothing; a newer one is left alone."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import locator.store
from locator import Catalog, Service, StoreError
from locator.store import Store
from locator.store.tables import FORMAT, metadata

if TYPE_CHECKING:
    from collections.abc import Callable

# Written by the first version: three services, an edit with a new one, and another edit.
VERSION_1 = Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    connection.close()
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_store_of_the_first_version_is_upgraded_without_loss(
    old: Path, opened: Callable[[str], Store], caplog: pytest.LogCaptureFixture
) -> None:
    services = rows(old, "SELECT id, version, revision, record FROM services ORDER BY id")
    changes = rows(
        old, "SELECT revision, service_id, at, who, why, before, after FROM revisions ORDER BY revision"
    )
    assert (len(services), len(changes)) == (4, 6)
    with caplog.at_level(logging.WARNING):
        store = opened(str(old))
    assert "from format 1 to" in caplog.text
    assert rows(old, "SELECT id, version, revision, record FROM services ORDER BY id") == services
    history = [c for row in services for c in store.history(str(row[0]))]
    kept = [
        (c.revision, c.service_id, c.at, c.who, c.why, c.before, c.after)
        for c in sorted(history, key=lambda change: change.revision)
    ]
    assert kept == changes
    assert [c.version for c in store.history("yp-canteen-001")] == [1, 2, 3]
    assert [(b.batch, b.last) for b in store.batches()] == [(6, 6), (4, 5), (1, 3)]
    assert store.version() == 6
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]


def test_an_upgraded_store_goes_on_as_any_other(old: Path, opened: Callable[[str], Store]) -> None:
    store = opened(str(old))
    then = Catalog.open(str(old), as_of=datetime.fromisoformat(store.history("b-2")[0].at))
    assert then.service(then.row_of("yp-canteen-001")).phone is None
    assert store.undo(batch=4, who="王", why="撤销", expected={"yp-canteen-001": 3}).removed == ("b-2",)
    store.save([Service(id="c-3", kind="station", name="三")], who="王", why="x")
    assert [c.version for c in store.history("yp-canteen-001")] == [1, 2, 3, 4]
    caught = opened(str(old))
    assert caught.version() == 9


def test_an_empty_store_of_the_first_version_is_upgraded(old: Path, opened: Callable[[str], Store]) -> None:
    connection = sqlite3.connect(old)
    connection.executescript("DELETE FROM services; DELETE FROM revisions;")
    connection.close()
    assert opened(str(old)).snapshot() == (0, "", [])


def test_a_newer_store_is_refused_and_left_as_it_is(url: str, opened: Callable[[str], Store]) -> None:
    store = Store(url)
    store.create([], "first list")
    with store.writing() as connection:
        connection.execute(text("UPDATE locator_store SET value = '99' WHERE key = 'format'"))
    with pytest.raises(StoreError, match="newer locator") as caught:
        opened(url)
    assert "更新版本" in caught.value.text.zh
    with pytest.raises(StoreError, match="newer locator"):
        store.create([], "x")
    store.close()


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geography'")
def test_the_steps_lead_to_the_tables_that_the_code_knows(url: str) -> None:
    store = Store(url)
    store.create([], "first list")

    def ours(_thing: object, name: str | None, *_: object) -> bool:
        # PostGIS's own, and the column that only PostGIS has.
        return name not in {"spatial_ref_sys", "alembic_version", "position", "ix_services_position"}

    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []
    store.close()


def test_the_newest_step_is_the_newest_format() -> None:
    folder = Path(locator.store.__file__).with_name("migrations")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == str(FORMAT)


def test_opening_many_times_at_once_upgrades_once(old: Path, opened: Callable[[str], Store]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        versions = list(pool.map(lambda _: opened(str(old)).version(), range(6)))
    assert versions == [6] * 6
    assert rows(old, "SELECT value FROM locator_store") == [(str(FORMAT),)]


def test_positions_are_derived_from_the_records(cluster: object, opened: Callable[[str], Store]) -> None:
    url = cluster.new(bare=True)
    own = Store(url)
    fixed = Service(
        id="a", kind="station", name="甲", source_lon=121.5, source_lat=31.2, source_datum="gcj02"
    )
    mobile = Service(id="b", kind="station", name="乙", stops=[{"lon": 121.4, "lat": 31.1}])
    own.create([fixed, mobile, Service(id="c", kind="station", name="丙")], "first list")
    moved = fixed.model_copy(update={"source_lon": 121.6})
    own.close()

    def asked() -> list[tuple[object, ...]]:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            kind = connection.execute(
                text("SELECT type, srid FROM geography_columns WHERE f_geography_column = 'position'")
            ).all()
            assert [tuple(row) for row in kind] == [("Point", 4326)]
            method = text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_services_position'")
            assert "USING gist" in connection.execute(method).scalar_one()
            found = connection.execute(
                text(
                    "SELECT id, ST_X(position::geometry), ST_Y(position::geometry) FROM services ORDER BY id"
                )
            ).all()
        engine.dispose()
        return [tuple(row) for row in found]

    at = fixed.placed()
    assert asked() == [("a", at.lon, at.lat), ("b", None, None), ("c", None, None)]
    again = opened(url)
    again.save([moved], who="王", why="搬了")
    assert asked()[0] == ("a", moved.placed().lon, moved.placed().lat)
    again.remove(["a"], who="王", why="x")
    assert asked()[0] == ("a", None, None)
