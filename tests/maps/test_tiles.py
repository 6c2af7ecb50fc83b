"""Tiles behind a picture: a landmark on them lies under its marker, whatever datum they are drawn in."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from tests_support import catalog_of, marker_boxes
from tile_server import TileServer

from locator import Service, convert, nearest
from locator._settings import Settings
from locator.maps import basemap_of
from locator.maps.picture import Look, svg_map
from locator.maps.raster import png
from locator.maps.tiles import _image, tiles_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

HERE = (121.5443, 31.2732)


@pytest.fixture(params=["wgs84", "gcj02"])
def datum(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(datum: str) -> Iterator[TileServer]:
    _image.cache_clear()
    with TileServer(convert(*HERE, "wgs84", datum)) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def drawn(server: TileServer, datum: str, folder: Path, at: datetime, width: int = 750) -> str:
    service = Service(
        id="s", kind="canteen", name="处", district="310110", lon=HERE[0], lat=HERE[1], hours="24/7"
    )
    template = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    settings = Settings(basemap=template, basemap_datum=datum, basemap_attribution="© 自家地图")
    catalog = catalog_of([service], folder)
    found = nearest(catalog, HERE[0] + 0.003, HERE[1] + 0.001, at=at, kind="canteen")
    return svg_map(found, basemap_of(settings), Look("标题", width), None, tiles_for)


@pytest.mark.parametrize("width", [320, 750, 1500])
def test_the_marker_lies_on_its_landmark(
    server: TileServer, datum: str, width: int, tmp_path: Path, monday: datetime
) -> None:
    svg = drawn(server, datum, tmp_path, monday, width)
    with Image.open(io.BytesIO(png(svg, 1))) as opened:
        pixels = np.asarray(opened.convert("RGB")).astype(int)
    red = (pixels[..., 0] > 230) & (pixels[..., 1] < 60) & (pixels[..., 2] < 60)
    rows, columns = np.nonzero(red)
    assert rows.size > 500
    # The marker hides the middle of the disc, evenly.
    box = marker_boxes(svg)[0]
    middle = ((columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2)
    assert ((box.left + box.right) / 2, (box.top + box.bottom) / 2) == pytest.approx(middle, abs=2.5)
    assert "© 自家地图" in svg
    assert "区界示意" not in svg


@pytest.mark.parametrize("answer", ["gap", "elsewhere", "page"])
def test_if_a_tile_cannot_be_had_the_outlines_are_drawn(
    answer: str, server: TileServer, datum: str, tmp_path: Path, monday: datetime
) -> None:
    server.answer = answer
    svg = drawn(server, datum, tmp_path, monday)
    assert server.asked
    assert "区界示意" in svg
    assert "<image" not in svg
    assert not any("secret" in path for path in server.asked)


def test_a_server_that_is_away_costs_no_picture(tmp_path: Path, monday: datetime) -> None:
    _image.cache_clear()
    with TileServer(HERE) as gone:
        pass
    assert "区界示意" in drawn(gone, "wgs84", tmp_path, monday)


def test_only_an_own_template_is_ever_asked() -> None:
    from locator.maps.placing import Box, frame_round

    frame = frame_round([HERE], Box(0, 0, 750, 600), 30)
    for name in ("osm", "gaode", "outline"):
        assert tiles_for(frame, basemap_of(Settings(basemap=name)), 2) == []
