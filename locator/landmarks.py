"""Positions named as people name them: by the nearest service, and which way from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator.datum import Datum
from locator.publication import position
from locator.records import BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.catalog import Catalog

_WINDS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
# Nearer than this, a position is "at" its landmark; farther than that, the landmark says nothing.
_AT_M, _FAR_M = 150.0, 3000.0
_KM = 1000.0
# Ten and more metres are told roughly: a direction of eight is no better.
_ROUGH_M = 100
_THESE = np.ones(1, np.bool_)


class Landmarks:
    """Names positions by the nearest service of a catalog: a real one that does not move."""

    def __init__(self, catalog: Catalog, published: Datum = Datum.WGS84) -> None:
        self._catalog, self._published = catalog, published
        stands = catalog.profile >= 0
        stays = stands & ~catalog.with_any(BITS["demo"] | BITS["mobile"])
        has_town = np.array([bool(town) for town in catalog.town], np.bool_)[catalog.owner]
        # What may be found has code 0, whatever else there is code -1.
        self._landmarks, self._in_towns = (
            np.where(meant, 0, -1).astype(np.int32) for meant in (stays, stands & has_town)
        )

    def town_of(self, lon: float, lat: float) -> str:
        """Return the town of the nearest service that names its own; "" if there is none within three kilometres."""
        found = self._nearest(lon, lat, self._in_towns)
        return "" if found is None else self._catalog.town[self._catalog.place(found[0]).service] or ""

    def of(self, lon: float, lat: float) -> str:
        """Return where a position lies, seen from its landmark; in degrees if there is none within three kilometres."""
        found = self._nearest(lon, lat, self._landmarks)
        if found is None:
            x, y = position(lon, lat, self._published)
            return f"{x:.3f}, {y:.3f}"
        place, metres = self._catalog.place(found[0]), found[1]
        service = self._catalog.service(place.service)
        name = service.name.removeprefix(service.town or "") or service.name
        if metres < _AT_M:
            return f"{name}一带"
        east, north = (lon - place.lon) * math.cos(math.radians(lat)), lat - place.lat
        wind = _WINDS[round(math.atan2(north, east) / (math.pi / 4)) % 8]
        rough = round(metres / _ROUGH_M) * _ROUGH_M
        far = f"{rough / _KM:g}公里" if rough >= _KM else f"{rough}米"
        return f"{name}{wind}面{far}"

    def _nearest(self, lon: float, lat: float, codes: NDArray[np.int32]) -> tuple[int, float] | None:
        """Return the number of the nearest place that is meant, and how far it is."""
        places, metres = self._catalog.index.nearest(lon, lat, 1, max_m=_FAR_M, codes_allowed=(codes, _THESE))
        return (int(places[0]), float(metres[0])) if len(places) else None
