"""A real server (granian) and a real browser (Debian's Chromium)."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_support import Watched
from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("LOCATOR_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "locale": "zh-CN",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask a browser that ran out of time on a busy machine once more; what is wrong is wrong twice."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun="TimeoutError"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("in CI a browser test must not be left out: install Debian's chromium")
        pytest.skip("no Chromium: install it with `apt-get install chromium`")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Start `locator serve` with some settings; return its address. `logs` holds the log file of each."""
    running: list[subprocess.Popen[bytes]] = []
    logs: dict[str, str] = {}

    def start(store: str, **settings: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (tmp_path_factory.mktemp("serve") / "log").open("wb")
        logs[f"http://127.0.0.1:{port}"] = log.name
        environ = {**os.environ, **{f"LOCATOR_{k.upper()}": v for k, v in settings.items()}}
        command = [sys.executable, "-m", "locator", "serve", "--port", str(port), "--store", store]
        running.append(subprocess.Popen(command, env=environ, stdout=log, stderr=log))
        log.close()
        address = f"http://127.0.0.1:{port}"
        for _ in range(400):  # a busy machine takes its time
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
            except OSError:
                time.sleep(0.2)
            else:
                return address
        pytest.fail(f"locator serve did not answer: {(log.name)}")

    start.logs = logs
    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def site(serve: Callable[..., str], store_url: str) -> str:
    return serve(store_url, basemap="outline")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(**PHONE)
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where screenshots go: the documentation's folder if asked for, else nowhere that lasts."""
    chosen = request.config.getoption("--pictures")
    folder = Path(chosen) if chosen else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder
