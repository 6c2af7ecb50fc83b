"""A map in one file: assets inside, opens by double click with no network."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from locator import vocabulary
from locator._bundled import bundled
from locator.cards import card
from locator.datum import Datum
from locator.maps.assets import inline_css, inline_js
from locator.maps.folium_map import json_for_script, map_data, map_parts, outline_collection

if TYPE_CHECKING:
    from pathlib import Path

    from locator.hits import Answer
    from locator.maps.basemaps import Basemap


def standalone_page(answer: Answer, basemap: Basemap, title: str, published: Datum = Datum.WGS84) -> str:
    """Return an answer as one HTML file with map and list.

    Parameters
    ----------
    answer
        What to show.
    basemap
        With tiles the file needs a network to show them, and falls back to the outline without.
    title
        Heading of the page, plain text.
    published
        The datum of publication: there are no links in WGS-84 beside it.
    """
    question = answer.question
    sure = [card(hit, question, published) for hit in answer.features]
    unknown = [card(hit, question, published) for hit in answer.unknown]
    districts = [hit.service.district for hit in (*answer.features, *answer.unknown) if hit.service.district]
    data = map_data([*sure, *unknown], question, basemap, districts=districts)
    data["outlines"] = {city: outline_collection(city, basemap) for city in data["cities"]}
    return render_file(
        "standalone.html",
        basemap,
        data,
        title=title,
        question=question,
        cards=sure,
        unknown=unknown,
        demo=any(hit.service.demo for hit in (*answer.features, *answer.unknown)),
        as_of=answer.catalog.as_of,
    )


def render_file(template: str, basemap: Basemap, data: dict[str, Any], **words: object) -> str:
    """Return a template as one HTML file: styles, scripts, the map of a backdrop and its data inside.

    Parameters
    ----------
    template
        Its name in templates/.
    basemap
        As `standalone_page`.
    data
        What static/map.js draws, see `map_data`.
    words
        What else the template shows.
    """
    templates = Environment(
        loader=FileSystemLoader(bundled("templates")),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
    )
    parts = map_parts(basemap)
    static = bundled("static")
    page = templates.get_template(template).render(
        **words,
        nonce=secrets.token_urlsafe(16),
        tile_origins=" ".join(basemap.origins),
        style=Markup(inline_css() + _read(static / "tokens.css") + _read(static / "app.css")),  # noqa: S704  our files
        leaflet=Markup(inline_js()),  # noqa: S704  the package's file
        own_script=Markup(_read(static / "markers.js") + _read(static / "map.js")),  # noqa: S704  our files
        map_html=Markup(parts.html),  # noqa: S704  constants only
        map_script=Markup(parts.script),  # noqa: S704  constants only
        map_data=Markup(json_for_script(data)),  # noqa: S704  escaped for scripts
        families=vocabulary.FAMILIES,
    )
    return str(page)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
