"""Geometries as CQL2 text writes them (WKT, BBOX) as the GeoJSON that the JSON encoding uses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from locator._errors import Text
from locator.cql2._faults import fault
from locator.cql2._names import GEOMETRIES

if TYPE_CHECKING:
    from locator.cql2._walk import Walk

# A multipolygon's positions stand inside three pairs of brackets; nothing stands inside more.
_BRACKETS = 3
_POSITION = Text("坐标", "a coordinate")


def number_of(digits: str) -> float:
    """Return a literal number; whole ones that a float holds exactly stay whole."""
    value = int(digits) if digits.isdigit() and len(digits) <= 15 else float(digits)  # noqa: PLR2004
    if not math.isfinite(value):
        raise fault(digits, f"数太大：{digits[:20]}", f"the number {digits[:20]} is too large")
    return value


def bbox(walk: Walk) -> dict[str, Any]:
    """Read ``(west, south, east, north)``, optionally with heights."""
    walk.take("(")
    numbers = [_signed(walk)]
    while walk.takes(","):
        numbers.append(_signed(walk))
    walk.take(")")
    return {"bbox": numbers}


def geometry(walk: Walk, name: str) -> dict[str, Any]:
    """Read what stands behind ``POINT`` and its like, from the bracket on."""
    kind = GEOMETRIES[name]
    walk.takes("Z")
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": _members(walk)}
    nested: list[Any] = _nested(walk, _BRACKETS)
    if kind == "Point":
        if len(nested) != 1:
            raise fault(nested, "POINT 只有一个坐标", "a POINT has one position")
        nested = nested[0]
    if kind == "MultiPoint":
        # ((1 2), (3 4)) and the older (1 2, 3 4) are both in use.
        nested = [item[0] if isinstance(item[0], list) and len(item) == 1 else item for item in nested]
    return {"type": kind, "coordinates": nested}


def _members(walk: Walk) -> list[Any]:
    walk.take("(")
    members = []
    while True:
        token = walk.next()
        if token.keyword not in GEOMETRIES or token.keyword == "GEOMETRYCOLLECTION":
            raise walk.unexpected(token, Text("POINT、POLYGON 等几何", "a geometry such as POINT"))
        members.append(geometry(walk, token.keyword))
        if not walk.takes(","):
            walk.take(")")
            return members


def _nested(walk: Walk, brackets: int) -> list[Any]:
    walk.take("(")
    items: list[Any] = []
    while True:
        deeper = walk.peek.text == "(" and walk.peek.kind == "sign"
        if deeper and brackets == 1:
            raise walk.unexpected(walk.peek, _POSITION)
        items.append(_nested(walk, brackets - 1) if deeper else _position(walk))
        if not walk.takes(","):
            walk.take(")")
            return items


def _position(walk: Walk) -> list[float]:
    numbers = [_signed(walk)]
    while walk.peek.kind == "number" or walk.peek.text in {"-", "+"}:
        numbers.append(_signed(walk))
    return numbers


def _signed(walk: Walk) -> float:
    sign = -1 if walk.takes("-") else 1
    if sign == 1:
        walk.takes("+")
    token = walk.next()
    if token.kind != "number":
        raise walk.unexpected(token, _POSITION)
    return sign * number_of(token.text)
