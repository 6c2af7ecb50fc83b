"""SIGHUP puts new workers in the place of the old ones, one by one, and nobody who asks meanwhile notices."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ops_support import fetch, figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops_support import Served

NEAREST = "/api/v1/nearest?lon=121.54&lat=31.2754&limit=10"


class Askers(threading.Thread):
    """Asks on a new connection each time, as strangers do; keeps everything that went wrong, resets included."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port, self.stopping, self.answered = port, threading.Event(), 0
        self.broken: list[object] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                status, body = fetch(self.port, NEAREST)
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(repr(error))
                continue
            self.answered += 1
            if status != 200 or json.loads(body)["numberReturned"] != 10:
                self.broken.append((status, body[:80]))


def asked_meanwhile(served: Served, task: Callable[[], None]) -> list[Askers]:
    askers = [Askers(served.port) for _ in range(6)]
    for asker in askers:
        asker.start()
    try:
        task()
    finally:
        for asker in askers:
            asker.stopping.set()
        for asker in askers:
            asker.join()
    return askers


def reloaded(served: Served) -> None:
    before = served.workers()
    served.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 90
    while len(now := served.workers()) != 2 or now & before:
        assert time.monotonic() < end, (before, now, served.log.read_text())
        assert served.process.poll() is None
        time.sleep(0.05)
    time.sleep(0.3)


def test_a_reload_under_load_loses_no_answer(serve: Callable[..., Served]) -> None:
    served = serve(workers=2)

    def twice() -> None:
        for _ in range(2):
            reloaded(served)

    askers = asked_meanwhile(served, twice)
    assert [asker.broken for asker in askers] == [[]] * 6
    assert sum(asker.answered for asker in askers) > 300
    # What the replaced workers had counted is not forgotten.
    _, text = fetch(served.port, "/metrics")
    counted = figure(text, 'locator_requests_total{route="lane",status="200"}')
    assert counted == sum(asker.answered for asker in askers)
    assert figure(text, "locator_workers") == 2
    assert served.stop() == 0


def test_a_worker_that_cannot_start_leaves_the_old_ones_answering(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    table = tmp_path / "holidays.csv"
    good = "date,day,festival,notice\n2031-01-01,off,元旦,2031\n"
    table.write_text(good, encoding="utf-8")
    served = serve(workers=2, LOCATOR_HOLIDAYS=str(table))
    before = served.workers()
    table.write_text(f"{good}nonsense,off,元旦,2031\n", encoding="utf-8")

    def reload() -> None:
        served.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 60
        while "does not start" not in served.log.read_text():
            assert time.monotonic() < end
            assert served.process.poll() is None
            time.sleep(0.1)

    askers = asked_meanwhile(served, reload)
    assert [asker.broken for asker in askers] == [[]] * 6
    assert all(Path(f"/proc/{pid}").exists() for pid in before)
    table.write_text(good.replace("2031-01-01,off", "2031-01-02,off"), encoding="utf-8")
    reloaded(served)  # once the table is mended, the next reload works
    assert served.stop() == 0


def test_a_worker_that_ended_is_tried_again_until_it_starts(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    table = tmp_path / "holidays.csv"
    good = "date,day,festival,notice\n2031-01-01,off,元旦,2031\n"
    table.write_text(good, encoding="utf-8")
    served = serve(workers=2, LOCATOR_HOLIDAYS=str(table))
    before = served.workers()
    table.write_text(f"{good}nonsense,off,元旦,2031\n", encoding="utf-8")
    killed = min(before)
    os.kill(killed, signal.SIGKILL)

    def told(count: int, words: str) -> None:
        end = time.monotonic() + 60
        while served.log.read_text().count(words) < count:
            assert time.monotonic() < end, served.log.read_text()
            assert served.process.poll() is None
            time.sleep(0.1)

    told(2, "it is tried again")
    table.write_text(good, encoding="utf-8")
    told(1, "was replaced")
    assert len(served.workers()) == 2
    assert killed not in served.workers()
    assert served.stop() == 0
