"""The courier's pages: / (ask, map and list) and /s/{id} (one service)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from flask import Blueprint, current_app, redirect, render_template, request
from markupsafe import Markup

from locator import vocabulary
from locator.cards import card, clock, facilities, length
from locator.datum import convert
from locator.districts import district_name, districts_at
from locator.listing import describe
from locator.maps import Basemap, map_data, map_parts
from locator.maps.folium_map import json_for_script
from locator.navigation import links
from locator.places import find_places, popular_places, town_labels
from locator.question import Question, ask
from locator.relaxing import ways_out
from locator.search import answer
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog, current_networks
from locator.web.events import coming
from locator.web.files import asset_url
from locator.web.housing import home_form
from locator.web.sections import by_needs, fallback_row
from locator.web.state import given, place_url, state_of, url_of
from locator.week import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from locator.cards import Card
    from locator.catalog import Catalog
    from locator.hits import Answer, Hit
    from locator.places import Place

blueprint = Blueprint("pages", __name__)
# Past this, days by e-bike say less than kilometres do.
_FAR_S = 4 * 3600
_ORDERS = {
    "soonest": "最快能进的在前",
    "distance": "最近的在前",
    "price": "吃饭便宜的在前",
    "rent": "房租低的在前",
}


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
    return _results(catalog, ask(values, now))


@blueprint.get("/s/<service_id>")
def service(service_id: str) -> str:
    """Show one service."""
    catalog = current_catalog()
    values = {name: value for name, value in given().items() if name in {"at", "group"}}
    question = ask(values, datetime.now(SHANGHAI), anywhere=True)
    hit = describe(catalog, catalog.row_of(service_id), question.at, question.group)
    shown = card(hit, question)
    record = hit.service
    return render_template(
        "service.html",
        card=shown,
        service=record,
        question=question,
        week=week_of(hit, question.at),
        facilities=facilities(hit, tuple(vocabulary.AMENITIES)),
        events=[e for e in record.events if e.end > question.at],
        navigation=links(record.name, hit.lon, hit.lat),
        district=district_name(record.district),
        quality=vocabulary.POSITION_QUALITIES.get(record.position_quality or ""),
        needs=[vocabulary.NEEDS[n].zh for n in record.needs],
        **map_context(catalog, [shown], question),
        **shared(question.at),
    )


def _results(catalog: Catalog, question: Question) -> str:
    found = answer(catalog, question, current_networks())
    sure = [card(hit, question) for hit in found.features]
    unknown = [card(hit, question) for hit in found.unknown]
    state = state_of(question)
    return render_template(
        "results.html",
        question=question,
        cards=sure,
        unknown=unknown,
        heading=_heading(found),
        place=request.args.get("place", "").strip()[:40]
        or district_name(question.district)
        or question.district,
        ways_out=_ways_out(catalog, question) if not sure else [],
        state=state,
        sections=by_needs(sure, question) if request.args.get("by") == "needs" else None,
        needs=vocabulary.NEEDS,
        fallback=fallback_row(found, sure),
        home_form=home_form(question, state),
        coming=coming(catalog, question, state),
        demo=any(c.hit.service.demo for c in (*sure, *unknown)),
        **map_context(catalog, [*sure, *unknown], question),
        **shared(question.at),
    )


def _ways_out(catalog: Catalog, question: Question) -> list[dict[str, object]]:
    return [
        {
            **way._asdict(),
            "url": url_of(state_of(way.question)),
            "nearest": _how_far(way.best, way.question),
        }
        for way in ways_out(catalog, question, current_networks())
    ]


def _how_far(hit: Hit, question: Question) -> str:
    if hit.distance_m is not None and (hit.travel_s or 0) > _FAR_S:
        return f"在{length(hit.distance_m)}外"
    return card(hit, question).going.partition("|")[0]


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
        places=[(p, place_url(p, kept)) for p in places],
        popular=[(p, place_url(p, kept)) for p in popular],
        state=kept,
        place="",
        coming=coming(catalog, question, {}),
        **map_context(catalog, shown, question),
        **shared(now),
    )


def shared(at: datetime) -> dict[str, object]:
    """Return what every page with a map needs."""
    now = datetime.now(SHANGHAI)
    today = at.date() == now.date()
    return {
        "leaflet_js": asset_url("leaflet.js"),
        "leaflet_css": asset_url("leaflet.css"),
        "kinds": vocabulary.KINDS,
        "groups": vocabulary.GROUPS,
        "modes": vocabulary.MODES,
        "families": vocabulary.FAMILIES,
        "clock": f"{at:%H:%M}" if today else clock(at, now),
        "standalone": False,
        "timedelta": timedelta,
    }


def map_context(catalog: Catalog, cards: Iterable[Card], question: Question) -> dict[str, object]:
    """Return the map of some cards."""
    shown = list(cards)
    basemap = cast("Basemap", current_app.extensions["locator.basemap"])
    parts = map_parts(basemap)
    districts = [c.hit.service.district for c in shown if c.hit.service.district]
    # Where nothing is near, the map still says where one is.
    districts += [] if question.lon is None else _districts_of(question)
    data = map_data(shown, question, basemap, districts=districts, labels=town_labels(catalog, districts))
    data["outline_url"] = "/outline/"
    return {
        "map_html": Markup(parts.html),  # noqa: S704  constants only
        "map_script": Markup(parts.script),  # noqa: S704  constants only
        "map_data": Markup(json_for_script(data)),  # noqa: S704  escaped for scripts
    }


def _districts_of(question: Question) -> tuple[str, ...]:
    return districts_at(*convert(question.lon or 0.0, question.lat or 0.0, question.datum, "wgs84"))


def _heading(found: Answer) -> str:
    question, count = found.question, len(found.features)
    if question.lon is None:
        return f"{district_name(question.district) or question.district} {count + len(found.unknown)} 处"
    if not count:
        minutes = question.max_minutes
        within = f"{minutes:g}分钟内" if minutes is not None else "这一带"
        return f"{within}没有{'合适的' if question.open == 'any' else '说得准开着的'}"
    order = _ORDERS[question.sort]
    what = {"any": "附近", "now": "现在开着", "arrival": "能用"}[question.open]
    return f"{what} {count} 处，{order}"
