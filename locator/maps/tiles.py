"""Tiles of the operator's own basemap for pictures. All or none: half a map would say that the rest is empty."""

from __future__ import annotations

import math
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from locator.maps.basemaps import Basemap
    from locator.maps.placing import Frame

# The equator in Web Mercator metres, and the side of a tile in pixels.
_AROUND_M, _SIDE = 2 * math.pi * 6378137.0, 256
_TIMEOUT_S, _MAX_BYTES, _MOST = 3.0, 400_000, 30
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class Tile(NamedTuple):
    """A tile where it goes in the picture: its corner, its side, and its image as a data address."""

    x: float
    y: float
    side: float
    image: str


class _NoRedirects(HTTPRedirectHandler):
    """The operator named one server; what that one names is not to be asked."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow nothing: the answer then counts as an error."""


_opener = build_opener(ProxyHandler({}), _NoRedirects)


def tiles_for(frame: Frame, basemap: Basemap, unit: float) -> list[Tile]:
    """Return the tiles behind a frame; none if the basemap is not the operator's own, or if one cannot be had.

    Parameters
    ----------
    frame
        The window, in the basemap's datum.
    basemap
        Its template alone decides which server is asked.
    unit
        How many picture units a point of the layout is: letters on tiles grow with those around them.
    """
    if basemap.key != "own":
        return []
    zoom = round(math.log2(frame.units / unit * _AROUND_M / _SIDE))
    zoom = max(0, min(basemap.max_zoom, zoom))
    spots = _spots(frame, zoom)
    if len(spots) > _MOST:
        return []
    template = basemap.tiles[0].replace("{z}", str(zoom))
    urls = [_address(template, basemap.subdomains, x, y) for x, y, *_ in spots]
    with ThreadPoolExecutor(8) as pool:
        images = [image for image in pool.map(_fetched, urls) if image is not None]
    if len(images) < len(urls):
        return []
    return [
        Tile(left, top, side, image) for (_, _, left, top, side), image in zip(spots, images, strict=True)
    ]


def _spots(frame: Frame, zoom: int) -> list[tuple[int, int, float, float, float]]:
    """Return column, row, left, top and side of every tile that a frame touches."""
    count, box = 2**zoom, frame.box
    tile_m = _AROUND_M / count
    side = tile_m * frame.units
    # The grid's corner, which is at -180 degrees and at the northern end, in the picture.
    left0 = (box.left + box.right) / 2 - (frame.x_m + _AROUND_M / 2) * frame.units
    top0 = (box.top + box.bottom) / 2 - (_AROUND_M / 2 - frame.y_m) * frame.units
    columns = range(math.floor((box.left - left0) / side), math.ceil((box.right - left0) / side))
    rows = range(math.floor((box.top - top0) / side), math.ceil((box.bottom - top0) / side))
    return [
        (x % count, y, left0 + x * side, top0 + y * side, side)
        for y in rows
        if 0 <= y < count
        for x in columns
    ]


def _address(template: str, subdomains: str, x: int, y: int) -> str:
    # As Leaflet spreads them.
    letter = subdomains[(x + y) % len(subdomains)] if subdomains else ""
    return template.replace("{x}", str(x)).replace("{y}", str(y)).replace("{s}", letter).replace("{r}", "")


def _fetched(url: str) -> str | None:
    try:
        return _image(url)
    except (OSError, HTTPException, ValueError):
        return None


@lru_cache(maxsize=256)
def _image(url: str) -> str:
    """Return a tile as a data address; raises if it cannot be had, so that only good ones are kept."""
    request = Request(url, headers={"User-Agent": "locator"})  # noqa: S310  the operator's template: http or https
    with _opener.open(request, timeout=_TIMEOUT_S) as response:
        body: bytes = response.read(_MAX_BYTES + 1)
    kind = next((kind for start, kind in _SIGNATURES.items() if body.startswith(start)), None)
    if kind is None or len(body) > _MAX_BYTES:
        raise ValueError("that is no tile")
    return f"data:{kind};base64,{b64encode(body).decode()}"
