"""/metrics and /readyz: what they say, who may read them, and what counting costs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from ops_support import fetch, figure
from prometheus_client.parser import text_string_to_metric_families

from locator import ConfigurationError, Service, StoreError
from locator._settings import Settings
from locator.store import Store
from locator.web import create_app
from locator.web.operations.board import Board
from locator.web.operations.exposition import BOUNDS_S
from locator.web.operations.figures import Figures
from locator.web.operations.observed import Observed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from ops_support import Watched

NEAREST = "/api/v1/nearest?lon=121.54&lat=31.2754"
ONE = Service(id="a-1", kind="station", name="一号", lon=121.54, lat=31.27)


@pytest.fixture
def own_app(tmp_path: Path) -> Callable[..., Flask]:
    """An application on a store of its own, in which nothing was asked yet."""

    def make(**settings: str) -> Flask:
        store = Store(f"sqlite:///{tmp_path}/own.db")
        store.create([ONE], "tests")
        return create_app({"TESTING": True}, Settings(store=store.url, basemap="outline", **settings))

    return make


def said(app: Flask) -> str:
    return app.test_client().get("/metrics").get_data(as_text=True)


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_requests_are_counted_by_route_and_status_and_never_by_address(own_app: Callable[..., Flask]) -> None:
    app = own_app()
    client = app.test_client()
    for _ in range(3):
        client.get(NEAREST)
    client.get("/api/v1/nearest?lon=999&lat=31")
    client.get("/api/v1/services/a-1")
    client.get("/api/v1/services/nobody-knows-me")
    for name in ("secret-path", "wp-login.php"):
        client.get(f"/{name}")
    text = said(app)
    requests = 'locator_requests_total{route="%s",status="%d"}'
    assert figure(text, requests % ("lane", 200)) == 3
    assert figure(text, requests % ("/api/v1/nearest", 400)) == 1
    assert figure(text, requests % ("/api/v1/services/<service_id>", 200)) == 1
    assert figure(text, requests % ("/api/v1/services/<service_id>", 404)) == 1
    assert figure(text, requests % ("unmatched", 404)) == 2
    for word in ("nobody-knows-me", "secret-path", "wp-login", "121.54"):
        assert word not in text


def test_the_text_is_what_prometheus_reads_and_its_histogram_adds_up(own_app: Callable[..., Flask]) -> None:
    app = own_app()
    for _ in range(5):
        app.test_client().get(NEAREST)
    families = {family.name: family for family in text_string_to_metric_families(said(app))}
    histogram = families["locator_request_duration_seconds"]
    buckets = [
        s.value for s in histogram.samples if s.name.endswith("_bucket") and s.labels["route"] == "lane"
    ]
    assert len(buckets) == len(BOUNDS_S) + 1
    assert buckets == sorted(buckets)
    assert buckets[-1] == 5
    (total,) = (s.value for s in histogram.samples if s.name.endswith("_sum"))
    assert 0 < total < 5
    assert families["locator_services"].samples[0].value == 1
    assert families["locator_index_bytes"].samples[0].value > 0
    assert 0 <= time.time() - families["locator_catalog_made_timestamp_seconds"].samples[0].value < 60


def test_edits_and_folds_show(own_app: Callable[..., Flask]) -> None:
    app = own_app()
    store = app.extensions["locator.store"]
    store.save([ONE.model_copy(update={"name": "改名"})], who="tests", why="x")
    until(lambda: figure(said(app), "locator_catalog_version") == 2)
    assert figure(said(app), "locator_catalog_updates_total") == 1
    assert figure(said(app), "locator_changes_taken_in_total") == 1
    until(lambda: figure(said(app), "locator_catalog_folds_total") == 1)
    assert figure(said(app), "locator_changes_beside_index") == 0


def test_a_store_that_is_away_is_told_and_answers_go_on(
    own_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = own_app(stale_after="1")
    client, store, current = (
        app.test_client(), app.extensions["locator.store"], app.extensions["locator.catalog"],
    )  # fmt: skip
    assert client.get("/readyz").get_json() | {"names": ""} == {
        "status": "ready", "version": 1, "store": "ok", "store_away_s": 0.0, "names": "",
    }  # fmt: skip

    def gone() -> int:
        from locator._errors import Text

        raise StoreError(Text("存储连不上", "the store is away"))

    monkeypatch.setattr(store, "version", gone)
    until(lambda: client.get("/readyz").get_json()["store"] == "away")
    assert figure(said(app), "locator_store_away") == 1
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(NEAREST).status_code == 200
    current.away_since -= 61  # a minute later
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "stale")
    assert client.get("/healthz").status_code == 200  # alive all the same
    monkeypatch.undo()
    until(lambda: client.get("/readyz").get_json()["store"] == "ok")
    assert figure(said(app), "locator_store_away") == 0


@pytest.mark.parametrize(
    ("settings", "environ", "headers", "status"),
    [
        ({}, {"REMOTE_ADDR": "127.0.0.1"}, {}, 200),
        ({}, {"REMOTE_ADDR": "::1"}, {}, 200),
        ({}, {"REMOTE_ADDR": "::ffff:127.0.0.1"}, {}, 200),
        ({}, {"REMOTE_ADDR": "10.0.0.8"}, {}, 404),
        ({}, {"REMOTE_ADDR": ""}, {}, 404),
        ({}, {"REMOTE_ADDR": "127.0.0.1"}, {"X-Forwarded-For": "203.0.113.9"}, 404),
        ({}, {"REMOTE_ADDR": "127.0.0.1"}, {"X-Real-IP": "203.0.113.9"}, 404),
        # Whoever says through a proxy that he is at home is believed by nobody.
        ({"proxies": "1"}, {"REMOTE_ADDR": "10.0.0.8"}, {"X-Forwarded-For": "127.0.0.1"}, 404),
        ({"metrics": "public"}, {"REMOTE_ADDR": "10.0.0.8"}, {}, 200),
        ({"metrics": "off"}, {"REMOTE_ADDR": "127.0.0.1"}, {}, 404),
        (
            {"metrics_token": "t" * 20},
            {"REMOTE_ADDR": "10.0.0.8"},
            {"Authorization": f"Bearer {'t' * 20}"},
            200,
        ),
        ({"metrics_token": "t" * 20}, {"REMOTE_ADDR": "10.0.0.8"}, {"Authorization": "Bearer 错"}, 404),
        ({"metrics_token": "t" * 20}, {"REMOTE_ADDR": "10.0.0.8"}, {}, 404),
    ],
)
def test_who_may_read_the_figures(
    own_app: Callable[..., Flask], settings: dict, environ: dict, headers: dict, status: int
) -> None:
    said = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    answer = own_app(**settings).test_client().get("/metrics", environ_overrides=environ, headers=said)
    assert answer.status_code == status
    assert ("locator_requests" in answer.get_data(as_text=True)) == (status == 200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"metrics": "everybody"}, {"metrics_token": "short"}, {"stale_after": "soon"}, {"stale_after": "0"},
        {"log_requests": "yes"},
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_told_at_the_start(
    own_app: Callable[..., Flask], wrong: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match=f"LOCATOR_{next(iter(wrong)).upper()}") as caught:
        own_app(**wrong)
    assert "LOCATOR_" in caught.value.text.zh
    assert "short" not in str(caught.value)


def test_settings_keep_their_secrets_to_themselves() -> None:
    shown = repr(
        Settings(
            store="postgresql://me:geheim1@db/x",
            secret_key="geheim2" * 4,
            wechat_secret="geheim3",
            metrics_token="geheim4" * 4,
        )
    )
    assert "geheim" not in shown


def test_imports_are_counted_by_what_became_of_their_rows(
    own_app: Callable[..., Flask], tmp_path: Path
) -> None:
    from locator.ingest.importing import import_file

    app = own_app()
    path = tmp_path / "list.csv"
    path.write_text(
        "id,kind,name,lon,lat\nb-1,station,二号,121.5,31.2\nb-2,station,三号,999,31.2\n", encoding="utf-8"
    )
    report = import_file(path, app.extensions["locator.store"], datum="wgs84", who="tests", why="x")
    app.extensions["locator.figures"].imported(report)
    assert figure(said(app), 'locator_import_rows_total{outcome="created"}') == 1
    assert figure(said(app), 'locator_import_rows_total{outcome="rejected"}') == 1


def test_boards_of_several_processes_are_added_up_and_the_dead_no_longer_speak_for_now(
    tmp_path: Path,
) -> None:
    mine = Figures(Board(tmp_path))
    mine.requested("/x", "200", 0.001)
    # The board of a process that has ended: its numbers count, what it said of now does not.
    child = os.fork()
    if child == 0:
        gone = Board(tmp_path)
        theirs = Figures(gone)
        for _ in range(4):
            theirs.requested("/x", "200", 0.2)
        gone.put(7, "catalog_version")
        os._exit(0)
    os.waitpid(child, 0)
    text = mine.text().decode()
    assert figure(text, 'locator_requests_total{route="/x",status="200"}') == 5
    assert figure(text, 'locator_request_duration_seconds_bucket{le="0.001",route="/x"}') == 1
    assert figure(text, 'locator_request_duration_seconds_bucket{le="0.25",route="/x"}') == 5
    assert figure(text, "locator_workers") == 1
    assert "locator_catalog_version" not in text


def test_a_full_board_loses_new_numbers_and_nothing_else() -> None:
    board = Board()
    first = board.place("first")
    board.values[first] = 3.0
    places = {board.place("n", str(number)) for number in range(20_000)}
    board.values[max(places)] = 99.0
    (reading,) = board.readings()
    assert reading.numbers["first",] == 3.0
    assert 99.0 not in reading.numbers.values()


def test_counting_costs_less_than_five_microseconds() -> None:
    def below(_environ: dict, start_response: Callable[..., object]) -> tuple[bytes, ...]:
        start_response("200 OK", headers)
        return (b"",)

    def sink(_status: str, _headers: list) -> None:
        return None

    headers = [("Content-Length", "0")]
    observed = Observed(below, Figures(), logs=False)
    environ = {"PATH_INFO": "/api/v1/nearest", "REQUEST_METHOD": "GET"}

    def cost(application: Callable[..., object]) -> float:
        turns = []
        for _ in range(15):  # the quietest turn: others use this machine, too
            begun = time.perf_counter()
            for _ in range(2000):
                application(environ, sink)
            turns.append((time.perf_counter() - begun) / 2000)
        return min(turns)

    assert cost(observed) - cost(below) < 5e-6


def test_both_workers_figures_are_summed(serve: Callable[..., Watched]) -> None:
    served = serve(workers=2)
    for _ in range(40):  # each on a connection of its own: both workers get some
        assert fetch(served.port, NEAREST)[0] == 200
    texts = [fetch(served.port, "/metrics")[1] for _ in range(8)]
    for text in texts:  # whichever worker is asked
        assert figure(text, 'locator_requests_total{route="lane",status="200"}') == 40
        assert figure(text, "locator_workers") == 2
    boards = list(served.scratch.glob("locator-serve-*/*.values"))
    assert len(boards) == 2
    assert served.stop() == 0
    assert not list(served.scratch.glob("locator-serve-*"))  # nothing is left behind
