"""Every address of an application, with something in each of its holes: what tests of all routes walk over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from locator.maps.assets import asset_tag
from locator.web.language import static_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

# A hole that is not named here gets "x": a new route is walked from its first day.
HOLES = {
    "service_id": "st-1", "code": "310110", "city": "3101", "size": "192", "number": "1", "batch": "1", "district": "310110",
    "upload_id": "A" * 24, "filename": "app.css", "name": "x", "named": "en", "file": "gaps.csv",
}  # fmt: skip
_QUERIES = {
    "pages.home": "?lon=121.54&lat=31.27", "embed.show": "?district=310110", "images.map_png": "?district=310110&width=300",
    "images.map_svg": "?district=310110", "api.nearest": "?lon=121.54&lat=31.27", "runs.along": "?path=121.5,31.2;121.6,31.3",
}  # fmt: skip
_PLAN_NAME = "0123456789abcdef"


class Address(NamedTuple):
    """One rule of the application, and a path that it matches."""

    rule: str
    endpoint: str
    methods: frozenset[str]
    path: str


def addresses(app: Flask) -> Iterator[Address]:
    """Yield every rule once for each set of methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        path = rule.rule
        for whole, name in re.findall(r"(<(?:[^<>]*:)?(\w+)>)", rule.rule):
            path = path.replace(whole, _filling(rule.endpoint, name), 1)
        yield Address(
            rule.rule, rule.endpoint, frozenset(rule.methods or ()), path + _QUERIES.get(rule.endpoint, "")
        )


def _filling(endpoint: str, name: str) -> str:
    if name == "tag":
        return asset_tag() if endpoint == "files.asset" else static_tag()
    if endpoint.startswith("plan.") and name == "name":
        return _PLAN_NAME
    if endpoint in {"language.script", "files.asset"} and name == "name":
        return "app.js" if endpoint == "language.script" else "leaflet.js"
    return HOLES.get(name, "x")
