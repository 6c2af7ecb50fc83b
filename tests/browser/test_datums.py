"""On a basemap in any datum a service lies where its landmark is drawn, whoever asks in whichever datum."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

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
