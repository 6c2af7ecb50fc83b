"""What pages with a map have in common: their words, scripts and the map itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from flask import current_app
from markupsafe import Markup

from locator import vocabulary
from locator.datum import convert
from locator.districts import districts_at
from locator.maps import Basemap, map_data, map_parts
from locator.maps.folium_map import json_for_script
from locator.places import town_labels
from locator.timeline import SHANGHAI
from locator.web.files import asset_url
from locator.web.language import clock, language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.cards import Card
    from locator.catalog import Catalog
    from locator.question import Question


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
    parts = map_parts(basemap, language())
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
