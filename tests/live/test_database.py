"""PostgreSQL stops, or goes silent: couriers notice nothing, editors are told the truth."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from live_support import NEAREST, Load, Served, until

from locator import Service, StoreError
from locator._settings import Settings
from locator.store import Store, patient
from locator.web import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postgres_support import Cluster

ONE = Service(id="a-1", kind="station", name="一号", lon=121.54, lat=31.27)


class Line:
    """A line to a database that can be cut without a word: what is sent is taken, and nothing comes back."""

    def __init__(self, port: int) -> None:
        self._to, self.silent, self.late_s = port, False, 0.0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._open: list[socket.socket] = []
        self._closed = False
        threading.Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        while True:
            try:
                asker, _ = self._door.accept()
            except OSError:
                return
            self._open.append(asker)
            if self._closed:
                asker.close()
                return
            try:
                there = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                continue
            self._open.append(there)
            for one, other in ((asker, there), (there, asker)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                time.sleep(self.late_s)
                if not self.silent:
                    other.sendall(said)
            other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._closed = True
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next one
        self._door.close()
        for one in self._open:
            one.close()


@pytest.fixture
def line(own_cluster: Cluster) -> Iterator[Line]:
    own = Line(own_cluster.port)
    yield own
    own.close()


def test_with_the_database_stopped_reads_go_on_edits_are_refused_and_all_comes_back(
    own_cluster: Cluster, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = own_cluster.new()
    token = filled(url)
    served = serve(url)
    assert served.imports(token, {"x-1": "停机前"}).status == 200
    assert served.shown_everywhere("x-1", "停机前")
    with Load(served) as load:
        own_cluster.stop()
        refused = [served.imports(token, {"x-2": "停机时"}, language=said) for said in ("zh", "en")]
        assert until(lambda: served.get("/healthz").json()["store"] == "away", 20)
        assert served.name_of("x-1") == "停机前"
        own_cluster.start()
        assert until(lambda: served.imports(token, {"x-3": "恢复后"}).status == 200)
        assert served.shown_everywhere("x-3", "恢复后")
    assert [answer.status for answer in refused] == [503, 503]
    assert [answer.json()["detail"] for answer in refused] == [
        "存储连不上，什么都没有写入",
        "the store is away, nothing was saved",
    ]
    assert load.broken == load.wrong == []
    assert len(load.took) > 20
    assert served.name_of("x-2") is None
    assert until(lambda: served.get("/healthz").json()["store"] == "ok", 20)


def test_while_one_waits_for_a_slow_database_a_courier_of_the_same_process_does_not(
    own_cluster: Cluster, line: Line, filled: Callable[[str], str], serve: Callable[..., Served]
) -> None:
    url = own_cluster.new()
    token = filled(url)
    served = serve(url.replace(f":{own_cluster.port}/", f":{line.port}/"), workers=1)
    line.late_s = 0.15  # for each word: an import is dozens
    saved: list[object] = []
    editor = threading.Thread(target=lambda: saved.append(served.imports(token, {"x-1": "慢慢写"})))
    editor.start()
    took = []
    while editor.is_alive():
        took.append(served.get(NEAREST).took_s)
        time.sleep(0.05)
    editor.join()
    assert len(took) > 10
    assert max(took) < 2
    assert [answer.status for answer in saved] == [200]  # type: ignore[attr-defined]
    line.late_s = 0.0
    assert served.shown_everywhere("x-1", "慢慢写")


def test_a_silent_database_is_hung_up_on_and_asked_again_when_it_speaks(
    own_cluster: Cluster, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locator.store.engines._STATEMENT_S", 1)
    monkeypatch.setattr("locator.store.engines._NETWORK", {"connect_timeout": 2})
    url = own_cluster.new().replace(f":{own_cluster.port}/", f":{line.port}/")
    store = Store(url)
    store.create([ONE], "tests")
    app = create_app({"TESTING": True}, Settings(store=url, basemap="outline"))
    client = app.test_client()
    line.silent = True
    began = time.monotonic()
    with pytest.raises(StoreError, match="the store is away, nothing was saved"):
        store.save([ONE.model_copy(update={"name": "改"})], who="王", why="x")
    assert time.monotonic() - began < 15
    began = time.monotonic()
    assert client.get(NEAREST).status_code == 200
    assert time.monotonic() - began < 1
    line.silent = False
    line_works = Store(url)  # what was lost on the old lines stays lost
    assert until(lambda: line_works.get("a-1") == ONE)
    store.save([ONE.model_copy(update={"name": "又通了"})], who="王", why="x")
    assert until(lambda: "又通了" in client.get("/api/v1/services/a-1").get_data(as_text=True))
    store.close()
    line_works.close()
    app.extensions["locator.catalog"].close()
    app.extensions["locator.store"].close()


def test_a_statement_that_takes_too_long_is_told_as_such(
    own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import text

    monkeypatch.setattr("locator.store.engines._STATEMENT_S", 1)
    store = Store(own_cluster.new())
    store.create([ONE], "tests")
    late = pytest.raises(StoreError, match="gave no answer within 1 s; nothing was saved")
    with late as caught, store.writing() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    assert "没有答复" in caught.value.text.zh
    with store.writing() as connection:  # a migration may take as long as it needs
        patient.wait_long(connection)
        connection.execute(text("SELECT pg_sleep(4)"))
    store.close()
