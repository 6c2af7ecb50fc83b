"""Names as one types them, and services for maps and lists: /api/v1/suggest, /api/v1/services."""

from __future__ import annotations

import re
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
# Of the contract's parameters, those that a suggested page keeps, and those that the list goes by.
SUGGEST_KEEPS = ("kind", "group", "open", "mode")
LIST_PARAMETERS = ("at", "datum", "kind", "group")
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000


@blueprint.get("/api/v1/suggest")
def suggest() -> Response:
    """Answer what somebody may be about to type: towns and districts, then services, each with its page."""
    text = request.args.get("q", "").strip()[:MAX_TEXT]
    kept = {name: value for name, value in given().items() if name in SUGGEST_KEEPS}
    ask(kept, datetime.now(SHANGHAI), anywhere=True)  # what a suggestion leads to must be a good question
    places = find_places(current_catalog(), text, limit=_SUGGESTED) if text else []
    found = [{"name": p.name, "note": noted(p).note, "id": p.id, "url": place_url(p, kept)} for p in places]
    return json_response({"q": text, "suggestions": found}, "application/json")


@blueprint.get("/api/v1/services")
def services() -> Response:
    """Answer the services in a box, of a kind, by name: for maps and lists."""
    values = {name: value for name, value in given().items() if name in LIST_PARAMETERS}
    question = ask(values, datetime.now(SHANGHAI), anywhere=True)
    box = box_of(",".join(request.args.getlist("bbox")), question.datum)
    text = request.args.get("q", "").strip()[:MAX_TEXT]
    body = browse(current_catalog(), _limited(question), box=box, text=text)
    # A box tells where somebody looks.
    return Response(body, content_type=GEOJSON, headers={"Cache-Control": "no-store"})


def _limited(question: Question) -> Question:
    said = request.args.get("limit", "").strip() or str(DEFAULT_LIMIT)
    if not (re.fullmatch(r"[0-9]{1,6}", said) and 1 <= int(said) <= MAX_LIMIT):
        raise InputError(
            "limit",
            said[:20],
            Text(f"limit 要是 1–{MAX_LIMIT} 的整数", f"limit must be a whole number from 1 to {MAX_LIMIT}"),
        )
    return question.but(limit=int(said))
