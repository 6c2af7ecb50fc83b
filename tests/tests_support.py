"""Helpers that tests import by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from locator import Catalog, Service
from locator.maps.placing import Box
from locator.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def catalog_of(services: list[Service], folder: Path) -> Catalog:
    """Return a catalog that holds just these services."""
    url = f"sqlite:///{folder}/own.db"
    Store(url).create(services, "tests")
    return Catalog.open(url)


def marker_boxes(svg: str) -> list[Box]:
    """Return the boxes of the markers on the map."""
    found = []
    for element in ET.fromstring(svg).iterfind(
        "{http://www.w3.org/2000/svg}g[@class='map']//*[@class='marker']"
    ):
        x, y, scale = map(float, re.findall(r"[-\d.]+", element.get("transform", "")))
        found.append(Box(x, y, x + 40 * scale, y + 40 * scale))
    return found
