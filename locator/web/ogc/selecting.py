"""Which rows of a table a request matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from locator._errors import InputError, Text
from locator.cql2 import Queryable, parse
from locator.web.ogc.fields import GEOMETRY
from locator.web.ogc.times import span_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Geometry

    from locator.web.ogc.collections import Collection
    from locator.web.ogc.fields import Field
    from locator.web.ogc.query import Box, Query
    from locator.web.ogc.tables import Interval, Table
    from locator.web.ogc.times import Span

    Mask = NDArray[np.bool_]

# SQL, which GDAL speaks, has 1 and 0.
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def matched(table: Table, collection: Collection, query: Query) -> NDArray[np.int64]:
    """Return the rows that a request matches, on all pages together, in order.

    Raises
    ------
    InputError
        A filter or a property parameter that makes no sense.
    """
    return table.selected(query.selection, lambda: _mask(table, collection, query))


def queryables(collection: Collection) -> dict[str, Queryable]:
    """Return what a filter may name."""
    return {**{f.name: Queryable(f.type) for f in collection.fields}, GEOMETRY: Queryable("geometry")}


def _mask(table: Table, collection: Collection, query: Query) -> Mask:
    mask: Mask = np.full(len(table), fill_value=True)
    for name, text in query.equal:
        mask &= _equal(table, collection.by_name[name], text)
    interval = None if query.span is None else table.interval()
    if query.span is not None and interval is not None:
        mask &= _meets(interval, query.span)
    if query.box is not None:
        mask &= _in_box(table, query.box)
    if query.filter is not None:
        crs = query.filter_crs

        def degrees(geometry: Geometry) -> Geometry:
            return shapely.transform(geometry, crs.degrees)

        mask &= parse(query.filter, query.filter_lang, queryables(collection), degrees).mask(table.column)
    return mask


def _meets(interval: Interval, span: Span) -> Mask:
    first, last = span
    mask = interval.known.copy()
    if first is not None:
        mask &= np.isnat(interval.end) | (interval.end >= first)
    if last is not None:
        mask &= np.isnat(interval.start) | (interval.start <= last)
    return mask


def _in_box(table: Table, box: Box) -> Mask:
    west, south, east, north = box
    if west > east:
        return _in_box(table, (west, south, 180.0, north)) | _in_box(table, (-180.0, south, east, north))
    lowest_lon, lowest_lat, highest_lon, highest_lat = table.corners()
    mask: Mask = (highest_lon >= west) & (lowest_lon <= east) & (highest_lat >= south) & (lowest_lat <= north)
    if lowest_lon is not highest_lon:
        rows = np.flatnonzero(mask)
        mask[rows] = shapely.intersects(table.column(GEOMETRY)[rows], shapely.box(*box))
    return mask


def _equal(table: Table, field: Field, text: str) -> Mask:
    column = table.column(field.name)
    if field.words and text not in field.words:
        raise _wrong(field, text, ", ".join(field.words))
    if field.type == "array":
        return np.fromiter((text in words for words in column), np.bool_, len(column))
    if field.type == "instant":
        first, last = span_of(text)
        if first is None or last is None:
            raise _wrong(field, text, "2026-11-23T13:05:00+08:00")
        return _both(column >= first, column <= last)
    return _both(column == _value(field, text))


def _both(*masks: Any) -> Mask:  # noqa: ANN401  numpy's own answer to a comparison
    whole: Mask = np.logical_and.reduce([np.asarray(mask, np.bool_) for mask in masks])
    return whole


def _value(field: Field, text: str) -> object:
    if field.type == "boolean":
        if text.lower() not in _BOOLEANS:
            raise _wrong(field, text, "true, false")
        return _BOOLEANS[text.lower()]
    try:
        if field.type in {"integer", "number"}:
            return float(text)
        if field.type == "date":
            return np.datetime64(text, "D")
    except ValueError:
        raise _wrong(field, text, "2026-11-23" if field.type == "date" else "1, 2.5") from None
    return text


def _wrong(field: Field, text: str, usable: str) -> InputError:
    shown = text[:80]
    return InputError(
        field.name,
        shown,
        Text(
            f"{field.name} 不能是 {shown!r}，可以用：{usable}",
            f"{field.name} cannot be {shown!r}; use {usable}",
        ),
    )
