"""Outlines and H3 cells as points that share their weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import h3
import numpy as np
import shapely

from locator._errors import Text
from locator.cells import is_cell
from locator.datum import Datum, convert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Note = Callable[[int, str, object, Text], None]

# Of resolution 10 a cell is 0.015 km2, about 130 m across: far below any reach. An outline gets at most some
# thousand of them, a larger one coarser ones.
FINEST, _COARSEST = 10, 6
_MOST_POINTS = 3000
# A continent would fill the memory with the cells of a province: it gets coarser ones.
_MOST_AT_ALL = 400_000
# The library takes memory by how far an outline reaches, be it as thin as a needle.
_MOST_AROUND = 2_000_000
_MAX_LON, _MAX_LAT = 180.0, 90.0
_NO_CELL = Text("不是 H3 格子的编号", "this is no H3 cell")
_NO_SHAPE = Text("没有几何图形", "there is no geometry")
_OUTSIDE = Text("坐标超出经纬度的范围", "its coordinates are no degrees of longitude and latitude")
_ODD_SHAPE = Text("几何图形要是点或者面", "a geometry must be a point or a polygon")


class Spread(NamedTuple):
    """Points: WGS-84 degrees, the share of their row's weight, the row; and the outline of every row, if there are any."""

    lon: Floats
    lat: Floats
    share: Floats
    row: NDArray[np.int64]
    shapes: NDArray[np.object_] | None


def spread_cells(cells: Sequence[str], note: Note) -> Spread:
    """Return the middles of the small cells in each H3 cell; what is no cell is noted, and has no point."""
    shapes = np.full(len(cells), None, np.object_)
    found: list[tuple[int, list[str]]] = []
    for row, cell in enumerate(cells):
        if not is_cell(cell):
            note(row, "cell", cell, _NO_CELL)
            continue
        shapes[row] = outline(cell)
        mine = h3.get_resolution(cell)
        finest = max(mine, min(FINEST, mine + 4))
        found.append((row, list(h3.cell_to_children(cell, finest))))
    return _spread(found, shapes)


def spread_shapes(geometries: NDArray[np.object_], datums: NDArray[np.object_], note: Note) -> Spread:
    """Return points as they are, and polygons as the middles of the H3 cells that they hold."""
    shapes = np.full(len(geometries), None, np.object_)
    found: list[tuple[int, list[str]]] = []
    single: list[tuple[int, float, float]] = []
    for row, given in enumerate(geometries):
        if given is None or given.is_empty or not np.isfinite(shapely.get_coordinates(given)).all():
            note(row, "geometry", None, _NO_SHAPE)
            continue
        if not _on_earth(given):
            note(row, "geometry", None, _OUTSIDE)
            continue
        shape = _in_wgs84(given, datums[row])
        if shape.geom_type == "Point":
            single.append((row, float(shapely.get_x(shape)), float(shapely.get_y(shape))))
        elif shape.geom_type in {"Polygon", "MultiPolygon"}:
            shapes[row] = whole = shapely.make_valid(shape)
            cells = cells_in(whole)
            inner = whole.representative_point()
            found.append((row, cells)) if cells else single.append((row, inner.x, inner.y))
        else:
            note(row, "geometry", shape.geom_type, _ODD_SHAPE)
    return _with_points(
        _spread(found, shapes if found or any(s is not None for s in shapes) else None), single
    )


def cells_in(shape: BaseGeometry) -> list[str]:
    """Return the H3 cells whose middles lie in a polygon, of the finest resolution that needs not too many."""
    shells = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    for resolution in range(FINEST, -1, -1):
        most = _MOST_POINTS if resolution > _COARSEST else _MOST_AT_ALL
        room = h3.average_hexagon_area(resolution, "km^2")
        if _km2(shape) <= most * room and all(_around_km2(part) <= _MOST_AROUND * room for part in shells):
            return sorted({cell for part in shells for cell in h3.geo_to_cells(part, resolution)})
    return []


def outline(cell: str) -> BaseGeometry:
    """Return the outline of an H3 cell, WGS-84."""
    return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])


def _km2(shape: BaseGeometry) -> float:
    """Return about how large a polygon is: only the resolution hangs on it."""
    middle = np.radians((shape.bounds[1] + shape.bounds[3]) / 2)
    return float(shape.area * 111.32**2 * np.cos(middle))


def _around_km2(shape: BaseGeometry) -> float:
    """Return the area that the library makes ready for: a third of the square over the diagonal of its box."""
    west, south, east, north = shape.bounds
    return float((east - west) ** 2 + (north - south) ** 2) * 111.32**2 / 3


def _on_earth(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    return west >= -_MAX_LON and east <= _MAX_LON and south >= -_MAX_LAT and north <= _MAX_LAT


def _in_wgs84(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    if datum is Datum.WGS84:
        return shape
    return shapely.transform(
        shape, lambda xy: np.column_stack(convert(xy[:, 0].copy(), xy[:, 1].copy(), datum, "wgs84"))
    )


def _spread(found: list[tuple[int, list[str]]], shapes: NDArray[np.object_] | None) -> Spread:
    middles = [h3.cell_to_latlng(cell) for _, cells in found for cell in cells]
    lat, lon = np.array(middles, np.float64).reshape(-1, 2).T
    counts = np.array([len(cells) for _, cells in found], np.int64)
    row = np.repeat(np.array([row for row, _ in found], np.int64), counts)
    share = np.repeat(1.0 / np.maximum(counts, 1), counts)
    return Spread(lon.copy(), lat.copy(), share, row, shapes)


def _with_points(cells: Spread, single: list[tuple[int, float, float]]) -> Spread:
    if not single:
        return cells
    row, lon, lat = (np.array(column) for column in zip(*single, strict=True))
    rows = np.concatenate([cells.row, row])
    order = np.argsort(rows, kind="stable")
    return Spread(
        np.concatenate([cells.lon, lon])[order],
        np.concatenate([cells.lat, lat])[order],
        np.concatenate([cells.share, np.ones(len(row))])[order],
        rows[order],
        cells.shapes,
    )
