"""Geometry literals: GeoJSON checked piece by piece, then made; and the spatial predicates over columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from locator._errors import InputError, Text
from locator.cql2._faults import fault, shown
from locator.cql2._names import GEOMETRIES
from locator.cql2._truth import Truth, known

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    ToWgs84 = Callable[[Any], Any] | None

_CLASSES: dict[str, Any] = {
    "Point": shapely.Point,
    "LineString": shapely.LineString,
    "Polygon": lambda rings: shapely.Polygon(rings[0], rings[1:]),
    "MultiPoint": shapely.MultiPoint,
    "MultiLineString": shapely.MultiLineString,
    "MultiPolygon": lambda parts: shapely.MultiPolygon([(rings[0], rings[1:]) for rings in parts]),
}
# How many lists stand around a position, and the fewest positions of the innermost.
_NESTING = {
    "Point": 0,
    "LineString": 1,
    "MultiPoint": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
}
_FEWEST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
_AXES = (2, 3)
_BOUNDS = (4, 6)
_HALF_TURN = 180.0
# Beyond this, squares overflow inside GEOS; no datum's metres come near it.
_LARGEST = 1e12
_RELATIONS: dict[str, Callable[..., Any]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
# Only the first of two geometries is asked through its prepared form: a literal behind goes to the front.
_TURNED = {"s_within": "s_contains", "s_contains": "s_within"}


def shape_of(node: dict[str, Any], to_wgs84: ToWgs84) -> Any:  # noqa: ANN401  shapely
    """Return a literal's geometry on WGS-84, prepared.

    Raises
    ------
    InputError
        If a list is too short or too deep, a ring open, a number none, or the whole not valid.
    """
    # GeoJSON allows a geometry to tell its bounds as well.
    if "type" not in node:
        shape = _box(node["bbox"], to_wgs84)
    else:
        shape = _geometry(node, members=True)
        if to_wgs84 is not None:
            shape = to_wgs84(shape)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise _bad(node, Text("坐标换算之后不是有限的数", "its coordinates are not finite on WGS-84"))
    if not shapely.is_valid(shape):
        reason = shapely.is_valid_reason(shape)
        raise _bad(node, Text(f"图形不合法（{reason}）", f"it is not valid ({reason})"))
    shapely.prepare(shape)
    return shape


def relation(op: str, a: Any, b: Any, *, turned: bool) -> Truth:  # noqa: ANN401
    """Return where two geometries stand as ``op`` says; ``turned`` if only the second is a literal."""
    unknown = np.asarray(shapely.is_missing(a) | shapely.is_missing(b))
    hits = _RELATIONS[_TURNED.get(op, op)](b, a) if turned else _RELATIONS[op](a, b)
    return known(np.asarray(hits), unknown)


def unknown_shapes(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where there is no geometry."""
    return np.asarray(shapely.is_missing(shapes))


def _bad(piece: object, reason: Text) -> InputError:
    what = piece.get("type", "BBOX") if isinstance(piece, dict) else piece
    name = shown(what)
    return fault(piece, f"几何 {name}：{reason.zh}", f"the geometry {name}: {reason.en}")


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise _bad(value, Text("坐标必须是数，不超过 1e12", "a coordinate is a number, of at most 1e12"))
    return float(value)


def _position(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) not in _AXES:
        raise _bad(value, Text("一个坐标是两个或三个数", "a position is two or three numbers"))
    numbers = [_number(item) for item in value]
    return numbers[0], numbers[1]


def _positions(value: object, nesting: int, fewest: int, *, rings: bool) -> Any:  # noqa: ANN401
    if nesting == 0:
        return _position(value)
    if not isinstance(value, list) or not value:
        raise _bad(value, Text("坐标的层次不对", "its positions are not nested as its type asks"))
    found = [_positions(item, nesting - 1, fewest, rings=rings) for item in value]
    if nesting == 1 and len(found) < fewest:
        reason = Text(f"至少要 {fewest} 个坐标", f"at least {fewest} positions are needed")
        raise _bad(value, reason)
    if nesting == 1 and rings and found[0] != found[-1]:
        raise _bad(value, Text("环没有闭合，首尾坐标要相同", "a ring must end where it starts"))
    return found


def _geometry(node: object, *, members: bool) -> Any:  # noqa: ANN401
    kind = node.get("type") if isinstance(node, dict) else None
    if not isinstance(node, dict) or not isinstance(kind, str) or kind not in GEOMETRIES.values():
        raise _bad(kind, Text("不是几何类型", "this is no type of geometry"))
    if kind == "GeometryCollection":
        parts = node.get("geometries")
        if not members or not isinstance(parts, list) or not parts:
            raise _bad(
                node, Text("集合里要有几何，且不能再套集合", "it must hold geometries, not collections")
            )
        return shapely.GeometryCollection([_geometry(part, members=False) for part in parts])
    rings = kind.endswith("Polygon")
    nested = _positions(node.get("coordinates"), _NESTING[kind], _FEWEST.get(kind, 1), rings=rings)
    return _CLASSES[kind](nested)


def _box(bounds: object, to_wgs84: ToWgs84) -> Any:  # noqa: ANN401
    if not isinstance(bounds, list) or len(bounds) not in _BOUNDS:
        raise _bad(bounds, Text("BBOX 要四个或六个数", "a BBOX is four or six numbers"))
    numbers = [_number(item) for item in bounds]
    half = len(numbers) // 2
    corners = [shapely.Point(*numbers[:2]), shapely.Point(*numbers[half : half + 2])]
    if to_wgs84 is not None:
        corners = [to_wgs84(corner) for corner in corners]
    (west, south), (east, north) = ((corner.x, corner.y) for corner in corners)
    if south > north:
        reason = Text("BBOX 的南边在北边之上", "the south of a BBOX is north of its north")
        raise _bad(bounds, reason)
    if west <= east:
        return _rectangle(west, south, east, north)
    # Across the 180th meridian (the standard, clause "basic spatial data types").
    parts = [_rectangle(west, south, _HALF_TURN, north), _rectangle(-_HALF_TURN, south, east, north)]
    if west > _HALF_TURN or east < -_HALF_TURN:
        raise _bad(bounds, Text("BBOX 的西边在东边之右", "the west of a BBOX is east of its east"))
    return shapely.union_all(parts)


def _rectangle(west: float, south: float, east: float, north: float) -> Any:  # noqa: ANN401
    # A box without width or height is a line or a point, which a polygon would not be valid as.
    corners = dict.fromkeys([(west, south), (east, south), (east, north), (west, north)])
    distinct = list(corners)
    if len(distinct) == 1:
        return shapely.Point(distinct[0])
    return shapely.LineString(distinct) if west == east or south == north else shapely.Polygon(distinct)
