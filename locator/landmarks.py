"""Positions named as people name them: by the nearest service, and which way from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator.geodesy import geodesic_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from locator.catalog import Catalog

_WINDS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
# Nearer than this, a cell is "at" its landmark; farther than that, the landmark says nothing.
_AT_M, _FAR_M = 150.0, 3000.0
_KM = 1000.0
# So many of the nearest are looked at for one that will do.
_LOOKED_AT = 50
# Ten and more metres are told roughly: a direction of eight is no better.
_ROUGH_M = 100


class Landmarks:
    """Names positions by the nearest service that has one itself."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        placed = np.flatnonzero(catalog.profile >= 0)
        self._owner = catalog.owner[placed]
        self._lon, self._lat = catalog.lon[placed], catalog.lat[placed]

    def town_of(self, lon: float, lat: float) -> str:
        """Return the town of the nearest service that names its own; "" if that is far."""
        dx, dy = self._away(lon, lat)
        for i in self._by_distance(dx, dy):
            if geodesic_m(lon, lat, float(self._lon[i]), float(self._lat[i])) > _FAR_M:
                break
            if town := self._catalog.service(int(self._owner[i])).town:
                return town
        return ""

    def _away(self, lon: float, lat: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (self._lon - lon) * math.cos(math.radians(lat)), self._lat - lat

    def of(self, lon: float, lat: float) -> str:
        """Return where a position lies, seen from the nearest service."""
        if not len(self._lon):
            return f"{lon:.3f}, {lat:.3f}"
        dx, dy = self._away(lon, lat)
        nearest = next((i for i in self._by_distance(dx, dy) if self._stays(i)), None)
        if nearest is None:
            return f"{lon:.3f}, {lat:.3f}"
        service = self._catalog.service(int(self._owner[nearest]))
        metres = geodesic_m(lon, lat, float(self._lon[nearest]), float(self._lat[nearest]))
        name = service.name.removeprefix(service.town or "") or service.name
        if metres > _FAR_M:
            return f"{lon:.3f}, {lat:.3f}"
        if metres < _AT_M:
            return f"{name}一带"
        wind = _WINDS[round(math.atan2(-dy[nearest], -dx[nearest]) / (math.pi / 4)) % 8]
        rough = round(metres / _ROUGH_M) * _ROUGH_M
        far = f"{rough / _KM:g}公里" if rough >= _KM else f"{rough}米"
        return f"{name}{wind}面{far}"

    def _stays(self, place: int) -> bool:
        """Tell whether the service of a place is a landmark: a real one that does not move."""
        service = self._catalog.service(int(self._owner[place]))
        return not service.stops and not service.demo

    @staticmethod
    def _by_distance(dx: NDArray[np.float64], dy: NDArray[np.float64]) -> list[int]:
        order: list[int] = np.argsort(dx * dx + dy * dy, kind="stable").tolist()
        return order[:_LOOKED_AT]
