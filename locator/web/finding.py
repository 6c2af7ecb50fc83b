"""Names as one types them, and services for maps and lists: /api/v1/suggest, /api/v1/services."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from locator._errors import InputError, Text
from locator.browsing import box_of, browse
from locator.places import find_places
from locator.timeline import SHANGHAI
from locator.web.api import json_response
from locator.web.current import current_catalog
from locator.web.lane import GEOJSON
from locator.web.language import noted
from locator.web.publishing import ask
from locator.web.state import given, place_url

if TYPE_CHECKING:
    from locator.question import Question

blueprint = Blueprint("finding", __name__)
MAX_TEXT = 60
_SUGGESTED = 8
_DEFAULT_LIMIT, _MAX_LIMIT = 100, 1000


@blueprint.get("/api/v1/suggest")
def suggest() -> Response:
    """Answer what somebody may be about to type: towns and districts, then services, each with its page."""
    text = request.args.get("q", "").strip()[:MAX_TEXT]
    kept = {name: value for name, value in given().items() if name in {"group", "mode", "kind", "open"}}
    places = find_places(current_catalog(), text, limit=_SUGGESTED) if text else []
    found = [{"name": p.name, "note": noted(p).note, "id": p.id, "url": place_url(p, kept)} for p in places]
    return json_response({"q": text, "suggestions": found}, "application/json")


@blueprint.get("/api/v1/services")
def services() -> Response:
    """Answer the services in a box, of a kind, by name: for maps and lists."""
    values = {name: value for name, value in given().items() if name in {"at", "datum", "kind", "group"}}
    question = ask(values, datetime.now(SHANGHAI), anywhere=True)
    box = box_of(request.args.get("bbox", ""), question.datum)
    text = request.args.get("q", "").strip()[:MAX_TEXT]
    body = browse(current_catalog(), _limited(question), box=box, text=text)
    # A box tells where somebody looks.
    return Response(body, content_type=GEOJSON, headers={"Cache-Control": "no-store"})


def _limited(question: Question) -> Question:
    said = request.args.get("limit", "").strip() or str(_DEFAULT_LIMIT)
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:6]) <= _MAX_LIMIT):
        raise InputError(
            "limit",
            said[:20],
            Text(f"limit 要是 1–{_MAX_LIMIT} 的整数", f"limit must be a whole number from 1 to {_MAX_LIMIT}"),
        )
    return question.but(limit=int(said))
