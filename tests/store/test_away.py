"""PostgreSQL stops and comes back: reads go on, edits say so, and everybody finds their way again by themselves."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from postgres_support import Cluster, programs
from sqlalchemy.exc import OperationalError

from locator import Service, StoreError
from locator._settings import Settings
from locator.store import Store, engines, sample_services
from locator.web import create_app
from locator.web.current import CurrentCatalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE = Service(id="a-1", kind="station", name="一号", lon=121.54, lat=31.27)
QUERY = "/api/v1/nearest?lon=121.54&lat=31.27"


@pytest.fixture
def own_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """One that a test may stop."""
    assert cluster.port
    own = Cluster(programs())
    yield own
    own.remove()


def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_with_postgresql_stopped_reads_go_on_and_edits_say_so(own_cluster: Cluster) -> None:
    store = Store(own_cluster.new())
    store.create([ONE], "first list")
    client = create_app({"TESTING": True}, Settings(store=store.url, basemap="outline")).test_client()
    assert client.get(QUERY).get_json(force=True)["features"][0]["properties"]["name"] == "一号"

    own_cluster.stop()
    for _ in range(3):
        answer = client.get(QUERY)
        assert answer.status_code == 200
        assert answer.get_json(force=True)["features"][0]["id"] == "a-1"
    changed = ONE.model_copy(update={"name": "停机时改的"})
    for _ in range(2):
        with pytest.raises(StoreError, match="the store is away, nothing was saved") as caught:
            store.save([changed], who="王", why="x")
        assert caught.value.text.zh == "存储连不上，什么都没有写入"
        assert "not-secret" not in str(caught.value)
    with pytest.raises(StoreError, match="the store is away"):
        store.get("a-1")
    past = client.get(f"{QUERY}&as_of=2026-01-01")
    assert past.status_code == 503
    assert past.mimetype == "application/problem+json"

    own_cluster.start()
    assert store.get("a-1") == ONE
    store.save([changed], who="王", why="x")
    assert until(lambda: "停机时改的" in client.get(QUERY).get_data(as_text=True))
    assert [c.version for c in store.history("a-1")] == [1, 2]
    store.close()


def test_a_line_that_breaks_during_the_commit_is_told_as_not_known(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may be told that nothing was saved when that is not known."""
    if url.startswith("sqlite"):
        pytest.skip("a file has no line that breaks")
    from sqlalchemy import RootTransaction

    store = Store(url)
    store.create([ONE], "first list")
    real = RootTransaction.commit

    def broken(transaction: RootTransaction) -> None:
        real(transaction)
        raise OperationalError("COMMIT", None, Exception("server closed the connection"))

    monkeypatch.setattr(RootTransaction, "commit", broken)
    with pytest.raises(StoreError, match="nobody knows") as caught:
        store.save([ONE.model_copy(update={"name": "改"})], who="王", why="x")
    assert "什么都没有写入" not in caught.value.text.zh
    monkeypatch.undo()
    assert store.get("a-1").name == "改"
    store.close()


def test_a_refusal_of_the_server_is_not_called_being_away(cluster: Cluster) -> None:
    store = Store(cluster.new())
    with pytest.raises(StoreError, match="not a locator store"):
        Store.open(store.url)
    missing = Store(cluster.url("no_such_database"))
    with pytest.raises(StoreError) as caught:
        missing.version()
    assert "not-secret" not in caught.value.text.zh + caught.value.text.en
    assert not engines.shown(missing._engine).count("not-secret")
    store.close()
    missing.close()


def test_an_edit_is_heard_within_a_second(url: str) -> None:
    store = Store(url)
    store.create([ONE], "first list")
    current, waited = CurrentCatalog(store), []
    for turn in range(5):
        changed = ONE.model_copy(update={"name": f"第{turn}次"})
        store.save([changed], who="王", why="x")
        begun = time.monotonic()
        assert until(
            lambda name=changed.name: current.get().service(current.get().row_of("a-1")).name == name
        )
        waited.append(time.monotonic() - begun)
    store.remove(["a-1"], who="王", why="x")
    assert until(lambda: len(current.get()) == 0)
    assert max(waited) < 1.0
    current.close()
    store.close()


def test_postgresql_wakes_a_listener_before_it_would_look(cluster: Cluster) -> None:
    store = Store(cluster.new())
    store.create([ONE], "first list")
    listener = store.listener()
    listener.wait(0.01)
    begun = time.monotonic()
    store.save([ONE.model_copy(update={"name": "改"})], who="王", why="x")
    listener.wait(30)
    assert time.monotonic() - begun < 5
    begun = time.monotonic()
    listener.wait(0.2)
    assert time.monotonic() - begun >= 0.2
    listener.close()
    store.close()


def test_an_old_catalog_is_kept_but_not_every_one(url: str) -> None:
    store = Store(url)
    store.create(list(sample_services())[:20], "first list")
    instants = []
    for turn in range(4):
        instants.append(datetime.now(UTC))
        store.save([ONE.model_copy(update={"name": f"第{turn}次"})], who="王", why="x")
    current = CurrentCatalog(store)
    first = current.as_of(instants[0])
    assert current.as_of(instants[0]) is first
    made = [current.as_of(instant) for instant in instants]
    assert len({c.version for c in made}) == 4
    assert current.as_of(instants[3]) is made[3]
    assert current.as_of(instants[0]) is not first
    assert len(current._old) == 2
    assert current.as_of(datetime.now(UTC)) is current.get()
    current.close()
    store.close()
