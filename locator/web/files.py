"""Files that a page needs and that do not depend on who asks: Leaflet's, and the districts' outlines."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, abort, current_app, url_for

from locator.districts import outlines
from locator.maps.assets import asset_path, asset_tag
from locator.maps.folium_map import outline_collection
from locator.web.publishing import said

if TYPE_CHECKING:
    from locator.maps import Basemap

blueprint = Blueprint("files", __name__)
_YEAR_S = 365 * 24 * 3600


@blueprint.get("/assets/<tag>/<path:name>")
def asset(tag: str, name: str) -> Response:
    """Send one of Leaflet's files; its address changes with its content."""
    if tag != asset_tag():
        abort(404)
    path = asset_path(name)
    kind = mimetypes.guess_type(path.name)[0]
    return Response(
        path.read_bytes(), mimetype=kind, headers={"Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
    )


@blueprint.get("/outline/<city>.json")
def outline(city: str) -> Response:
    """Send the district outlines of a city (four digits), in the backdrop's datum."""
    if not re.fullmatch(r"[0-9]{4}", city) or not outlines(city):
        abort(404)
    basemap = cast("Basemap", current_app.extensions["locator.basemap"])
    text = current_app.json.dumps({**outline_collection(city, basemap), **said(basemap.datum)})
    return Response(text, mimetype="application/geo+json", headers={"Cache-Control": "public, max-age=86400"})


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Send the mark."""
    return current_app.send_static_file("icon.svg")


def asset_url(name: str) -> str:
    """Return the address of one of Leaflet's files; an unknown name fails here."""
    asset_path(name)
    return url_for("files.asset", tag=asset_tag(), name=name)
