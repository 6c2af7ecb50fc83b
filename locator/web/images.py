"""Pictures for pages that allow no script: /map.png, /map.svg, a service's QR code and its door poster."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from locator import __version__
from locator.maps.assets import static_tag
from locator.maps.captions import facts
from locator.maps.picture import svg_map
from locator.maps.poster import pdf_poster, poster_size
from locator.maps.qr import svg_code
from locator.maps.raster import png
from locator.maps.request import PictureRequest, picture_request
from locator.maps.tiles import tiles_for
from locator.search import answer
from locator.state import query_of
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog, current_networks
from locator.web.lane import parameters
from locator.web.publishing import publish_datum

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from locator.hits import Answer
    from locator.maps import Basemap

blueprint = Blueprint("images", __name__)
_PNG, _SVG, _PDF = "image/png", "image/svg+xml", "application/pdf"
MAX_CACHED_BYTES = 4 * 1024 * 1024


class ImageCache:
    """The pictures made last, by what they were made from; forgets the least used beyond some megabytes."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return the picture of a key, made now if it is not there."""
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
                return found
        # Outside the lock: the same picture made twice is a smaller harm than one waiting for another.
        made = make()
        with self._lock:
            if key not in self._made:
                self._made[key] = made
                self._bytes += len(made)
            while self._bytes > MAX_CACHED_BYTES:
                self._bytes -= len(self._made.popitem(last=False)[1])
        return made


@blueprint.get("/map.png")
def map_png() -> Response:
    """Draw the state of a page as PNG."""
    return _map(_PNG)


@blueprint.get("/map.svg")
def map_svg() -> Response:
    """Draw the state of a page as SVG."""
    return _map(_SVG)


@blueprint.get("/s/<service_id>/qr.svg")
def qr(service_id: str) -> Response:
    """Draw the code that leads to a service's page."""
    catalog = current_catalog()
    service = catalog.service(catalog.row_of(service_id))
    url = f"{base_url()}/s/{service.id}"
    return _kept(f"{service.name} {url}", lambda: svg_code(url, service.name).encode(), _SVG)


@blueprint.get("/s/<service_id>/poster.pdf")
def poster(service_id: str) -> Response:
    """Draw the poster for a service's door."""
    catalog = current_catalog()
    row = catalog.row_of(service_id)
    size = request.args.get("size") or "A4"
    poster_size(size)
    url = f"{base_url()}/s/{service_id}"
    key = f"{size} {url} {catalog.raw(row).decode()}"
    response = _kept(key, lambda: pdf_poster(catalog.service(row), size, url), _PDF)
    response.headers["Content-Disposition"] = f'inline; filename="{service_id}-{size.upper()}.pdf"'
    return response


def picture_size(values: Mapping[str, str]) -> tuple[int, int]:
    """Return width and height of the picture that some parameters ask for, in pixels.

    Raises
    ------
    InputError
        With every faulty parameter.
    """
    asked = picture_request(values, datetime.now(SHANGHAI), publish_datum())
    basemap = cast("Basemap", current_app.extensions["locator.basemap"])
    svg = svg_map(
        answer(current_catalog(), asked.question, current_networks()),
        basemap,
        asked.look,
        base_url(),
        tiles_for,
    )
    width, height = (int(text) for text in re.findall(r'(?:width|height)="(\d+)"', svg[:200])[:2])
    return width * asked.scale, height * asked.scale


def _map(mimetype: str) -> Response:
    given = parameters(request.query_string.decode("utf-8", "replace"))
    asked = picture_request(given, datetime.now(SHANGHAI), publish_datum())
    catalog, basemap = current_catalog(), cast("Basemap", current_app.extensions["locator.basemap"])
    place = {"place": asked.place} if asked.place else {}
    query = "&".join(filter(None, (query_of(asked.question, publish_datum()), urlencode(place))))
    url = f"{base_url()}/?{query}"

    def make() -> bytes:
        found = answer(catalog, asked.question, current_networks())
        return _drawn(found, asked, basemap, url, mimetype)

    key = f"{catalog.version} {catalog.as_of} {asked!r} {basemap!r} {url}"
    response = _kept(key, make, mimetype)
    if asked.question.lon is not None:
        # The address holds a position: nobody on the way keeps it.
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _drawn(found: Answer, asked: PictureRequest, basemap: Basemap, url: str, mimetype: str) -> bytes:
    svg = svg_map(found, basemap, asked.look, url, tiles_for)
    return svg.encode() if mimetype == _SVG else png(svg, asked.scale, facts(found, url, publish_datum()))


def base_url() -> str:
    """Return the address that others reach this site by."""
    said = cast("str | None", current_app.extensions["locator.public_url"])
    return said or request.url_root.rstrip("/")


def _kept(made_from: str, make: Callable[[], bytes], mimetype: str) -> Response:
    """Return a picture from the cache or made now; 304 to who has it already."""
    whole = f"{__version__} {static_tag()} {mimetype} {made_from}"
    tag = blake2b(whole.encode("utf-8", "replace"), digest_size=12).hexdigest()
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        cache = cast("ImageCache", current_app.extensions["locator.images"])
        response = Response(cache.get(tag, make), content_type=mimetype)
    response.set_etag(tag, weak=True)  # weak: an SVG may come compressed or not
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
