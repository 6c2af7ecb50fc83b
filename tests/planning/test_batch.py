"""Many processes give what one gives, and a worker that is killed changes nothing."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster

from locator.cli import main
from locator.coverage.answer import answer
from locator.coverage.batch import gaps_of_parts, parts_of, reach_maker, work
from locator.coverage.demand import Demand
from locator.coverage.gaps import gaps_of
from locator.coverage.rhythms import RHYTHMS
from locator.coverage.usable import Usable, usable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locator import Catalog
    from locator.coverage.batch import Part, Task

MONDAY, MINUTES = date(2026, 11, 23), 12.0


@pytest.fixture(scope="module")
def two() -> Iterator[Client]:
    """A cluster of two processes, which are started anew when they die, and find the tests' own functions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2])  # which a process that is started takes over
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as local,
            Client(local) as client,
        ):
            yield client


@pytest.fixture(scope="module")
def world(catalog: Catalog) -> tuple[Usable, Demand]:
    """Some thousand points over Shanghai and Zhengzhou, some out at sea, with towns, two rhythms and two lists of services."""
    random = np.random.default_rng(7)
    middles = np.array([[121.48, 31.23], [121.52, 31.30], [113.65, 34.75], [123.9, 30.0]])
    where = middles[random.integers(0, 4, 6000)] + random.normal(0, 0.05, (6000, 2))
    flat = Demand.of(where[:, 0], where[:, 1], random.integers(0, 9, 6000).astype(float), "rider")
    demand = replace(
        flat,
        rhythms=np.array([RHYTHMS["rider"], RHYTHMS["sanitation"]]),
        rhythm=random.integers(0, 2, 6000).astype(np.int32),
        town=np.array(["", "甲", "乙"], np.object_)[random.integers(0, 3, 6000)],
    )
    return usable(catalog, MONDAY, ("station", "canteen")), demand


def same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert found == wanted
    assert found["stations"]
    assert 0 < found["served_person_hours"]["low"] < found["served_person_hours"]["high"]


def test_two_processes_give_what_one_gives(two: Client, world: tuple[Usable, Demand]) -> None:
    counted, demand = world
    parts = list(parts_of(demand))
    assert len(parts) > 8
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(demand)))
    reach, told = reach_maker("walk"), []
    one = gaps_of(counted, demand, reach(), MINUTES)
    many = gaps_of_parts(two, counted, demand, reach, MINUTES, told.append)
    assert sum(told) == len(demand)
    same(answer(many), answer(one))
    # Not only after rounding: what each point is served is the very same.
    assert (many.served_by_hour == one.served_by_hour).all()
    assert (many.share_each == one.share_each).all()
    np.testing.assert_allclose(many.only_here, one.only_here, rtol=1e-12, atol=1e-9)


def slow(task: Task) -> Part:
    """Work, but long enough to be killed over it."""
    time.sleep(0.4)
    return work(task)


def test_a_killed_worker_is_done_again(
    two: Client, world: tuple[Usable, Demand], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, demand = world
    monkeypatch.setattr("locator.coverage.batch.work", slow)
    pids = two.run(os.getpid)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(gaps_of_parts, two, counted, demand, reach_maker("walk"), MINUTES)
        busy: list[str] = []
        for _ in range(400):
            busy = [worker for worker, keys in two.processing().items() if keys]
            if len(busy) == 2 and two.who_has():
                break
            time.sleep(0.02)
        victim = pids[busy[0]]
        assert not running.done()
        os.kill(victim, signal.SIGKILL)
        many = running.result(timeout=120)
    assert victim not in two.run(os.getpid).values()
    same(answer(many), answer(gaps_of(counted, demand, reach_maker("walk")(), MINUTES)))


def test_the_command_gives_the_same_on_a_scheduler(two: Client, store_url: str) -> None:
    command = ["coverage", "--store", store_url, "--week", "2026-11-23", "--json"]
    run = partial(CliRunner(env={"LANG": "C"}).invoke, main, catch_exceptions=False)
    alone, shared = run(command), run([*command, "--scheduler", two.scheduler.address])
    assert shared.exit_code == 0, shared.output
    assert json.loads(shared.stdout) == json.loads(alone.stdout)
    nobody = run([*command, "--scheduler", "tcp://127.0.0.1:9"])
    assert nobody.exit_code == 2
    assert "no scheduler answers" in nobody.stderr
