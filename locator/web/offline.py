"""What makes the site stay on a phone: manifest, icons, service worker, and what is read without a network."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for

from locator._bundled import bundled
from locator._errors import NotFoundError, Text
from locator.districts import district_name
from locator.maps.assets import static_tag
from locator.maps.raster import png
from locator.offline import offline_copy
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog
from locator.web.language import LANGUAGES, language, said
from locator.web.publishing import publish_datum

if TYPE_CHECKING:
    from collections.abc import Iterable

blueprint = Blueprint("offline", __name__)
SIZES = (192, 512)
MOST_IDS = 100
_NAME = Text("工会驿站地图", "Union station map")
_WHAT = Text("附近能用的驿站、食堂和住处", "Rest stations, canteens and homes near you")
_STYLES = ("tokens.css", "app.css", "offline.css")


@blueprint.get("/api/v1/district/<code>/offline.json")
def district(code: str) -> Response:
    """Send a district's services with their hours for two weeks ahead."""
    catalog = current_catalog()
    rows = catalog.districts.get(code)
    if rows is None:
        shown = code[:20]
        raise NotFoundError(
            Text(f"没有 {shown!r} 这个区县的服务", f"no service is in a district called {shown!r}")
        )
    return _copy(rows, district=code, name=district_name(code) or code)


@blueprint.get("/api/v1/offline.json")
def some() -> Response:
    """Send some services by their `ids`: those of the answer that the phone shows. No position is asked."""
    catalog = current_catalog()
    ids = [one for one in ",".join(request.args.getlist("ids")).split(",") if one][:MOST_IDS]
    return _copy([catalog.row_of(one) for one in ids])


@blueprint.get("/offline")
def page() -> str:
    """Show what the phone keeps; the page brings nothing but the words, all else is on the phone."""
    return render_template("offline.html")


@blueprint.get("/sw.js")
def worker() -> Response:
    """Send the service worker, which names the files that it keeps."""
    source = (bundled("static") / "sw.js").read_text(encoding="utf-8")
    shell = json.dumps({"tag": static_tag(), "files": _shell()})
    response = Response(source.replace('"@shell@"', shell), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'; script-src 'self'"
    return response


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Send what a phone's home screen shows."""
    icons = [
        {"src": url_for("offline.icon", size=size), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in SIZES
    ]  # fmt: skip
    found = {
        "id": "/", "name": said(_NAME), "short_name": said(Text("驿站地图", "Stations")), "description": said(_WHAT),
        "lang": "zh-CN" if language() == "zh" else "en", "start_url": url_for("pages.home"), "scope": "/",
        "display": "standalone", "background_color": "#EEF2F5", "theme_color": "#0A4DA3", "icons": icons,
    }  # fmt: skip
    return Response(current_app.json.dumps(found), mimetype="application/manifest+json")


@blueprint.get("/icon-<int:size>.png")
def icon(size: int) -> Response:
    """Send the mark as a picture."""
    if size not in SIZES:
        abort(404)
    return Response(_mark(size), mimetype="image/png", headers={"Cache-Control": "public, max-age=86400"})


def _copy(rows: Iterable[int], **more: str) -> Response:
    found = offline_copy(current_catalog(), rows, datetime.now(SHANGHAI), language(), publish_datum())
    response = Response(current_app.json.dumps({**more, **found}), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _shell() -> list[str]:
    """Return the addresses that the offline page needs, in both languages."""
    static = [f"{url_for('static', filename=name)}?v={static_tag()}" for name in (*_STYLES, "icon.svg")]
    pages = [f"/offline?lang={named}" for named in LANGUAGES]
    scripts = [url_for("static", filename=name, v=static_tag()) for name in ("phone.js", "offline.js")]
    english = [
        url_for("language.script", tag=static_tag(), named="en", name=name)
        for name in ("phone.js", "offline.js")
    ]
    return [*static, *pages, *scripts, *english]


@cache
def _mark(size: int) -> bytes:
    """Return the house's mark with room around it for the masks of home screens."""
    sprite = (bundled("templates") / "sprite.svg").read_text(encoding="utf-8")
    drawn = re.search(r'<symbol id="mark"[^>]*>(.*?)</symbol>', sprite, re.DOTALL)
    if drawn is None:
        raise ValueError("sprite.svg has no mark")
    return png(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="-10 -10 60 60">'
        f'<title>{_NAME.zh}</title><rect x="-10" y="-10" width="60" height="60" fill="#0A4DA3"/>{drawn[1]}</svg>',
        1,
        {},
    )
