"""Where a planner's question ends: a district, or the polygons of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from locator._errors import InputError, Text
from locator.districts import outline_of
from locator.ingest.frames import damage, read_frame

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_FILES = {".gpkg", ".geojson", ".json", ".parquet", ".shp"}


def boundary_of(text: str) -> BaseGeometry:
    """Return the boundary that a text means, WGS-84.

    Parameters
    ----------
    text
        A GB/T 2260 code (310110), a district's name, or a file of polygons (GeoPackage, GeoJSON, GeoParquet); its
        own reference system is heeded, and without one it is WGS-84.

    Raises
    ------
    InputError
        No such district, several, or a file that cannot be read or holds no polygon.
    """
    path = Path(text)
    if path.suffix.lower() not in _FILES:
        return outline_of(text.strip())  # type: ignore[return-value]
    frame = read_frame(path, "boundary")
    if not hasattr(frame, "geometry"):
        raise _bad(path, "里没有面", "holds no polygon")
    with damage(path.name, "boundary"):
        shapes = frame.geometry[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
        whole: BaseGeometry = shapes.make_valid().union_all()
    if whole.is_empty:
        raise _bad(path, "里没有面", "holds no polygon")
    return whole


def _bad(path: Path, zh: str, en: str) -> InputError:
    return InputError(
        "boundary",
        path.name,
        Text(f"边界文件 {path.name} {zh}", f"the boundary file {path.name} {en}"),
    )
