"""`locator serve` with two workers: edits reach both, and stopping loses no answer."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from locator import Service

NEAREST = "/api/v1/nearest?lon=121.54&lat=31.2754&limit=10"


def fetch(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def served(tmp_path: Path, sample: list[Service]) -> Iterator[tuple[int, Store, subprocess.Popen[bytes]]]:
    store = Store(f"sqlite:///{tmp_path}/served.db")
    store.create(sample, "tests")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "locator",
        "serve",
        "--port",
        str(port),
        "--workers",
        "2",
        "--store",
        store.url,
    ]
    environ = {**os.environ, "LOCATOR_BASEMAP": "outline"}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(900):  # a busy machine takes its time
        try:
            fetch(port, "/healthz")
            break
        except OSError:
            time.sleep(0.1)
    yield port, store, process
    if process.poll() is None:
        process.terminate()
    process.wait(timeout=20)


class Load(threading.Thread):
    """Asks for the nearest services until told to stop; keeps what went wrong."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port, self.stopping, self.answered = port, threading.Event(), 0
        self.broken: list[object] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                status, body = fetch(self.port, NEAREST)
            except ConnectionRefusedError:
                return  # nobody listens any more: nothing was promised
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(repr(error))
                continue
            self.answered += 1
            if status != 200 or json.loads(body)["numberReturned"] != 10:
                self.broken.append((status, body[:80]))


def test_an_edit_reaches_both_workers_while_questions_come_in(
    served: tuple[int, Store, subprocess.Popen[bytes]],
) -> None:
    port, store, _ = served
    loads = [Load(port) for _ in range(3)]
    for load in loads:
        load.start()
    changed = store.get("yp-canteen-001").model_copy(update={"name": "刚改的名字"})
    store.save([changed], who="tests", why="rename")
    new, deadline = 0, time.monotonic() + 20
    while new < 40 and time.monotonic() < deadline:  # forty new connections in a row: both workers have it
        _, body = fetch(port, "/api/v1/services/yp-canteen-001")
        new = new + 1 if json.loads(body)["name"] == "刚改的名字" else 0
    for load in loads:
        load.stopping.set()
    for load in loads:
        load.join()
    assert new == 40
    assert sum(load.answered for load in loads) > 50
    assert [load.broken for load in loads] == [[], [], []]


def test_stopping_finishes_the_answers_under_way(served: tuple[int, Store, subprocess.Popen[bytes]]) -> None:
    port, _, process = served
    loads = [Load(port) for _ in range(3)]
    for load in loads:
        load.start()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    for load in loads:
        load.stopping.set()
        load.join()
    assert sum(load.answered for load in loads) > 20
    assert not [b for load in loads for b in load.broken if isinstance(b, tuple)]
