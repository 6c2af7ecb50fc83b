"""What the planner's page shows: choices of the question, the answer, map, clock, towns, remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from flask import current_app, url_for
from markupsafe import Markup

from locator import vocabulary
from locator.coverage.asked import MAY
from locator.coverage.plan_answer import MOST_NAMED
from locator.coverage.rhythms import FLAT
from locator.datum import convert
from locator.maps import map_parts
from locator.maps.folium_map import json_for_script
from locator.publication import NAMES
from locator.web.current import current_catalog
from locator.web.files import asset_url
from locator.web.plan import view
from locator.web.plan.basis import OWN, held
from locator.web.plan.offered import boundaries, current_basis
from locator.web.plan.opened import ask_for
from locator.web.plan.question import (
    ACTIONS,
    AMENITY_CHOICES,
    KIND_CHOICES,
    MAY_WORDS,
    MINUTES,
    place_words,
    today,
    weeks_from,
)
from locator.web.publishing import mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.catalog import Catalog
    from locator.maps import Basemap
    from locator.web.plan.opened import Opened
    from locator.web.plan.question import PlanQuestion

    Choices = list[tuple[str, str]]
_DRAWER = "planMap"
# Of a percentage, what one digit after the point still shows.
_TENTH = 0.1


def choices(catalog: Catalog, question: PlanQuestion) -> dict[str, object]:
    """Return what may be chosen in the question, by parameter: (value, words); what was asked is among it."""
    asked, basis = question.args(), current_basis()
    groups = [(name, view.group_words(name, basis.of)) for name in held(basis).groups]
    return {
        "asked": asked,
        "choices": {
            "boundary": _with(asked["boundary"], [(code, place_words(code)) for code in boundaries(catalog)], place_words),
            "group": _with(asked["group"], groups, lambda name: view.group_words(name, basis.of)),
            "mode": [(name, label.zh) for name, label in vocabulary.MODES.items()],
            "minutes": _with(asked["minutes"], [(str(n), f"{n}分钟") for n in MINUTES], "{}分钟".format),
            "kind": _with(asked["kind"], [(codes, _kinds(codes)) for codes in KIND_CHOICES], _kinds),
            "needs_amenity": _with(
                asked["needs_amenity"], [(codes, _amenities(codes)) for codes in AMENITY_CHOICES], _amenities
            ),
            "week": weeks_from(question.week, today()),
            "may": [(name, MAY_WORDS[name]) for name in MAY],
            "actions": _with(asked["actions"], [(str(n), f"{n}项") for n in ACTIONS], "{}项".format),
        },
    }  # fmt: skip


def page_context(found: Opened) -> dict[str, object]:
    """Return what the page of a result shows."""
    result, question = found.result, found.question
    now = result["coverage"]
    last = found.after[-1] if found.after else now
    then = last if found.then is None else found.then["coverage"]
    shown = found.shown["coverage"]
    week_top = view.round_top(view.hours_of(now)[1])
    basemap = cast("Basemap", current_app.extensions["locator.basemap"])
    parts = map_parts(basemap, "zh", _DRAWER)
    return {
        "found": found, "result": result, "question": question, "view": view,
        "share": view.gap_share(now), "then_share": view.gap_share(then), "now": now, "then": then,
        "who": view.who(question, found.demand["of"]), "more": view.more(now, then),
        "fixes": view.fixes(result, found.after, found.ticked),
        "rows": view.towns(result, found.shown),
        "clock": view.clock(shown, week_top), "worst": view.worst(shown, result), "deepest": view.deepest(shown),
        "by_nearest": not view.names_towns(shown), "sentence": view.sentence(question, found.demand["of"]), "commands": found.commands, "again": ask_for(question),
        "never": never_words(found), "off": off_words(result["plan"]), "how": how_words(found),
        "unclear": view.unclear(result),
        "map_html": Markup(parts.html),  # noqa: S704  constants only
        "map_script": Markup(parts.script),  # noqa: S704  constants only
        "map_data": Markup(json_for_script(map_data(found, basemap))),  # noqa: S704  escaped for scripts
        "leaflet_js": asset_url("leaflet.js"), "leaflet_css": asset_url("leaflet.css"),
        **choices(current_catalog(), question),
    }  # fmt: skip


def map_data(found: Opened, basemap: Basemap) -> dict[str, Any]:
    """Return what static/plan-map.js draws, positions in the backdrop's datum."""
    result = found.result
    actions = result["plan"]["actions"]
    cell_address = {"name": found.name, "done": list(found.ticked) if found.shows_then else []}
    return {
        "cells_url": url_for("plan.exports.cells", **cell_address),  # type: ignore[arg-type]
        "outline_url": url_for("files.outline", city=result["question"]["boundary"][:4]),
        "boundary": result["question"]["boundary"],
        "hour": found.hour,
        "top": view.round_top([sum(cell["gap"][0]) for cell in result["cells"]]),
        "hour_top": view.round_top([hour for cell in result["cells"] for hour in cell["gap"][0]]),
        "doors": [
            {**door, **_at(door, basemap)}
            for door in result["doors"]
        ],
        "fixes": [
            {"rank": step["rank"], "name": name, "in": step["rank"] in found.ticked, **_at(step["where"], basemap)}
            for step, name in zip(actions, result["sites"], strict=True)
        ],
        "note": basemap.attribution,
    }  # fmt: skip


