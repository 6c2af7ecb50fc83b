"""Files of geographic information systems as tables: their points beside their attributes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import shapely

from locator._errors import InputError, Text
from locator.ingest.columns import recognise
from locator.ingest.frames import DEGREES, damage, read_frame, unusable
from locator.ingest.json_records import cell, table_of
from locator.ingest.readers import Cells, Table
from locator.ingest.texts import decode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd

_GEOMETRY = ("lon", "lat")


def read_spatial(path: Path) -> Table:
    """Return the features of a GeoJSON, GeoPackage, Shapefile or GeoParquet file as a table in degrees.

    The file's own coordinate system counts as a claim that forensics weighs: half the "WGS-84" files in
    circulation hold shifted positions.

    Raises
    ------
    InputError
        Damaged, no points in it, or in a coordinate system that is not said.
    """
    suffix = path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        return _geojson(path)
    frame: gpd.GeoDataFrame = read_frame(path)
    if "geometry" not in frame or not hasattr(frame, "crs") or not frame.geometry.notna().any():
        raise unusable(path.name, "里面没有位置", "it holds no positions")
    kind = {".gpkg": "GeoPackage", ".shp": "Shapefile", ".zip": "Shapefile"}.get(suffix, "GeoParquet")
    said = frame.crs is None and _says_datum(frame.columns)
    if frame.crs is None and not said:
        raise unusable(
            path.name,
            "没有写坐标参考系（Shapefile 要带 .prj）",
            "its coordinate reference system is not said (a shapefile needs its .prj)",
        )
    with damage(path.name):
        return _attributes(frame, kind) if said else _table(frame, kind)


def _says_datum(names: Iterable[str]) -> bool:
    """Tell whether the attributes say where and in which datum: our own export of what no reference system stands for."""
    return {"lon", "lat", "datum"} <= set(names)


def _table(frame: gpd.GeoDataFrame, kind: str) -> Table:
    points = frame.geometry.to_numpy()
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    # A building's outline stands for the place inside it.
    flat = there & (shapely.get_type_id(points) != 0)
    points = np.where(flat, shapely.point_on_surface(points), points)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    numbers = [
        [repr(float(x)), repr(float(y))] if ok else ["", ""] for x, y, ok in zip(lon, lat, there, strict=True)
    ]
    own = _attributes(frame, kind)
    rows = (
        [[*cells, *position] for cells, position in zip(own.rows, numbers, strict=True)]
        if own.columns
        else numbers
    )
    return _joined(own.columns, rows, kind, "wgs84")


def _attributes(frame: gpd.GeoDataFrame, kind: str) -> Table:
    attributes = frame.drop(columns=frame.geometry.name)
    names = [str(name) for name in attributes.columns]
    columns = [_cells(attributes.iloc[:, place].tolist()) for place in range(len(names))]
    return Table(names, [list(cells) for cells in zip(*columns, strict=True)], kind)


def _joined(names: list[str], rows: list[Cells], kind: str, claim: str | None) -> Table:
    """Return a table whose position is the geometry's; an attribute that says the same is renamed out of the way."""
    doubled = {name for name in names if recognise(name) in {*_GEOMETRY, "position"}}
    if doubled and "source_datum" in names:
        doubled.add("datum")  # our own export's, of those attributes
    names = [f"{name} (attribute)" if name in doubled else name for name in names]
    return Table([*names, *_GEOMETRY], rows, kind, (), claim)


def _cells(values: list[Any]) -> Cells:
    return [cell(value) for value in values]


def _geojson(path: Path) -> Table:
    text, _ = decode(path.read_bytes())
    try:
        whole = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise unusable(path.name, "不是 JSON", f"it is no JSON ({error})") from error
    if isinstance(whole, list):
        return table_of(whole, path.name)
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise unusable(
            path.name,
            "既不是 GeoJSON 要素集，也不是记录的列表",
            "it is neither a GeoJSON FeatureCollection nor a list of records",
        )
    properties = [p if isinstance(p := f.get("properties"), dict) else {} for f in features]
    names = list(dict.fromkeys(name for own in properties for name in own))
    positions = [_position(f.get("geometry"), path.name) for f in features]
    if "id" not in names and any(isinstance(f.get("id"), str) for f in features):
        names.append("id")
        properties = [own | {"id": f.get("id")} for own, f in zip(properties, features, strict=True)]
    rows = [
        [*(cell(own.get(name)) for name in names), *position]
        for own, position in zip(_converted_from(whole, properties, positions), positions, strict=True)
    ]
    # The house's own answers say which datum they are in.
    said = whole.get("datum")
    if said in {"gcj02", "bd09"} and _says_datum(names):
        return Table(names, [row[: len(names)] for row in rows], "GeoJSON")
    return _joined(names, rows, "GeoJSON", said if said in {"wgs84", "gcj02", "bd09"} else "wgs84")


def _converted_from(
    whole: dict[str, Any], properties: list[dict[str, Any]], positions: list[Cells]
) -> list[dict[str, Any]]:
    """Bring positions of an old GeoJSON with a `crs` to degrees, in place."""
    crs = whole.get("crs")
    code = re.search(r"EPSG:{1,2}(\d+)", json.dumps(crs)) if crs else None
    if code is None or int(code[1]) in DEGREES:
        return properties
    from pyproj import Transformer  # noqa: PLC0415
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    try:
        change = Transformer.from_crs(int(code[1]), 4326, always_xy=True)
    except ProjError as error:
        text = Text(f"不认识坐标参考系 EPSG:{code[1]}", f"there is no EPSG:{code[1]}")
        raise InputError("crs", code[1], text) from error
    there = [i for i, position in enumerate(positions) if position[0]]
    lon, lat = change.transform(*np.array([positions[i] for i in there], float).reshape(-1, 2).T)
    for i, x, y in zip(there, np.atleast_1d(lon), np.atleast_1d(lat), strict=True):
        positions[i][:] = [repr(float(x)), repr(float(y))]
    return properties


def _position(geometry: Any, name: str) -> Cells:  # noqa: ANN401  whatever stands there
    if not geometry:
        return ["", ""]
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        pair = geometry.get("coordinates")
        if isinstance(pair, list) and len(pair) > 1:
            # As supplied, whatever it is: the row report says what is wrong with it.
            return [cell(pair[0]), cell(pair[1])]
        return ["", ""]
    try:
        shape = shapely.from_geojson(msgspec.json.encode(geometry))
        point = shapely.point_on_surface(shape)
        return ["", ""] if point.is_empty else [repr(point.x), repr(point.y)]
    except (shapely.errors.ShapelyError, TypeError, ValueError, AttributeError) as error:
        raise unusable(name, "有看不懂的几何图形", "one of its geometries cannot be read") from error
