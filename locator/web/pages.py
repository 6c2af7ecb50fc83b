"""The courier's pages: / (ask, map and list) and /s/{id} (one service)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from markupsafe import Markup

from locator import vocabulary
from locator.cards import card, clock, facilities, length
from locator.datum import convert
from locator.districts import district_name, districts_at
from locator.listing import describe
from locator.maps import Basemap, map_data, map_parts
from locator.maps.folium_map import json_for_script
from locator.navigation import links
from locator.places import Place, find_places, popular_places, town_labels
from locator.question import PARAMETERS, Question, ask
from locator.relaxing import ways_out
from locator.search import answer
from locator.timeline import SHANGHAI
from locator.web.current import current_catalog
from locator.web.files import asset_url
from locator.week import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from locator.cards import Card
    from locator.catalog import Catalog
    from locator.hits import Answer, Hit

blueprint = Blueprint("pages", __name__)
# Past this, days by e-bike say less than kilometres do.
_FAR_S = 4 * 3600


@blueprint.get("/")
def home() -> str | Response:
    """Show what can be used near the asker; without a position, ask for one."""
    catalog = current_catalog()
    now = datetime.now(SHANGHAI)
    # WeChat and others add parameters of their own to a link: pages ignore what the contract does not know.
    values = {name: value for name, value in request.args.items() if name in PARAMETERS and value.strip()}
    text = request.args.get("q", "").strip()[:60]
    if text:
        places = find_places(catalog, text)
        if len(places) == 1:
            return redirect(_place_url(places[0], values))
        return _first(catalog, values, now, text, places)
    if not {"lon", "lat", "district"} & values.keys():
        return _first(catalog, values, now, "", [])
    return _results(catalog, ask(values, now))


@blueprint.get("/s/<service_id>")
def service(service_id: str) -> str:
    """Show one service."""
    catalog = current_catalog()
    values = {
        name: value for name, value in request.args.items() if name in {"at", "group"} and value.strip()
    }
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
    found = answer(catalog, question)
    sure = [card(hit, question) for hit in found.features]
    unknown = [card(hit, question) for hit in found.unknown]
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
        state=_state(question),
        demo=any(c.hit.service.demo for c in (*sure, *unknown)),
        **map_context(catalog, [*sure, *unknown], question),
        **shared(question.at),
    )


def _ways_out(catalog: Catalog, question: Question) -> list[dict[str, object]]:
    return [
        {
            **way._asdict(),
            "url": _url(_state(way.question)),
            "nearest": _how_far(way.best, way.question),
        }
        for way in ways_out(catalog, question)
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
        places=[(p, _place_url(p, kept)) for p in places],
        popular=[(p, _place_url(p, kept)) for p in popular],
        state=kept,
        place="",
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
    order = "最快能进的在前" if question.sort == "soonest" else "最近的在前"
    what = {"any": "附近", "now": "现在开着", "arrival": "能用"}[question.open]
    return f"{what} {count} 处，{order}"


def _state(question: Question) -> dict[str, str]:
    """Return the question as URL parameters, without what is the default and without the time."""
    state = {
        "lon": question.lon,
        "lat": question.lat,
        "datum": question.datum.value if question.datum != "wgs84" else None,
        "district": question.district,
        "kind": ",".join(question.kind),
        "needs_amenity": ",".join(question.needs_amenity),
        "group": ",".join(question.group),
        "open": question.open if question.open != "any" else None,
        "offer": question.offer if question.offer != "any" else None,
        "mode": question.mode if question.mode != "ride" else None,
        "max_minutes": f"{question.max_minutes:g}" if question.max_minutes not in {None, 60.0} else None,
        "max_m": f"{question.max_m:g}" if question.max_m is not None else None,
        "at": request.args.get("at"),
        "place": request.args.get("place", "")[:40],
    }
    return {name: str(value) for name, value in state.items() if value not in {None, ""}}


def _url(state: dict[str, str]) -> str:
    """Return the address of a state: the parameters of the contract, and nothing that Flask would read."""
    return url_for("pages.home") + ("?" + urlencode(state) if state else "")


def _place_url(place: Place, kept: dict[str, str]) -> str:
    if place.lon is None:
        return _url({**kept, "district": place.district})
    position = {"lon": f"{place.lon:.5f}", "lat": f"{place.lat:.5f}", "place": place.name}
    return _url({**kept, **position})
