"""`locator serve` with two workers: edits reach both, and stopping loses no answer."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from live_support import Load, Served

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from locator import Service


@pytest.fixture
def served(tmp_path: Path, sample: list[Service]) -> Iterator[Served]:
    store = Store(f"sqlite:///{tmp_path}/served.db")
    store.create(sample, "tests")
    store.close()
    one = Served(store.url, tmp_path / "log")
    yield one
    one.stop()


def test_an_edit_reaches_both_workers_while_questions_come_in(served: Served) -> None:
    store = Store(served.store)
    loads = [Load(served) for _ in range(3)]
    with ExitStack() as all_of_them:
        for load in loads:
            all_of_them.enter_context(load)
        changed = store.get("yp-canteen-001").model_copy(update={"name": "刚改的名字"})
        store.save([changed], who="tests", why="rename")
        assert served.shown_everywhere("yp-canteen-001", "刚改的名字", 20)
    store.close()
    assert sum(len(load.took) for load in loads) > 50
    assert [(load.refused, load.broken, load.wrong) for load in loads] == [(0, [], [])] * 3


def test_stopping_finishes_the_answers_under_way(served: Served) -> None:
    loads = [Load(served) for _ in range(3)]
    with ExitStack() as all_of_them:
        for load in loads:
            all_of_them.enter_context(load)
        time.sleep(0.5)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=20) == 0
    assert sum(len(load.took) for load in loads) > 20
    # Connections that came when nobody took them any more may be reset; what was answered was whole.
    assert [load.wrong for load in loads] == [[], [], []]
