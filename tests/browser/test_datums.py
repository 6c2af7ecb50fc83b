"""On a basemap in any datum a service lies where its landmark is drawn, whoever asks in whichever datum."""

from __future__ import annotations

import io
import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from browser_support import Watched
from PIL import Image
from tile_server import TileServer

from locator import Service, convert
from locator.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

HERE = (121.5443, 31.2732)
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1, "locale": "zh-CN"}


@pytest.mark.parametrize("basemap", ["wgs84", "gcj02"])
def test_the_marker_lies_on_its_landmark_and_the_list_is_the_same_in_every_datum(
    browser: Browser, serve: Callable[..., str], tmp_path: Path, basemap: str
) -> None:
    store = f"sqlite:///{tmp_path}/one.db"
    one = Service(id="s", kind="canteen", name="处", lon=HERE[0], lat=HERE[1], hours="24/7", demo=True)
    Store(store).create([one], "tests")
    with TileServer(convert(*HERE, "wgs84", basemap)) as tiles:
        thread = threading.Thread(target=tiles.serve_forever, daemon=True)
        thread.start()
        address = serve(
            store,
            basemap=f"http://127.0.0.1:{tiles.server_port}/{{z}}/{{x}}/{{y}}.png",
            basemap_datum=basemap,
            basemap_attribution="© 自家地图",
        )
        context = browser.new_context(**PHONE)
        said = []
        for datum in ("wgs84", "gcj02", "bd09"):
            lon, lat = convert(HERE[0] + 0.004, HERE[1] + 0.002, "wgs84", datum)
            phone = Watched(context.new_page())
            page = phone.open(f"{address}/?lon={lon:.8f}&lat={lat:.8f}&datum={datum}&at=2026-11-23T13:05")
            pin = page.locator(".pin").first
            pin.wait_for()
            page.wait_for_timeout(1500)  # the tiles
            said.append(page.locator(".card").first.inner_text())
            box = page.locator(".pin svg").first.bounding_box()
            assert box is not None
            page.evaluate("document.querySelectorAll('.leaflet-marker-pane').forEach(p => p.remove())")
            with Image.open(io.BytesIO(page.screenshot())) as shot:
                pixels = np.asarray(shot.convert("RGB")).astype(int)
            rows, columns = np.nonzero((pixels[..., 0] > 200) & (pixels[..., 1] < 60) & (pixels[..., 2] < 60))
            assert rows.size > 200
            middle = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
            marker = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            # A shift between datums is some 500 m: far more than these pixels at any zoom in use here.
            assert marker == pytest.approx(middle, abs=4), datum
        context.close()
        tiles.shutdown()
        thread.join()
    assert said[0] == said[1] == said[2]


def test_a_site_that_publishes_gcj02_takes_a_phones_position_and_keeps_only_shifted_ones(
    browser: Browser, serve: Callable[..., str], tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path}/one.db"
    one = Service(id="s", kind="canteen", name="处", lon=HERE[0], lat=HERE[1], hours="24/7", demo=True)
    Store(store).create([one], "tests")
    address = serve(store, publish_datum="gcj02")
    place = {"longitude": HERE[0] + 0.004, "latitude": HERE[1] + 0.002}
    context = browser.new_context(**PHONE, permissions=["geolocation"], geolocation=place)
    page = Watched(context.new_page()).open(f"{address}/")
    page.locator("[data-locate]").first.click()
    page.wait_for_url("**/?*lon=*")
    card = page.locator(".card").first
    card.wait_for()
    # 443 m: where the shift was forgotten or made twice, it would be some 900 m or 200 m.
    assert "440" in card.inner_text()
    asked = parse_qs(urlsplit(page.url).query)
    lon, lat = convert(place["longitude"], place["latitude"], "wgs84", "gcj02")
    assert (asked["lon"], asked["lat"], asked["datum"]) == ([f"{lon:.5f}"], [f"{lat:.5f}"], ["gcj02"])
    for _ in range(60):  # the page forbids the waiting that evaluates words
        kept = json.loads(page.evaluate("localStorage.getItem('locator.last')") or "{}")
        if kept.get("asker"):
            break
        page.wait_for_timeout(250)
    assert kept["asker"] == {"lon": float(f"{lon:.5f}"), "lat": float(f"{lat:.5f}"), "datum": "gcj02"}
    (stored,) = kept["services"][0]["places"]
    assert stored["gcj02"] == pytest.approx(list(convert(*HERE, "wgs84", "gcj02")), abs=1e-6)
    assert "wgs84" not in stored
    context.close()
