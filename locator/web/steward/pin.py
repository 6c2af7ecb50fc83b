"""A map with a pin that can be moved: positions in the backdrop's datum, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app
from markupsafe import Markup

from locator.datum import convert
from locator.districts import districts_at
from locator.maps import Basemap, map_parts
from locator.maps.folium_map import json_for_script
from locator.web.files import asset_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from locator.web.steward.preview import Row

_DOTS = 500


def pin_map(lon: float | None, lat: float | None, others: Sequence[Row] = ()) -> dict[str, object]:
    """Return what a page needs to show a WGS-84 position on a map; `others` are small dots beside it."""
    basemap = cast("Basemap", current_app.extensions["locator.basemap"])
    parts = map_parts(basemap)
    placed = [(row.lon, row.lat) for row in others if row.lon is not None and row.lat is not None][:_DOTS]
    pin = None if lon is None or lat is None else _there(lon, lat, basemap)
    codes = districts_at(lon, lat) if lon is not None and lat is not None else ()
    data = {
        "asker": None, "services": [], "labels": [], "note": basemap.attribution, "outline_url": "/outline/",
        "cities": sorted({code[:4] for code in codes}),
        "pin": pin, "dots": [_there(x, y, basemap) for x, y in placed],
    }  # fmt: skip
    return {
        "leaflet_js": asset_url("leaflet.js"),
        "leaflet_css": asset_url("leaflet.css"),
        "map_html": Markup(parts.html),  # noqa: S704  constants only
        "map_script": Markup(parts.script),  # noqa: S704  constants only
        "map_data": Markup(json_for_script(data)),  # noqa: S704  escaped for scripts
        "map_datum": basemap.datum.value,
    }


def _there(lon: float, lat: float, basemap: Basemap) -> dict[str, float]:
    x, y = convert(lon, lat, "wgs84", basemap.datum)
    return {"lon": round(x, 7), "lat": round(y, 7)}


def moved_to(lon: float, lat: float, datum: str, wanted: str) -> tuple[float, float]:
    """Return a position in another datum; "gcj02-doubled" is what a second shift makes of one in GCJ-02."""
    if wanted == "gcj02-doubled":
        once = convert(lon, lat, datum, "gcj02")
        x, y = convert(*once, "wgs84", "gcj02")
    else:
        x, y = convert(lon, lat, datum, wanted)
    return round(float(x), 7), round(float(y), 7)
