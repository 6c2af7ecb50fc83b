"""The state of the data as a map in one file: a marker for each service that something is said about."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from locator import vocabulary
from locator._checks import CHECKS
from locator.datum import convert
from locator.maps.folium_map import outline_collection
from locator.maps.standalone import render_file

if TYPE_CHECKING:
    from locator.checking import Finding, State
    from locator.maps.basemaps import Basemap

# What a browser still opens: the worst of a whole country, or all of a city.
MOST_MARKERS, MOST_ROWS, MOST_CITIES = 3000, 500, 12
# The marker's mark by the worst finding: a stroke through it, a question mark, or none.
_STATES = {"error": "closed", "warning": "unknown", "note": "open"}
_WORDS = {"error": "要改", "warning": "要核实", "note": "留意"}


def check_page(state: State, basemap: Basemap, title: str) -> str:
    """Return the findings as one HTML file with map, counts and list; the worst, where they are too many.

    Parameters
    ----------
    state
        What was found.
    basemap
        The backdrop; positions are converted to its datum.
    title
        Heading of the page, plain text.
    """
    by_service = sorted(state.findings, key=lambda finding: finding.service.id)
    groups = [list(group) for _, group in groupby(by_service, key=lambda finding: finding.service.id)]
    order = {code: place for place, code in enumerate(CHECKS)}
    groups.sort(key=lambda group: (order[group[0].code], group[0].service.id))
    markers = [marker for group in groups if (marker := _marker(group, basemap)) is not None]
    cities: dict[str, None] = {}
    for group in groups:
        if group[0].service.district and len(cities) < MOST_CITIES:
            cities.setdefault(group[0].service.district[:4])
    data = {
        "datum": basemap.datum.value,
        "asker": None,
        "services": markers[:MOST_MARKERS],
        "cities": sorted(cities),
        "labels": [],
        "note": basemap.attribution,
        "outlines": {city: outline_collection(city, basemap) for city in cities},
    }
    return render_file(
        "check.html",
        basemap,
        data,
        title=title,
        at=state.at,
        services=state.services,
        summary=[row for row in state.summary() if row["findings"]],
        groups=groups[:MOST_ROWS],
        touched=len(groups),
        drawn=min(len(markers), MOST_MARKERS),
        placed=len(markers),
        checks=CHECKS,
    )


def _marker(group: list[Finding], basemap: Basemap) -> dict[str, Any] | None:
    service, worst = group[0].service, CHECKS[group[0].code].severity
    places = service.stops or (service,)
    if places[0].lon is None or places[0].lat is None:
        return None
    lon, lat = convert(places[0].lon, places[0].lat, "wgs84", basemap.datum)
    kind = vocabulary.KINDS[service.kind]
    family = kind.family if kind.family in vocabulary.FAMILIES else "other"
    return {
        "id": service.id,
        "name": service.name,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "family": family,
        "glyph": kind.glyph,
        "state": _STATES[worst],
        "door": _WORDS[worst],
        "kind": kind.label.zh,
        "minutes": "",
        "going": f"编号 {service.id}",
        "staying": "",
        "distance": "",
        "address": service.address or "",
        "deals": [f"{CHECKS[f.code].title.zh}：{f.detail.zh}" for f in group],
        "demo": service.demo,
    }
