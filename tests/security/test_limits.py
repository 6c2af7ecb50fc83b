"""Counting for several workers: a real Redis, which holds no address and whose absence stops nobody."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import redis
from steward_support import desk_client

from locator import ConfigurationError
from locator._settings import Settings
from locator.web.limits import Limiter, limiter_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from locator.store import Store

KEY = "7f3a 9c21 5be0 d846 1fa7 e3b2 4c95 08dd"
OURS = {"Sec-Fetch-Site": "same-origin"}


class Server:
    """A Redis of one's own on this machine."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self._folder = f"redis://127.0.0.1:{self.port}/0", folder
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with redis.Redis(port=self.port) as client:
            for _ in range(200):
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError("no Redis")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(timeout=10)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server here (apt-get install redis-server)")
    server = Server(tmp_path)
    yield server
    server.stop()


def counting(server: Server, rate: str = "3/hour", key: str = KEY):
    return limiter_of(Settings(rate_limit=rate, rate_limit_storage=server.url), key)


def test_two_workers_count_together_and_each_address_for_itself(server: Server) -> None:
    workers = [counting(server), counting(server)]
    allowed = [workers[n % 2].allow("203.0.113.7", time.monotonic()) for n in range(6)]
    assert allowed == [True, True, True, False, False, False]
    assert workers[0].allow("203.0.113.8", time.monotonic())
    assert workers[1].allow("2001:db8:1:2::3", time.monotonic())
    assert [workers[n % 2].allow(f"2001:db8:1:2::{n}", time.monotonic()) for n in range(3)] == [
        True,
        True,
        False,
    ]


def test_redis_holds_hashes_that_the_key_alone_leads_to(server: Server) -> None:
    counting(server).allow("203.0.113.7", time.monotonic())
    with redis.Redis(port=server.port) as client:
        keys = client.keys("*")
        held = b" ".join([*keys, *(value for key in keys for value in client.lrange(key, 0, -1))])
        assert all(0 < client.ttl(key) <= 3600 for key in keys)
    assert keys
    assert b"203.0.113" not in held
    assert bytes([203, 0, 113, 7]).hex().encode() not in held
    counting(server, key=KEY[::-1]).allow("203.0.113.7", time.monotonic())
    with redis.Redis(port=server.port) as client:
        assert len(client.keys("*")) == 2 * len(keys)


def test_with_redis_away_each_worker_counts_for_itself_and_says_so_once(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = counting(server)
    assert limiter.allow("203.0.113.7", 1000.0)
    server.stop()
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        allowed = [limiter.allow("203.0.113.7", 1001.0 + n) for n in range(5)]
    assert allowed == [True, True, True, False, False]
    assert time.monotonic() - began < 2
    assert [record.getMessage() for record in caplog.records] == [
        "the rate limit's Redis is away (ConnectionError): each worker counts by itself"
    ]
    server.start()
    assert limiter.allow("203.0.113.7", 1020.0)  # asked again, and it has forgotten


def test_a_redis_that_hangs_costs_a_quarter_of_a_second_once() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        limiter = limiter_of(Settings(rate_limit="3/hour", rate_limit_storage=url), KEY)
        began = time.monotonic()
        allowed = [limiter.allow("203.0.113.7", 1000.0) for _ in range(4)]
    assert allowed == [True, True, True, False]
    assert 0.2 < time.monotonic() - began < 2


def test_the_sites_of_two_workers_refuse_the_fourth_report_together(server: Server, store: Store) -> None:
    sites = [
        desk_client(store, rate_limit="3/hour", rate_limit_storage=server.url, secret_key=KEY)
        for _ in range(2)
    ]
    said = [
        sites[n % 2].post("/s/st-1/wrong", data={"what": "closed"}, headers=OURS).status_code
        for n in range(5)
    ]
    assert said == [303, 303, 303, 429, 429]


@pytest.mark.parametrize(
    "where", ["", "memcached://x", "redis:/x", "http://x:secretword@y", "redis://x:notaport/0", "redis://"]
)
def test_a_storage_that_is_none_is_told_at_the_start_without_its_password(where: str) -> None:
    with pytest.raises(ConfigurationError, match="LOCATOR_RATE_LIMIT_STORAGE") as caught:
        limiter_of(Settings(rate_limit_storage=where or " "), KEY)
    assert "secretword" not in str(caught.value)


def test_without_a_storage_one_counts_in_memory() -> None:
    assert isinstance(limiter_of(Settings(), KEY), Limiter)
