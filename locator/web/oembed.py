"""/oembed: how sites that are given one of our addresses put the map in its place (oEmbed 1.0)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from flask import Blueprint, Response, current_app, request

from locator import vocabulary
from locator._errors import InputError, NotFoundError, Text
from locator.maps.captions import MAX_TITLE, default_title
from locator.maps.svg_text import clean
from locator.question import PARAMETERS
from locator.web.current import current_catalog
from locator.web.embed import EMBED_PARAMETERS, this_minute
from locator.web.images import base_url, picture_size
from locator.web.publishing import ask
from locator.web.snippets import iframe

if TYPE_CHECKING:
    from urllib.parse import SplitResult

blueprint = Blueprint("oembed", __name__)
_WIDTH, _HEIGHT = 600, 480
_AGE_S = 3600
# Wide enough for any page, and no more than a number.
MOST_PX = 10_000
_THUMBNAIL = 480
# The share-*.png are squares of this side.
_SHARED = (300, 300)
_JSON = "json"
_EMBEDDABLE = {"pages.home", "embed.show"}
_NOT_OURS = Text("这个网址不是本站能嵌入的页面", "this address is no page of ours that can be embedded")


@blueprint.get("/oembed")
def answer() -> Response:
    """Answer what to put in the place of one of our addresses."""
    if (request.args.get("format") or _JSON) != _JSON:
        return Response("only format=json\n", 501, mimetype="text/plain")
    width, height = _at_most("maxwidth", _WIDTH), _at_most("maxheight", _HEIGHT)
    url = request.args.get("url", "")
    title, state, picture = _embedded(_ours(url))
    src = f"{base_url()}/embed?{urlencode(state, safe=',')}"
    found: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "工会驿站地图",
        "provider_url": f"{base_url()}/",
        "cache_age": _AGE_S,
        "width": width,
        "height": height,
        "html": iframe(src, title, width, height),
    }
    # A thumbnail may be no larger than what was asked for, either.
    if picture.width <= _at_most("maxwidth", MOST_PX) and picture.height <= _at_most("maxheight", MOST_PX):
        found |= {f"thumbnail_{name}": value for name, value in picture._asdict().items()}
    response = Response(current_app.json.dumps(found), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.app_context_processor
def discovery() -> dict[str, str]:
    """Tell pages the address that says how to embed them, if they can be."""
    placed = {"lon", "lat", "district", "service"} & request.args.keys()
    if request.endpoint != "pages.service" and not (request.endpoint in _EMBEDDABLE and placed):
        return {}
    query = urlencode(list(request.args.items(multi=True)))
    url = base_url() + request.path + (f"?{query}" if query else "")
    return {"oembed": f"{base_url()}/oembed?{urlencode({'url': url, 'format': _JSON})}"}


def _ours(url: str) -> SplitResult:
    """Return the parts of one of our own addresses, its path without the site's.

    Raises
    ------
    NotFoundError
        Somebody else's, or none.
    """
    try:
        given, site = urlsplit(url), urlsplit(base_url())
        same = given.scheme in {"http", "https"} and given.netloc.lower() == site.netloc.lower()
    except ValueError:  # brackets that are no IPv6 address
        raise NotFoundError(_NOT_OURS) from None
    if not same or not given.path.startswith(site.path):
        raise NotFoundError(_NOT_OURS)
    return given._replace(path=given.path.removeprefix(site.path) or "/")


class _Picture(NamedTuple):
    url: str
    width: int
    height: int


def _embedded(given: SplitResult) -> tuple[str, dict[str, str], _Picture]:
    """Return the title, the state of /embed and the picture for a page of ours."""
    values = {name: text for name, text in parse_qsl(given.query) if name in EMBED_PARAMETERS}
    one = re.fullmatch(r"/s/([^/]+)", given.path)
    if one:
        values["service"] = unquote(one[1])
    elif given.path not in {"/", "/embed"}:
        raise NotFoundError(_NOT_OURS)
    catalog = current_catalog()
    if "service" in values:
        service = catalog.service(catalog.row_of(values["service"]))
        kept = {name: text for name, text in values.items() if name in {"service", "at", "theme", "list"}}
        family = vocabulary.KINDS[service.kind].family
        shared = f"{base_url()}/static/share-{family}.png"
        return service.name, kept, _Picture(shared, *_SHARED)
    contract = {name: text for name, text in values.items() if name in PARAMETERS}
    if not {"lon", "lat", "district"} & contract.keys():
        raise NotFoundError(_NOT_OURS)
    question = ask(contract, this_minute())
    title = clean(values.get("title", ""))[:MAX_TITLE] or default_title(question, values.get("place", ""))
    drawn = {name: text for name, text in values.items() if name != "list"} | {"width": str(_THUMBNAIL)}
    picture = _Picture(f"{base_url()}/map.png?{urlencode(drawn, safe=',')}", *picture_size(drawn))
    return title, values, picture


def _at_most(name: str, wanted: int) -> int:
    """Return a width or height, no more than a parameter allows."""
    text = request.args.get(name, "")
    if not text:
        return wanted
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= MOST_PX:
        raise InputError(
            name,
            text[:20],
            Text(
                f"{name} 要是 1–{MOST_PX} 的整数，收到的是 {text[:20]!r}",
                f"{name} must be a whole number from 1 to {MOST_PX}, got {text[:20]!r}",
            ),
        )
    return min(wanted, int(text))