def cells_data(found: Opened, state: dict[str, Any], basemap: Basemap) -> dict[str, Any]:
    """Return the cells of a state for the map, outlines in the backdrop's datum."""
    return {
        "cells": [
            {
                "name": found.result["names"].get(cell["id"], cell["id"]),
                "rings": [_ring(ring, basemap) for ring in cell["rings"]],
                "demand": cell["demand"],
                "gap": cell["gap"],
            }
            for cell in state["cells"]
        ]
    }


def never_words(found: Opened) -> str:
    """Return how much demand nothing reaches, in words."""
    result = found.result
    weight = result["plan"]["never_reached_weight"]
    if not weight:
        return "每一格都有办法够得着"
    listed = result["plan"]["never_reached"]
    # All of them are listed up to a number, and of an operator's table none.
    rows = f"{len({point['row'] for point in listed})} 处，" if 0 < len(listed) < MOST_NAMED else ""
    return f"怎么补都够不着：{rows}{found.demand['weight'].format(weight)}"


def off_words(plan: dict[str, Any]) -> str:
    """Return how far the plan is from the best one can do, in words."""
    bound, gain = plan["upper_bound"], plan["gain_person_hours"]
    if plan["optimal"] or bound <= gain * (1 + 1e-9):
        return "已是最好的选法"
    short = 100 * (1 - gain / bound)
    return f"离最好的选法最多差 {short:.1f}%" if short >= _TENTH else "离最好的选法差不到 0.1%"


def how_words(found: Opened) -> str:
    """Return in one line how everything was counted."""
    result, question = found.result, found.question
    metres = result["metres"]
    mode = vocabulary.MODES[question.mode].zh
    way = f"按道路{mode}" if metres is None else f"直线{metres:,.0f}米"
    return (
        f"需求＝{found.demand['noun']}×{_rhythm(question.group)}；{mode}{question.minutes:g}分钟＝{way}；"
        f"{view.places_words(result)}，按全关、全开各算一遍"
    )


def datum_words(basemap: Basemap) -> list[str]:
    """Return in which datum the maps are drawn, where another than WGS-84 is published."""
    return [f"位置按 {NAMES[basemap.datum]} 画。"] if mark() else []


def _at(place: dict[str, Any], basemap: Basemap) -> dict[str, float]:
    lon, lat = convert(place["lon"], place["lat"], "wgs84", basemap.datum)
    return {"lon": round(float(lon), 6), "lat": round(float(lat), 6)}


def _ring(ring: list[list[float]], basemap: Basemap) -> list[list[float]]:
    lon, lat = np.array(ring).T
    x, y = convert(lon.copy(), lat.copy(), "wgs84", basemap.datum)
    # As Leaflet takes them: lat before lon.
    return [[round(b, 6), round(a, 6)] for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def _with(value: str, known: Choices, words: Any) -> Choices:  # noqa: ANN401  str.format among them
    """Return choices with the one that was made, which an address may have named."""
    return known if value in _values(known) else [*known, (value, words(value))]


def _values(known: Iterable[tuple[str, str]]) -> set[str]:
    return {value for value, _ in known}


def _rhythm(group: str) -> str:
    if group == OWN:
        return "表里的时段"
    return f"{'全天一样' if group == FLAT else vocabulary.GROUPS[group].zh}出门的时段"


def _kinds(codes: str) -> str:
    return "、".join(vocabulary.KINDS[code].label.zh for code in codes.split(",") if code) or "任何服务点"


def _amenities(codes: str) -> str:
    return "、".join(vocabulary.AMENITIES[code].zh for code in codes.split(",") if code) or "不限"
