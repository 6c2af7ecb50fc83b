"""The page `/` on a cheap phone in Chromium: what its first view weighs and when it is painted, and how a full map pans."""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from locator import Service
from locator.store import Store, sample_services
from tests.benchmarks.peers import NotStartedError
from tests.benchmarks.servers import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

# A four times slower processor, 1.6 Mbit/s, 150 ms: what issue 6 promises by.
_SLOWER = 4
_BYTES_PER_S, _LATENCY_MS = 1.6e6 / 8, 150
_RESULTS = "/?lon=121.5443&lat=31.2732&datum=gcj02&at=2026-11-23T13:05&group=rider"
_PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "locale": "zh-CN",
}
_PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => { window.painted = list.getEntries().at(-1).startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => done(window.painted), 300);
})"""
_FRAMES = """() => { window.frames_at = []; const tick = (t) => { window.frames_at.push(t); requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"""


@dataclass(frozen=True)
class Size:
    """How often, and how many services the full map has."""

    turns: int = 5
    services: int = 5_000


QUICK = Size(turns=1, services=500)


def run(size: Size) -> dict[str, Any]:
    """Return the figures.

    Raises
    ------
    NotStartedError
        There is no Chromium.
    """
    from playwright.sync_api import sync_playwright

    program = (
        os.environ.get("LOCATOR_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if program is None:
        raise NotStartedError("no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        try:
            store = f"sqlite:///{folder}/sample.db"
            Store(store).create(list(sample_services()), "bench")
            with serving(store, 1) as served:
                address = f"http://127.0.0.1:{served.port}"
                views = [_first_view(browser, address) for _ in range(size.turns)]
            full = f"sqlite:///{Path(folder)}/full.db"
            Store(full).create(_crowd(size.services), "bench")
            with serving(full, 1) as served:
                pan = _pan(browser, f"http://127.0.0.1:{served.port}")
        finally:
            browser.close()
    return {
        "services": size.services,
        "turns": size.turns,
        "results": views[0]["results"],
        "weight_bytes": max(view["bytes"] for view in views),
        "paint_ms": statistics.median(view["paint_ms"] for view in views),
        "paint_worst_ms": max(view["paint_ms"] for view in views),
        "pan": pan,
    }


def _crowd(services: int) -> list[Service]:
    """Return invented services in rows all over one district."""
    side = round(services**0.5) + 1
    return [
        Service(
            id=f"crowd-{i:05d}",
            kind=("station", "canteen", "legal-aid", "housing")[i % 4],
            name=f"第{i}号（示例）",
            district="310110",
            lon=121.49 + 0.09 * (i % side) / side,
            lat=31.25 + 0.09 * (i // side) / side,
            hours="Mo-Su 08:00-20:00" if i % 3 else None,
            demo=True,
        )
        for i in range(services)
    ]


def _slowed(page: Page, *, network: bool) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    if network:
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": _LATENCY_MS,
                "downloadThroughput": _BYTES_PER_S,
                "uploadThroughput": _BYTES_PER_S,
            },
        )
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    return session


def _first_view(browser: Browser, address: str) -> dict[str, float]:
    """Open the page with nothing kept from before."""
    context = browser.new_context(**_PHONE)
    page = context.new_page()
    session = _slowed(page, network=True)
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address + _RESULTS, wait_until="load")
    page.wait_for_selector(".folium-map[data-ready=true]")
    page.wait_for_timeout(1500)
    painted = page.evaluate(_PAINTED)
    results = page.locator(".card").count()
    context.close()
    return {"bytes": sum(received), "paint_ms": painted, "results": results}


def _pan(browser: Browser, address: str) -> dict[str, float]:
    """Push a map with everything on it to and fro, and count the frames."""
    context = browser.new_context(**_PHONE)
    page = context.new_page()
    page.goto(f"{address}/?district={quote('杨浦区')}", wait_until="load", timeout=120_000)
    page.wait_for_selector(".folium-map[data-ready=true]", timeout=120_000)
    _slowed(page, network=False)
    shown = page.locator(".pin").count()
    page.evaluate(_FRAMES)
    page.mouse.move(60, 180)
    page.mouse.down()
    for step in range(90):
        page.mouse.move(60 + 2 * step, 180 + step % 40)
    page.mouse.up()
    frames: list[float] = page.evaluate("window.frames_at")
    context.close()
    gaps = [b - a for a, b in itertools.pairwise(frames)]
    return {
        "markers": shown,
        "frames_per_s": 1000 * len(gaps) / (frames[-1] - frames[0]),
        "worst_gap_ms": max(gaps),
    }
