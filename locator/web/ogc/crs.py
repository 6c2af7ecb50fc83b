"""The reference systems that /ogc speaks, their axis order, and the way there and back from lon, lat.

Positions are WGS-84. CGCS2000 (EPSG:4490) is realised to within centimetres of it, and PROJ's own operation between
the two changes no number: only the axes are turned. Where the operator publishes in GCJ-02 there is one
system, lon and lat, since no code of EPSG means GCJ-02.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from locator._errors import InputError, Text
from locator.geodesy import AXIS_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
# Web Mercator is infinite at the poles: its own square ends here.
_MERCATOR_LAT = math.degrees(math.atan(math.sinh(math.pi)))


class Crs(NamedTuple):
    """A reference system: its address, whether it has latitude first, whether it is Web Mercator, and the decimals of a millimetre."""

    uri: str
    lat_first: bool
    mercator: bool
    decimals: int

    def of(self, degrees: Floats) -> Floats:
        """Return coordinates of lon, lat. Both of shape (n, 2)."""
        if self.mercator:
            lat = np.radians(np.clip(degrees[:, 1], -_MERCATOR_LAT, _MERCATOR_LAT))
            return np.column_stack([AXIS_M * np.radians(degrees[:, 0]), AXIS_M * np.arcsinh(np.tan(lat))])
        return degrees[:, ::-1] if self.lat_first else degrees

    def degrees(self, coordinates: Floats) -> Floats:
        """Return lon, lat of coordinates. Both of shape (n, 2)."""
        if self.mercator:
            x, y = (coordinates / AXIS_M).T
            return np.column_stack([np.degrees(x), np.degrees(np.arctan(np.sinh(np.clip(y, -40, 40))))])
        return coordinates[:, ::-1] if self.lat_first else coordinates


_DEFAULT = Crs(CRS84, lat_first=False, mercator=False, decimals=8)
_ALL = (
    _DEFAULT,
    Crs(_EPSG + "4326", lat_first=True, mercator=False, decimals=8),
    Crs(_EPSG + "4490", lat_first=True, mercator=False, decimals=8),
    Crs(_EPSG + "3857", lat_first=False, mercator=True, decimals=3),
)


def systems(datum: str) -> tuple[Crs, ...]:
    """Return the systems that positions are offered in, the default first."""
    return _ALL if datum == "wgs84" else (_DEFAULT,)


def crs_of(field: str, uri: str | None, datum: str) -> Crs:
    """Return the system that an address means; CURIEs like [EPSG:4326] are understood.

    Raises
    ------
    InputError
        None of those that are offered.
    """
    if not uri:
        return _DEFAULT
    asked = uri.strip().strip("[]")
    offered = systems(datum)
    for crs in offered:
        authority, _, code = crs.uri.split("/")[-3:]
        if asked in {crs.uri, crs.uri.replace("http:", "https:"), f"{authority}:{code}"}:
            return crs
    listed = ", ".join(crs.uri for crs in offered)
    shown = uri[:80]
    if datum != "wgs84":
        text = Text(
            f"{field} 不能是 {shown!r}：这里的位置是 {datum.upper()}，没有 EPSG 代码，只能用 {listed}",
            f"{field} cannot be {shown!r}: positions here are {datum.upper()}, which has no EPSG code; use {listed}",
        )
    else:
        text = Text(
            f"{field} 里没有 {shown!r}，可以用：{listed}", f"{field} has no {shown!r}; use one of {listed}"
        )
    raise InputError(field, shown, text)
