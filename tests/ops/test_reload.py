"""SIGHUP puts new workers in the place of the old ones, one by one, and nobody who asks meanwhile notices."""

from __future__ import annotations

import http.client
import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from live_support import Answer, Load, until
from ops_support import fetch, figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops_support import Watched

GOOD = "date,day,festival,notice\n2031-01-01,off,元旦,2031\n"


class SlowToSpeak(Load):
    """A courier whose question comes a while after the connection, as over a weak network."""

    def ask(self) -> Answer:
        return self._served.get(self._path, speaks_after_s=0.3)


class Staying(Load):
    """A courier who asks again and again on one connection, and takes a new one only when told to."""

    def __init__(self, served: Watched) -> None:
        super().__init__(served)
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        self.told_to_go = 0

    def ask(self) -> Answer:
        time.sleep(0.01)
        began = time.monotonic()
        self._connection.request("GET", self._path)
        answer = self._connection.getresponse()
        self.told_to_go += answer.will_close
        return Answer(answer.status, answer.headers, answer.read(), time.monotonic() - began)

    def __exit__(self, *how: object) -> None:
        super().__exit__(*how)
        self._connection.close()


def asked_meanwhile(
    served: Watched, task: Callable[[], None], courier: Callable[[Watched], Load] = Load, couriers: int = 6
) -> list[Load]:
    """Return who was answered while something was done: nobody was turned away, none cut off or told wrong."""
    loads = [courier(served) for _ in range(couriers)]
    with ExitStack() as all_of_them:
        for load in loads:
            all_of_them.enter_context(load)
        task()
    assert [(load.refused, load.broken, load.wrong) for load in loads] == [(0, [], [])] * len(loads)
    assert all(load.took for load in loads)
    return loads


def told(served: Watched, words: str, times: int = 1) -> None:
    """Wait until a server has said something so many times."""
    assert until(lambda: served.said().count(words) >= times or served.process.poll() is not None, 60)
    assert served.process.poll() is None, served.said()


def reloaded(served: Watched) -> None:
    before = served.ready()
    served.process.send_signal(signal.SIGHUP)
    assert until(lambda: len(now := served.ready()) == 2 and not now & before, 90), served.said()
    time.sleep(0.3)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of holidays, without which no worker starts."""
    path = tmp_path / "holidays.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_reload_under_load_loses_no_answer(serve: Callable[..., Watched]) -> None:
    served = serve(workers=2)

    def twice() -> None:
        for _ in range(2):
            reloaded(served)

    loads = asked_meanwhile(served, twice)
    answered = sum(len(load.took) for load in loads)
    assert answered > 100
    # What the replaced workers had counted is not forgotten.
    _, text = fetch(served.port, "/metrics")
    counted = figure(text, 'locator_requests_total{route="lane",status="200"}')
    assert counted == answered
    assert figure(text, "locator_workers") == 2
    assert "it is killed" not in served.said()
    assert served.stop() == 0


def test_a_reload_answers_a_question_that_comes_late_on_its_connection(serve: Callable[..., Watched]) -> None:
    served = serve(workers=2)
    asked_meanwhile(served, lambda: reloaded(served), SlowToSpeak, couriers=60)
    assert served.stop() == 0


def test_a_reload_bids_kept_connections_farewell(serve: Callable[..., Watched]) -> None:
    served = serve(workers=2)
    loads = asked_meanwhile(served, lambda: reloaded(served), Staying)
    # Each at least once: the worker that it began with is no more.
    assert all(isinstance(load, Staying) and load.told_to_go for load in loads)
    assert served.stop() == 0


def test_a_worker_that_cannot_start_leaves_the_old_ones_answering(
    serve: Callable[..., Watched], table: Path
) -> None:
    served = serve(workers=2, LOCATOR_HOLIDAYS=str(table))
    before = served.ready()
    table.write_text(f"{GOOD}nonsense,off,元旦,2031\n", encoding="utf-8")

    def reload() -> None:
        served.process.send_signal(signal.SIGHUP)
        told(served, "does not start")

    asked_meanwhile(served, reload)
    assert all(Path(f"/proc/{pid}").exists() for pid in before)
    table.write_text(GOOD.replace("2031-01-01,off", "2031-01-02,off"), encoding="utf-8")
    reloaded(served)  # once the table is mended, the next reload works
    assert served.stop() == 0


def test_a_worker_that_ended_is_tried_again_until_it_starts(
    serve: Callable[..., Watched], table: Path
) -> None:
    served = serve(workers=2, LOCATOR_HOLIDAYS=str(table))
    table.write_text(f"{GOOD}nonsense,off,元旦,2031\n", encoding="utf-8")
    killed = min(served.ready())
    os.kill(killed, signal.SIGKILL)
    told(served, "it is tried again", times=2)
    table.write_text(GOOD, encoding="utf-8")
    told(served, "was replaced")
    assert len(served.ready()) == 2
    assert killed not in served.ready()
    assert served.stop() == 0
