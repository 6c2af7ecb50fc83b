"""The courier's pages: / (ask, map and list) and /s/{id} (one service)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from locator import vocabulary
from locator.districts import district_name
from locator.listing import describe
from locator.navigation import APPS, links
from locator.places import find_places, popular_places
from locator.timeline import SHANGHAI
from locator.web.context import map_context, shared
from locator.web.current import current_catalog
from locator.web.events import coming
from locator.web.language import card, facilities, language, noted, said
from locator.web.publishing import ask, publish_datum
from locator.web.results import results
from locator.web.state import given, place_url
from locator.week import week_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from locator.catalog import Catalog
    from locator.places import Place

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str | Response:
    """Show what can be used near the asker; without a position, ask for one."""
    catalog = current_catalog()
    now = datetime.now(SHANGHAI)
    values = given()
    text = request.args.get("q", "").strip()[:60]
    if text:
        places = find_places(catalog, text)
        if len(places) == 1:
            return redirect(place_url(places[0], values))
        return _first(catalog, values, now, text, places)
    if not {"lon", "lat", "district"} & values.keys():
        return _first(catalog, values, now, "", [])
    return results(catalog, ask(values, now))


@blueprint.get("/s/<service_id>")
def service(service_id: str) -> str:
    """Show one service."""
    catalog = current_catalog()
    values = {name: value for name, value in given().items() if name in {"at", "group"}}
    question = ask(values, datetime.now(SHANGHAI), anywhere=True)
    hit = describe(catalog, catalog.row_of(service_id), question.at, question.group)
    shown = card(hit, question)
    record = hit.service
    navigation = links(record.name, hit.lon, hit.lat, publish_datum())
    return render_template(
        "service.html",
        card=shown,
        service=record,
        question=question,
        week=week_of(hit, question.at, language()),
        facilities=facilities(hit, tuple(vocabulary.AMENITIES)),
        events=[e for e in record.events if e.end > question.at],
        navigation=navigation,
        apps={app: said(label) for app, label in APPS.items() if not navigation or app in navigation},
        district=district_name(record.district),
        quality=vocabulary.POSITION_QUALITIES.get(record.position_quality or ""),
        needs=[said(vocabulary.NEEDS[n]) for n in record.needs],
        **map_context(catalog, [shown], question),
        **shared(question.at),
    )


def _first(catalog: Catalog, values: dict[str, str], now: datetime, text: str, places: list[Place]) -> str:
    kept = {k: v for k, v in values.items() if k in {"group", "mode", "kind"}}
    question = ask(kept, now, anywhere=True)
    popular = popular_places(catalog)
    near = catalog.districts.get(popular[0].district, [])[:100] if popular else []
    shown = [card(describe(catalog, row, now), question) for row in near]
    return render_template(
        "first.html",
        question=question,
        text=text,
        places=[(noted(p), place_url(p, kept)) for p in places],
        popular=[(p, place_url(p, kept)) for p in popular],
        state=kept,
        place="",
        coming=coming(catalog, question, {}),
        **map_context(catalog, shown, question),
        **shared(now),
    )
