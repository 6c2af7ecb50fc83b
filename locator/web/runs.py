"""/along: the courier's run, as a form of drop-offs by name or position, and what lies on its way."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from locator._errors import InputError, Text
from locator.along import Detour, answer_run
from locator.datum import check_position, convert
from locator.places import Place, find_places
from locator.publication import datum_for
from locator.runs import LEAST_POINTS, MOST_POINTS, RUN_PARAMETERS, Run, path_of, run_of
from locator.timeline import SHANGHAI
from locator.web.context import map_context, shared
from locator.web.current import current_catalog
from locator.web.language import card, carried, clock, duration, said
from locator.web.publishing import ask, publish_datum

if TYPE_CHECKING:
    from locator.cards import Card
    from locator.catalog import Catalog
    from locator.question import Question

blueprint = Blueprint("runs", __name__)
_FIELDS = 3
_MOST_TEXT = 80
# A name may stand before it: "定海路街道 121.54,31.27", which is what a chosen place becomes.
_POSITION = re.compile(r"(?P<name>.*?)\s*(?P<lon>-?\d+(?:\.\d+)?)\s*[,，]\s*(?P<lat>-?\d+(?:\.\d+)?)")


class Stop(NamedTuple):
    """A drop-off as the form shows it: its text, position, what is wrong, and the places it may mean."""

    text: str
    name: str
    point: tuple[float, float] | None
    problem: str
    choices: tuple[tuple[Place, str], ...]


class OnTheWay(NamedTuple):
    """A card, and between which drop-offs it is visited."""

    card: Card
    where: str


@blueprint.get("/along")
def along() -> str:
    """Show the form of a run, and what lies along it once every drop-off is clear."""
    catalog, now = current_catalog(), datetime.now(SHANGHAI)
    values = {n: v for n, v in request.args.items() if n in RUN_PARAMETERS and n != "path" and v.strip()}
    texts = [text.strip()[:_MOST_TEXT] for text in request.args.getlist("p")]
    texts += _points_of(request.args.get("path", ""))
    given = [text for text in texts if text][:MOST_POINTS]
    stops = [_stop(catalog, number, given, values) for number in range(len(given))]
    ready = len(stops) >= LEAST_POINTS and all(stop.point for stop in stops)
    more = "more" in request.args and len(given) < MOST_POINTS
    run = None
    if ready and not more:
        run = run_of(
            {"open": "arrival", **values, "path": [stop.point for stop in stops]}, now, publish_datum()
        )
    return _page(catalog, run, stops, values, now, fields=max(_FIELDS, len(given) + more) - len(stops))


def _page(
    catalog: Catalog, run: Run | None, stops: list[Stop], values: dict[str, str], now: datetime, fields: int
) -> str:
    sure: list[OnTheWay] = []
    unknown: list[OnTheWay] = []
    whole = ""
    if run is None:
        question = ask(values, now, anywhere=True)
    else:
        question, found = run.question, answer_run(catalog, run)
        names = [
            stop.name or said(Text(f"第{number}个点", f"drop-off {number}"))
            for number, stop in enumerate(stops, 1)
        ]
        sure, unknown = (
            [_on_the_way(detour, run, names) for detour in part] for part in (found.features, found.unknown)
        )
        whole = duration(question.travel.seconds(sum(found.legs_m)) / 60)
    shown = [each.card for each in (*sure, *unknown)]
    return render_template(
        "along.html",
        asked=run is not None,
        stops=stops,
        more_fields=fields,
        most=MOST_POINTS,
        sure=sure,
        unknown=unknown,
        whole=whole,
        question=question,
        kept={name: value for name, value in values.items() if name not in {"mode", "kind"}},
        demo=any(c.hit.service.demo for c in shown),
        state={},
        place="",
        **_context(catalog, shown, run, question),
    )


def _context(catalog: Catalog, shown: list[Card], run: Run | None, question: Question) -> dict[str, object]:
    """Return what the page shares with others; the bare form has no map, and loads no script."""
    common = shared(question.at)
    if run is None:
        return {name: value for name, value in common.items() if not name.startswith("leaflet_")}
    return {**map_context(catalog, shown, question), **common}


def _points_of(path: str) -> list[str]:
    """Return the drop-offs of a `path` as the API takes it, so that one address serves both."""
    return [f"{lon},{lat}" for lon, lat in path_of(path)] if path else []


def _stop(catalog: Catalog, number: int, texts: list[str], values: dict[str, str]) -> Stop:
    text = texts[number]
    written = _POSITION.fullmatch(text)
    if written:
        point = float(written["lon"]), float(written["lat"])
        try:
            check_position(*point)
        except InputError as error:
            return Stop(text, "", None, said(Text("：", ": ")) + said(error.text), ())
        return Stop(text, written["name"], point, "", ())
    datum = datum_for(values.get("datum"), publish_datum())
    placed = [place for place in find_places(catalog, text) if place.lon is not None]
    choices, base = [], url_for("runs.along").partition("?")[0]
    for place in placed:
        lon, lat = convert(place.lon or 0.0, place.lat or 0.0, "wgs84", datum)
        named = f"{place.name} {lon:.5f},{lat:.5f}"
        if len(placed) == 1:
            return Stop(named, place.name, (round(lon, 5), round(lat, 5)), "", ())
        others = [("p", named if i == number else other) for i, other in enumerate(texts)]
        choices.append((place, f"{base}?{urlencode([*others, *values.items(), *carried().items()])}"))
    which = Text("是哪一个？", ": which one?")
    problem = said(
        which if choices else Text("没找到，换个街道名、站名试试", " was not found: try another name")
    )
    return Stop(text, "", None, problem, tuple(choices))


def _on_the_way(detour: Detour, run: Run, names: list[str]) -> OnTheWay:
    hit = detour.hit
    shown = card(hit, run.question)
    minutes = round(detour.detour_min)
    arrive = hit.arrive_at or run.question.at
    added = Text(f"多花{duration(minutes)}", f"{duration(minutes)} more")
    none = Text("顺路，不多花时间", "on the way, no time lost")
    there = clock(arrive, run.question.at)
    going = f"{said(added if minutes else none)}|{said(Text(f'{there}到', f'there {there}'))}"
    legs = names[detour.leg], names[detour.leg + 1]
    where = said(Text(f"从{legs[0]}去{legs[1]}的路上", f"between {legs[0]} and {legs[1]}"))
    pin = said(Text(f"+{minutes}分" if minutes else "顺路", f"+{minutes}min" if minutes else "on way"))
    return OnTheWay(replace(shown, going=going, distance="", minutes=pin), where)
